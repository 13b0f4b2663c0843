# 和别家工单系统的往来
order-photos = 照片 { $count } 张
order-private = 内容涉及隐私，请和社区联系（工单 { $number }）。
order-moved = 这件事已转给其他单位，请不用再办。
order-contact = 联系人：{ $who }

order-accept =
    { $body }已受理工单 { $number }。
    { $words }
order-resolve =
    { $body }已办结工单 { $number }。
    { $words }
order-refuse =
    { $body }退回了工单 { $number }。
    { $words }
order-words =
    { $body }在工单 { $number } 上留言：
    { $words }
order-no-words-resolve = { $body }说已经处理好了。
order-no-words-refuse = { $body }没有受理，需要的话请联系社区。
