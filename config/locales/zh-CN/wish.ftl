# 微心愿：许愿、审核、心愿单、认领、完成
ask-wish = 要我帮您许个愿，请邻居们帮忙吗？
ask-wish-yes = 好的，帮我许愿
ask-wish-no = 不用
wish-received = 收到您的心愿，编号 { $number }。网格员看过就放上心愿单，不写姓名、电话和门牌。
ask-consent = 心愿 { $number }：有人认领时，可以把您的联系方式告诉来帮忙的人吗？
ask-own-contact = 怎么称呼您、怎么找您？请发一句，比如：王阿姨，电话……
ask-their-contact = 收到，心愿 { $number }。请发一句：替谁许愿、怎么联系？是您自己的心愿，就发“本人”。
ask-their-consent = 心愿 { $number }：本人同意把联系方式告诉来帮忙的志愿者吗？
ask-wish-grid = 请问您在哪个网格？点一下就行。
consent-yes = 好的，联系方式只告诉认领心愿 { $number } 的那个人。
consent-no = 好的，不告诉别人。心愿 { $number } 有人认领后，由网格员来转达。
wish-withdrawn = 心愿 { $number } 已撤回。

wish-new = 有一个新心愿，请您看一看：
wish-late = 这个心愿还没人看过，请您看一看：
wish-card = 心愿 { $number } · { $status } · { $kind } · { $grid }
wish-card-wisher = 许愿人：{ $who }
wish-card-filer = 代许愿：{ $who }
wish-card-contact = 联系：{ $who }
wish-card-consent-yes = 联系方式：可以告诉认领人
wish-card-consent-no = 联系方式：由网格员转达
wish-card-public = 心愿单上这样写：{ $text }
wish-approved =
    心愿 { $number } 已放上心愿单：
    { $text }
wish-announced-open = 新心愿 { $number }（{ $grid }）：{ $text }（谁能帮一把？发“认领 { $number }”就行）
wish-announced-taken = 心愿 { $number }（{ $grid }）：{ $text }（已有热心人认领，谢谢！）
wish-announced-over = 心愿 { $number }（{ $grid }）：{ $text }（已经不需要帮忙了，谢谢大家！）
wish-reworded =
    心愿 { $number } 改成这样写：
    { $text }
ask-public-text = 心愿单上怎么写？请发一句话，不写姓名、电话和门牌（心愿 { $number }）。
ask-decline-reason = 为什么不能放上心愿单？请发一句给许愿人看的话（心愿 { $number }）。
wish-declined = 心愿 { $number } 已婉拒，会告诉许愿人。
told-wish-approved =
    您的心愿 { $number } 已放上心愿单，等热心人来认领：
    { $text }
told-wish-declined =
    很抱歉，您的心愿 { $number } 这次没能放上心愿单：
    { $words }

wishes-head = 等人帮忙的心愿：
wishes-foot = 想帮忙？发“认领 { $number }”或点下面的按钮。
wishes-none = 现在没有等人帮忙的心愿。发“许愿”加一句话，就能许一个。
wishes-none-such = 没有找到这样的心愿。发“心愿”看全部。
wishes-mine-none = 您还没有许愿，也没有认领心愿。发“心愿”看看别人的。
wishes-mine-head = 您许的愿：
wishes-held-head = 您认领的心愿：
wishes-waiting-head = 等您看的心愿（发“心愿”加编号打开）：
wishes-waiting-none = 没有等着审核的心愿。
wish-line = 【{ $number }】{ $text } · { $grid }
wish-own-line = 【{ $number }】{ $text } · { $status }
wish-held-line = 【{ $number }】{ $text } · { $at } 前

claimed = 心愿 { $number } 由您认领了，请在{ $at } 前完成。谢谢您！
claimed-in-group = 心愿 { $number } 由您认领了，请在{ $at } 前完成。详情已私聊发您。
contact-direct =
    联系：{ $who }
    心愿：{ $text }
contact-worker = 请找网格员转达：{ $who }
claim-too-late = 心愿 { $number } 刚刚被别人认领了，谢谢您的热心！
claim-others = 还有这些心愿等人帮忙：
claim-others-short = 还有 { $numbers } 等人帮忙，发“认领”加编号就行。
claim-none-else = 现在没有别的心愿在等。
told-contact =
    心愿 { $number } 的许愿人留了联系方式：
    { $contact }
told-contact-no-more =
    心愿 { $number } 的许愿人现在不想公开联系方式，请不要再用，也请删去。
    { $contact }
