# 工单：状态、紧急程度、层级和每一步的叫法
status-reported = 待受理
status-accepted = 办理中
status-paused = 暂缓
status-resolved = 已办结
status-closed = 已结案
status-refused = 不予受理
status-merged = 已合并
status-withdrawn = 已撤回

urgency-routine = 一般
urgency-urgent = 加急
urgency-danger = 危险

level-grid = 网格
level-community = 社区
level-street = 街道

limit-answer = 答复
limit-resolve = 办结
limit-feedback = 反馈进展
limit-other = 办好
owed-answer = 答复
owed-resolve = 办结
owed-feedback = 反馈进展
owed-other = 办好

do-accept = 受理
do-resolve = 办结
do-ask = 询问居民
do-transfer = 转派
do-raise = 上报
do-refuse = 不予受理
do-category = 改分类
do-not-report = 不是报事
do-page = 看进度
do-fixed = 解决了
do-not-fixed = 没解决
do-reopen = 我不同意，请再办

done-report = 报事
done-add = 补充
done-amend = 修改
done-reclassify = 改分类
done-relocate = 改地点
done-accept = 受理
done-ask = 询问居民
done-answer = 居民答复
done-pause = 暂缓
done-resume = 恢复办理
done-assign = 派单
done-transfer = 转派
done-raise = 上报
done-refuse = 不予受理
done-resolve = 办结
done-confirm = 居民确认解决
done-rate = 评价
done-close = 结案
done-reopen = 重开
done-withdraw = 撤回
done-merge = 合并
done-unmerge = 取消合并
done-remind = 催办
done-forward = 转工单系统

owner-worker = 网格员{ $person }
owner-both = 网格员{ $person }、{ $body }
owner-desk = 社区值班人员
until-answer = { $at } 前答复您。
until-resolve = { $at } 前办结。
until-feedback = { $at } 前向您反馈进展。
until-then = 没人受理前，每{ $every }催一次。
place-line = 地点：{ $place }
owner-line = 负责：{ $owner }

card-head = 工单 { $number } · { $status }
card-reporter = 报事人：{ $who }
card-filer = 登记人：{ $who }（{ $source }）
source-patrol = 巡查
source-hotline = 电话
source-counter = 来访
source-relayed = 转自其他群聊
words-addition = 补充：{ $text }
words-question = 询问：{ $text }
words-answer = 答复：{ $text }
words-resolution = 办结：{ $text }
words-reason = 说明：{ $text }
words-rating = 评价：{ $text }
card-answer = 首次答复：{ $at } 前
card-resolve = 办结：{ $at } 前
card-photos = 照片 { $count } 张，取到后马上发来。
ticket-line = { $number } · { $status } · { $category } · { $words }
history-line = { $at } { $who }：{ $what }
somebody = 居民
linli = 邻里

did-accept = 工单 { $number } 由您受理，现在办理中，已告诉报事人。
did-ask = 已去问报事人（工单 { $number }），有了答复马上转给您。
did-resolve = 工单 { $number } 已办结，正请报事人确认。
did-refuse = 工单 { $number } 不予受理，理由已告诉报事人。
did-raise = 工单 { $number } 已上报到{ $level }。
assigned = 工单 { $number } 已交给{ $name }。
merged = 工单 { $number } 已并入 { $into }，报事人会收到后续进展。
unmerged = 工单 { $number } 已恢复单独办理。
joined = 好的，工单 { $number } 并入 { $into } 一起办，有进展告诉您。
looks-like = 看着和工单 { $number }（{ $what }）是同一件事。是的话点一下，那边的进展也告诉您；不点也照常办。
card-looks-like = 像是工单 { $number }（{ $what }，{ $status }）
do-twin-same = 和 { $number } 是同一件
do-twin-other = 不是同一件
do-twin-merge = 并入 { $number }
do-twin-keep = 不是同一件
noted-other = 好的，分开办。
followed = 好的，工单 { $number } 有进展也告诉您。
unfollowed = 好的，工单 { $number } 的进展不再告诉您。
do-unfollow = 不用再告诉我
filed-phone = 来电：{ $phone }
filed = 已代报，工单 { $number }。下面这段可以直接复制给居民：
filed-in-own-grid = 没写在哪里，先记在您的{ $grid }。
filed-own = 已登记，工单 { $number }。要告诉居民的话，下面这段可以直接复制：
page-line = 看进度：{ $url }
choose-person = 工单 { $number } 转给谁？也可以发“{ $command } { $number } 姓名”。
do-other-people = 换一批
ask-words-question = 想问居民什么？请直接发一句话（工单 { $number }）。
ask-words-resolution = 怎么办好的？请发一句给居民看的话，可附照片（工单 { $number }）。
ask-words-reason = 为什么不能受理？请发一句给居民看的理由（工单 { $number }）。

