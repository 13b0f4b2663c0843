# How dates, times and spans read. The first seven are Unicode date patterns.
value-moment = EEE d MMM, HH:mm
value-today = HH:mm 'today' (EEE)
value-tomorrow = HH:mm 'tomorrow' (EEE)
value-yesterday = HH:mm 'yesterday' (EEE)
value-day = EEE d MMM
value-date = d MMMM y
value-clock = HH:mm
value-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
value-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
value-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
value-under-a-minute = less than a minute
value-comma = { ", " }
