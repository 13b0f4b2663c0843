# 和别家工单系统的往来
order-photos = 照片 { $count } 张
order-private = 内容涉及隐私，请和社区联系（工单 { $number }）。
order-moved = 这件事已转给其他单位，请不用再办。
order-forget = 居民要求删除个人信息。请删去这张工单里能认出本人的内容和照片。
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

# `linli check` 对工单系统的检查结果，给运维人员看。
roundup-identity = 工单系统 { $system }：以 { $user } 的身份连上了（{ $url }）。
roundup-locked = 工单系统 { $system } 不让 { $user } 进去。请核对 LINLI_SYSTEM_… 里的“用户名:口令”，并给这个用户开通 REST 权限。
roundup-unreachable = 工单系统 { $system } 连不上（{ $url }：{ $error }）。请检查网络和地址。
roundup-may = 工单系统 { $system }：可以新建 { $kind }。
roundup-may-not = 工单系统 { $system }：{ $user } 不能新建 { $kind }。请在对方系统里给这个用户开权限。
roundup-statuses = 工单系统 { $system } 的状态：{ $there }。
roundup-no-status = 工单系统 { $system } 没有“{ $status }”这个状态。请改 systems.yaml 里的 statuses，可用的有：{ $there }。