todo-none = 您手上没有待办的工单。
todo-head = 待办 { $count } 件，先到期的在前：
todo-late = 已超时，期限是{ $at }

told-addition =
    工单 { $number } 有补充：
    { $words }
told-amended =
    工单 { $number } 的报事人改了内容：
    { $words }
told-amended-photos = 工单 { $number } 的报事人换了照片。
told-moved = 工单 { $number } 的地点改到了{ $grid }，已交给那里的网格员，您不用再办。
told-handed-on = 工单 { $number } 已改由{ $name }办理。
told-recalled = 工单 { $number } 的报事人撤回了一条补充。
told-withdrawn = 工单 { $number } 已被报事人撤回，不用再办。
told-accepted =
    您的工单 { $number } 已由{ $name }受理。
    { $words }
told-asked =
    关于您的工单 { $number }，想问一下：
    { $words }
    请引用（回复）这条消息来回答。
told-asked-in-private =
    关于您的工单 { $number }，网格员想问一下：
    { $words }
    请直接发给我，我来转告。
told-answered =
    工单 { $number } 的报事人答复：
    { $words }
told-resolved =
    您的工单 { $number } 已办结：
    { $words }
    解决了吗？
told-refused =
    很抱歉，您的工单 { $number } 不能受理：
    { $words }
told-merged = 您的工单 { $number } 和 { $into } 说的是同一件事，已合并办理，进展会告诉您。
told-merged-away = 工单 { $number } 并入了 { $into }，不用单独办了。
told-another =
    工单 { $number } 又有人报（工单 { $other } 已并入）：
    { $words }
told-photo-twin = 工单 { $number } 的照片和另一件的很像。
told-question-answered = 工单 { $number } 问报事人的事有答复了，继续办理。
told-reopened = 您的工单 { $number } 已重开，会再来处理，进展会告诉您。
told-unmerged = 您的工单 { $number } 又单独办理了，进展照样告诉您。
told-closed = 工单 { $number } 办结后 { $days } 天没有收到您的意见，已自动结案。要是没解决，请再告诉我们。
told-raised = { $name }把工单 { $number } 上报到{ $level }，请您处理。
told-raised-late = 工单 { $number } 到期没有{ $what }，自动上报到{ $level }，请您督促或接手。
told-photos = 工单 { $number } 的照片
told-recordings = 工单 { $number } 的语音或视频
told-recordings-elsewhere = 工单 { $number } 有语音或视频，发在别的聊天软件里，这里放不了。
told-photo-lost = 工单 { $number } 有一张照片没能收到，工单照常办理。方便的话请再发一次，引用（回复）这条消息即可。

remind-soon = 提醒：工单 { $number } 请在{ $at } 前{ $what }，还有{ $by }。
remind-now = 超时：工单 { $number } { $at } 到期，还没有{ $what }，请尽快处理。
remind-late = 超时：工单 { $number } 该在{ $at } 前{ $what }，已过{ $by }。
alarm = 危险！工单 { $number } 报上来{ $by }了，还没有人受理。请马上处理，并按“受理”。
told-in-hand = 工单 { $number }（危险）不再催了：{ $name }{ $what }。
nudges-head = 有 { $count } 件工单等您处理：
nudges-raised = 刚上报给您
nudges-late = 刚超时
nudges-soon = 快到期
nudges-still = 一直没办
nudge-soon = { $by }后到期，要{ $what }
nudge-now = 刚到期，还没{ $what }
nudge-late = 超时{ $by }，还没{ $what }
nudges-more = 另外还有 { $count } 件。
nudges-foot = 点一件就打开，可以受理、办结。发“待办”看全部。
do-unmerge = 取消合并
todo-answer = { $at } 前答复
todo-resolve = { $at } 前办结
todo-feedback = { $at } 前反馈
todo-other = { $at } 前办好