told-wish-claimed = 好消息：志愿者{ $name }认领了您的心愿 { $number }，会尽快来帮您。
told-worker-claimed = 志愿者{ $name }认领了心愿 { $number }：{ $text }
dropped = 心愿 { $number } 已放回心愿单。谢谢您告诉我们。
told-wish-returned = 心愿 { $number } 已放回心愿单，请再等等，会有热心人来帮。
told-claim-taken = 心愿 { $number } 已由工作人员放回心愿单，您不用再管了。谢谢您！
told-wish-withdrawn = 心愿 { $number } 的许愿人不需要帮忙了，您不用再办。谢谢您！
told-claim-ends-soon = 提醒：您认领的心愿 { $number } 请在{ $at } 前完成。办好了请告诉我；没空也没关系，可以退领。
told-claim-ended = 心愿 { $number } 的认领时间到了，先放回心愿单。没关系，有空了欢迎再认领。

ask-proof = 心愿 { $number } 怎么帮的？请发一句话或一张照片。
wish-done = 太好了！心愿 { $number } 已请对方确认。
ask-confirm =
    志愿者说心愿 { $number } 办好了，是吗？
    { $text }
    { $words }
wish-confirmed = 谢谢！心愿 { $number } 圆梦了。
wish-denied = 好的，已请志愿者再来帮忙（心愿 { $number }）。
told-wish-fulfilled = 心愿 { $number } 圆梦了，谢谢您的热心！
told-wish-denied = 心愿 { $number } 对方说还没办好，请再联系一下，{ $at } 前都来得及。
told-wish-closed = 心愿 { $number } 过了 { $days } 天没有收到您的意见，先当作办好了。没办好的话，请告诉网格员。
told-wish-photos = 心愿 { $number } 的照片
told-wish-photo-lost = 心愿 { $number } 有一张照片没能收到，不要紧，照常办。
wish-thanks = 心愿 { $number } 圆梦了：{ $text }（谢谢热心的邻居！）

wish-status-proposed = 等网格员看
wish-status-open = 等人认领
wish-status-claimed = 有人在帮
wish-status-done = 等对方确认
wish-status-fulfilled = 已圆梦
wish-status-declined = 没有通过
wish-status-withdrawn = 已撤回

wish-kind-repair = 维修
wish-kind-errand = 跑腿
wish-kind-company = 陪伴
wish-kind-teach = 学习
wish-kind-mend = 缝补理发
wish-kind-thing = 物品
wish-kind-other = 其他

wish-did-wish = 许愿
wish-did-consent = 答复能否告知联系方式
wish-did-edit = 修改
wish-did-approve = 通过
wish-did-decline = 婉拒
wish-did-withdraw = 撤回
wish-did-claim = 认领
wish-did-remind = 提醒
wish-did-drop = 退领
wish-did-return = 到期放回心愿单
wish-did-done = 办好
wish-did-confirm = 确认
wish-did-deny = 还没办好
wish-did-fulfil = 自动确认

do-consent = 可以
do-not-consent = 不要，请网格员转达
do-share = 联系方式可以告诉认领人
do-share-no-more = 不再告诉，请网格员转达
do-wish-approve = 通过
do-wish-edit = 改一改
do-wish-decline = 婉拒
do-claim = 我来认领
do-claim-number = 认领 { $number }
do-next-page = 下一页
do-wish-done = 办好了
do-wish-drop = 退领
do-wish-confirm = 办好了，谢谢
do-wish-deny = 还没有

refused-empty-wish = 请在“许愿”后面写一句：想要什么、想请人帮什么。
refused-wish-voice = 语音我听不懂，请打几个字说说您的心愿。
refused-empty-contact = 请打几个字：怎么称呼、怎么联系。
refused-empty-reason = 请打几个字说说原因。
refused-no-wish = 没有编号为 { $number } 的心愿。发“心愿”看看有哪些。
refused-number-is-ticket = { $number } 号是工单，不是心愿。发“心愿”看看有哪些心愿。
refused-wish-not-yours = 心愿 { $number } 不归您管，不能这样操作。
refused-too-many-wishes = 您有 { $most } 个心愿还没圆梦，等有结果了再许吧。
refused-not-volunteer = 谢谢您的热心！认领心愿要先当志愿者，发“志愿者”三个字就行。
refused-claim-yours = 心愿 { $number } 就是您认领的，不用再认领。
refused-claim-own = 心愿 { $number } 是您自己许的，留给别人来帮您吧。
refused-too-many-claims = 您手上有 { $most } 个心愿了，办好一个再认领吧。谢谢您！
refused-wish-step =
    { $status ->
        [proposed] 这个心愿还在等网格员看，请等一等。
        [open] 这个心愿还没有人认领。
        [claimed] 这个心愿已经有人在帮了。
        [done] 这个心愿已经办好，正等对方确认。
        [fulfilled] 这个心愿已经圆梦了。
        [declined] 这个心愿没有放上心愿单。
       *[withdrawn] 这个心愿已经撤回了。
    }
