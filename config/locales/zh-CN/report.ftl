# 报事：受理回执、确认、补充和更正
received = 收到，工单 { $number }。
received-danger = 危险！请先保证自己的安全，马上拨打：{ $numbers }。已通知网格员和社区值班人员。
received-correct = 不对？回复“改分类”或“不是报事”。要补充，请引用（回复）这条消息。
received-apart = 收到。这件事会私下联系您，不在群里讨论，请看和我的私聊。
added-apart = 记下了，这件事我们私下说。
ask-report = 需要我帮您报给网格员吗？
ask-report-desk = 需要我帮您报给社区吗？这件事不会转给网格员本人。
ask-report-yes = 要，帮我报事
ask-file = 要登记成工单吗？
ask-file-yes = 要，登记
ask-report-no = 不用
ask-grid = 请问在哪个网格？点一下就行。
ask-photo-words = 照片收到了。请再说一句：什么地方、什么问题？
ask-recording-words = { $kind ->
        [voice] 语音收到了，会转给网格员。我自己听不懂
       *[video] 视频收到了，会转给网格员。我自己看不懂
    }，请再打几个字：什么地方、什么问题？
ask-point-words = 位置收到了。请再说一句：什么问题？
choose-category = 工单 { $number } 属于哪一类？
noted = 好的
noted-not-report = 好的，不报了。
added = 已补充到工单 { $number }。
answered = 谢谢，已转告网格员（工单 { $number }）。
added-recording = 已补充到工单 { $number }，{ $kind ->
        [voice] 语音
       *[video] 视频
    }会转给网格员。方便的话请再打几个字，查起来更快。
withdrawn = 工单 { $number } 已撤回。
ask-withdraw = 工单 { $number } 已经有人在办了，确定撤回吗？
do-withdraw = 撤回
do-keep = 不撤回
noted-kept = 好的，继续办理。
reclassified = 工单 { $number } 已改为“{ $category }”。

my-none = 您还没有报过事。发“报事”加一句话就行。
my-head = 您报的事：
closed-thanks = 谢谢！工单 { $number } 已结案。这次办得怎么样？
ask-not-fixed = 很抱歉。工单 { $number } 还有什么没解决？请说一句，可附照片。
reopened = 工单 { $number } 已重开，网格员会再来处理。
rated = 谢谢评价！还想说两句的话，直接发来就行。
rated-word = 谢谢，记下了。

lost =
    我可以帮您：
    报事：发“报事”加一句话，可附照片
    查进度：发“我的工单”
    问政策：发“问”加问题
    更多：发“帮助”
you-are-welcome = 不客气！
call-in-group = { $name }，有一条消息等您查收，请打开和我的私聊。
call-to-danger = { $name }，有一件危险的事等您处理，请马上打开和我的私聊。
answered-in-private = 已私聊答复您。
said-again = （这条可能重复发送）
ask-danger = 有危险请先保证自己的安全，马上拨打：{ $numbers }。
