# 日期、时间和时长怎么写。前七条是 Unicode 日期格式（y 年 M 月 d 日 EEE 星期 HH:mm 时间）。
value-moment = M月d日（EEE）HH:mm
value-today = 今天（EEE）HH:mm
value-tomorrow = 明天（EEE）HH:mm
value-yesterday = 昨天（EEE）HH:mm
value-day = M月d日（EEE）
value-date = y年M月d日
value-clock = HH:mm
value-days = { $n }天
value-hours = { $n }小时
value-minutes = { $n }分钟
value-under-a-minute = 不到1分钟
value-comma = 、
