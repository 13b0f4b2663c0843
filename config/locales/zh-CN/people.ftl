# 人：入门、帮助、隐私、群和账号

# 每条命令一句话，帮助、菜单和 README 都用它
about-report = 报告问题：什么地方、怎么了，可附照片
about-my = 看我报的事
about-track = 按编号查进度
about-withdraw = 按编号撤回自己报的事
about-reopen = 按编号重开没办好的事，写明原因
about-follow = 按编号关注邻居报的事，进展也告诉我
about-unfollow = 按编号取消关注
about-category = 改工单的分类
about-notreport = 说明这不是报事
about-ask = 问政策、问办事
about-wish = 许一个微心愿
about-wishes = 看大家的微心愿
about-volunteer = 当志愿者
about-unvolunteer = 不再当志愿者
about-building = 告诉我您住哪栋楼
about-lang = 换语言（中文、英文）
about-privacy = 保存了什么、谁能看
about-export = 导出我的资料
about-forget = 删除我的资料
about-link = 把两个账号连成一个人
about-login = 登录网页
about-cancel = 不办了，取消当前这一步
about-start = 开始使用
about-help = 看看能做什么
about-claim = 按编号认领心愿
about-drop = 按编号退领心愿
about-done = 按编号完成心愿，可附照片
about-todo = 看待办，先到期的在前
about-ticket = 按编号看工单和经过
about-accept = 按编号受理
about-inquire = 按编号询问居民
about-resolve = 按编号办结，写一句给居民
about-transfer = 按编号转派给同事
about-raise = 按编号上报
about-refuse = 按编号不予受理，写明理由
about-merge = 把一张工单并入另一张
about-unmerge = 按编号取消合并
about-file = 替居民代报：电话、来访、巡查
about-approve = 按编号通过心愿
about-decline = 按编号婉拒心愿，写明理由
about-assign = 按编号派单给某人
about-code = 生成绑定码，给一个网格的群用
about-bind = 群管理员在群里输入绑定码
about-unbind = 解除一个群的绑定

start = 您好，我是{ $community }的邻里助手。有事直接发给我，比如“8号楼门口路灯不亮”，可附照片；问政策发“问”加问题。发“帮助”看我还能做什么。
start-news = 您好，我是{ $community }的邻里助手。给您的消息马上发来，以后有进展也会发到这里。发“帮助”看我能做什么。
start-group = 大家好，我是{ $community }的邻里助手。有事在群里发“报事”加一句话，可附照片；个人的事请私聊我。
help-resident = 居民可以发：
help-volunteer = 志愿者还可以发：
help-worker = 网格员还可以发（也可直接点卡片上的按钮）：
help-desk = 社区还可以发：
help-group = 在群里可以发：
help-line = { $word }（{ $slash }）：{ $about }
help-more = 另外还有：{ $commands }
help-emergency = 危险急事请直接打 { $numbers }。
lang-which = 用哪种语言？
lang-is = 好的，以后用中文。
noted-cancelled = 好的，不办了。

privacy-notice =
    隐私说明：只保存您报的事、问的事和心愿，供网格员和社区办理；平常聊天不保存。
    发“隐私”看详情，发“忘记我”随时删除。
privacy =
    { $community }的隐私说明
    保存什么：您的称呼和账号；您报的事、补充、照片、心愿和评价；您自己告诉我的楼栋。平常聊天不保存。
    谁能看：办理这件事的网格员、责任单位和社区。在群里和网页上，电话、证件号、门牌会遮住；网页上还遮住姓名，不放照片；邻里纠纷、打人伤人的事只私下办。您同意后，认领心愿的志愿者能看到您留的联系方式。转给责任单位系统的工单，由该单位按自己的规定保存。
    存多久：照片在结案 { $photos }后删除，文字在结案 { $words }后去掉；网页聊天记录保存 { $chat }。
    您可以：发“导出”拿一份自己的资料，发“忘记我”全部删除。
