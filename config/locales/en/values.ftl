# How dates, times and spans read. The first four are Unicode date patterns.
value-moment = EEE d MMM, HH:mm
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
