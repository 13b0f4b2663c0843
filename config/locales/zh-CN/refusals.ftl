# 不行时怎么说：说清楚该怎么做
refused-step =
    { $status ->
        [reported] 这张工单还没有受理，不能这样操作。
        [accepted] 这张工单已经受理，正在办理。
        [paused] 这张工单暂缓办理，等条件具备。
        [resolved] 这张工单已经办结，正等报事人确认。
        [closed] 这张工单已经结束。
        [refused] 这张工单已经不予受理。
       *[merged] 这张工单已经并入另一张。
    }发“查单”加编号看看进度。
refused-number = 请带上编号。
number-missing = 请带上编号，比如“{ $example }”。
number-or-button = 请带上编号，比如“{ $example }”，或者点一下。
example-inquire = 什么时候方便上门？
example-resolve = 已经修好了
example-refuse = 不归社区管，请打12345
example-reopen = 还是没修好
example-done = 已经送到了
example-decline = 这件事志愿者帮不上
refused-no-ticket = 没有编号为 { $number } 的工单，请核对一下。
refused-not-yours = { $number } 号不是您的事，不能查看或修改。发“我的工单”看您报的事。
refused-not-allowed = 工单 { $number } 不归您办理，请交给负责的人来办。
refused-staff-only = 这个功能只给网格员和社区工作人员使用。
refused-empty-report = 请在“报事”后面写一句：什么地方、什么问题。
refused-empty-file = 请在“代报”后面写来源、地点和问题，比如“代报 电话 8号楼楼道灯不亮”。
refused-too-long = 内容太长了，请缩短到 { $most } 字以内。
refused-too-many-photos = 一次最多 { $most } 张照片，请挑几张发。
refused-too-many-open = 您有 { $most } 件事还在办理，请等有结果了再报；急事请直接打电话。
refused-voice = 语音我听不懂，请打几个字说说：什么地方、什么问题。
refused-card = 名片收到了，但不知道是为哪件事。请打几个字说一说，或者回复那张工单再发名片。
refused-file = 文件我看不了，请发照片或打几个字。
refused-category = 没有“{ $words }”这一类。发“改分类”加编号，从按钮里选。
refused-add-ended = 工单 { $number } 已经结束，不能再补充。需要的话请重新报事。
refused-overtaken = 这件事刚刚有别人处理了，请看一下最新进度再办。
refused-category-changed = 工单 { $number } 的分类已经改过了。还要改，请再点“改分类”。
refused-handed-on = 工单 { $number } 现在归{ $name }办理。还要转，请再点“转派”。
refused-button = 这个按钮不能用，请用最新消息里的按钮。
refused-button-old = 这个按钮用过或过期了，请用最新消息里的按钮。
refused-button-not-yours = 这个按钮不是给您的。
refused-command-near = 没有“{ $typed }”这个命令，您是不是想用：{ $near }？
refused-command = 没有“{ $typed }”这个命令。发“帮助”看看能做什么。
refused-anonymous = 匿名身份不能报事，请用自己的账号再发一次。
refused-merge-self = 不能和自己合并，请写两个不同的编号。
refused-twin-gone = 那件工单现在合并不了了，您的这件照常办理。
refused-twin-graver = 工单 { $number } 更急，先单独办，不合并。
refused-follow-own = 工单 { $number } 是您自己报的，进展本来就会告诉您。
refused-follow-ended = 工单 { $number } 已经结束，没有进展可告诉您了。
refused-not-following = 您没有关注工单 { $number }。
refused-no-person = 没有找到“{ $name }”，请写工作人员的姓名，和名单上的一样。
refused-no-reporter = 工单 { $number } 没有留下报事人，问不到。请直接到现场或打电话了解。
refused-flood = 您发得有点快，请过一分钟再发；急事请直接打电话。
refused-crowd = 群里一下子消息太多，从这条起，这一分钟的都没有记下。请过一分钟再发；急事请直接打电话。
refused-private-only = 这件事请私聊我，发同样的话就行。
refused-group-only = 这个请在居民群里发，由群管理员来发。
refused-desk-only = 这个功能只给社区工作人员使用。
refused-grid-missing = 请在后面写上网格，比如：{ $grids }。
refused-grid = 没有“{ $words }”这个网格。有：{ $grids }。
refused-no-group = { $grid }没有可以解绑的群。
refused-bind-admin = 请群管理员来发绑定码。
refused-by-pack = 这个群由社区的配置文件绑定，请联系管理员修改。
refused-code = 这个码不对、用过了或过期了，请核对或重新要一个。
refused-link-same = 这是同一个账号。请用您的另一个账号来发。
refused-link-named = 两个都是社区登记过的人，不能合并，请联系社区管理员。
refused-words = 请打几个字。
refused-no-volunteer = 您现在不是志愿者。想当的话，发“志愿者”。
refused-holds-wishes = 您还认领着心愿 { $numbers }，请先完成，或者发“退领”加编号。
refused-role-by-pack = 您的志愿者身份是社区登记的，请联系社区工作人员。
refused-building = 没认出“{ $words }”是哪栋楼。请写楼号，比如“我的楼栋 8号楼”；有几个小区的请带上小区名。
refused-language = 目前能用中文和英文。请发“语言 中文”或“语言 英文”。
refused-no-pages = 这里还没有开通网页。
refused-login-demo = 演示时不用登录，在网页上选一个身份就行。
refused-forget-named = 您是社区登记的人员，不能自己删除，请联系社区管理员。