export-head = { $community }保存的您的资料，截至 { MOMENT($at) }：
export-name = 称呼：{ $value }
export-phone = 电话：{ $value }
export-building = 楼栋：{ $value }
export-skills = 能帮的忙：{ $value }
export-roles = 身份：{ $value }
export-accounts = 账号：{ $value }
export-tickets = 报过的事：{ $count } 件
export-ticket = { $number } · { $status } · { $category } · { MOMENT($at) } · { $place }
export-follows = 关注的事：{ $numbers }
export-wishes = 许过的愿：{ $count } 个
export-wish = { $number } · { MOMENT($at) } · { $text } · 联系：{ $contact }
export-claims = 正在认领的心愿：{ $numbers }
export-words = 写过的话：{ $count } 条
export-word = { $number } · { MOMENT($at) } · { $text }
export-photos = 发过的照片：{ $count } 张
export-recordings = 发过的语音和视频：{ $count } 段，都还在聊天软件里
export-photo = { $number } · { $count } 张
role-volunteer = 志愿者
role-worker = 网格员
role-head = 网格长
role-desk = 社区服务台
role-street = 街道
role-admin = 管理员
forget-sure =
    确定要删除您的全部资料吗？
    会删除：称呼、电话、账号、您写的话、照片和心愿。还没办完的事会撤回；有危险的、别人也在跟的，会去掉您的名字继续办。
    删除后不能恢复。想先留一份，请发“导出”。
forget-yes = 确定，全部删除
forget-no = 不删了
forgotten = 已全部删除，我们不再认识您。以后想再用，直接发消息就行。
told-forgotten = 工单 { $number } 的报事人要求删除个人资料，以后联系不上了。这件事请继续办：
told-wish-forgotten = 心愿 { $number } 的许愿人撤回了心愿，不用再办了。谢谢您！

volunteer-what = 谢谢您！您能帮什么忙？点一下，或者自己写几个字。
skill-errand = 跑腿代办
skill-repair = 小修小补
skill-company = 陪伴聊天
skill-teach = 教用手机、辅导
skill-any = 都可以
volunteer-consent = 认领心愿后，您会看到对方的联系方式。请只用来帮忙，不告诉别人，办完不留存。同意吗？
volunteer-yes = 同意，我来帮忙
volunteer-no = 再想想
volunteer-welcome = 欢迎您成为志愿者！发“心愿”看谁需要帮忙，发“认领”加编号就行。不想当了，发“不当志愿者”。
volunteer-already = 您已经是志愿者了。发“心愿”看谁需要帮忙；不想当了，发“不当志愿者”。
volunteer-no-more = 好的，您不再是志愿者了。谢谢您帮过的忙！

building-is = 您的楼栋：{ $building }。改的话发“我的楼栋”加楼号，去掉请发“我的楼栋 清除”。
building-none = 还没记您的楼栋。请发“我的楼栋”加楼号，比如“我的楼栋 8号楼”。
building-kept = 记下了：{ $building }，属于{ $grid }。以后私聊报事不用再说网格。去掉请发“我的楼栋 清除”。
building-cleared = 好的，楼栋已去掉。

login-link =
    打开下面的链接登录网页，{ $minutes } 分钟内有效，只能用一次，请不要转给别人：
    { $url }

link-code = 请用您的另一个账号私聊我，发“关联 { $code }”。{ $minutes } 分钟内有效，不要告诉别人。
link-sure = 要把“{ $name }”的账号和这个账号连成一个人吗？连上后，两边都能看到和操作您的事。不是您本人的账号，请点“不是”。
link-yes = 是我，连起来
link-no = 不是
linked = 好了，两个账号都是“{ $name }”了。弄错了，7 天内点下面撤销。
unlinked = 已撤销，又是两个人了。
do-undo = 撤销

code-made = { $grid }的绑定码：{ $code }。请把我拉进群，再由群管理员在群里发“绑定 { $code }”。1 小时内有效，只能用一次。
bind-how = 请发“绑定”加绑定码。绑定码由社区工作人员私聊我，发“绑定码”加网格名取得。
bound = 本群是{ $grid }的居民群了。有事在群里发“报事”加一句话，可附照片；危险急事请先打电话。
released = 本群已解除绑定，我不再处理群里的事，一天后退群。
told-bound = 群 { $group } 已绑定到{ $grid }。弄错了可以撤销。
told-bound-away = 群 { $group } 已改绑到别的社区。
told-released = 群 { $group } 已从{ $grid }解除绑定，一天后退群。弄错了可以撤销。
choose-group = 解绑{ $grid }的哪个群？
outside-private = 我还不知道您是哪个社区的。请先在您的居民群里发一次“帮助”，再来私聊我。
