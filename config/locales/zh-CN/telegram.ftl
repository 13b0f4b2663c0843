# `linli check` 对 Telegram 的检查结果，给运维人员看。
telegram-identity = Telegram：机器人 { $name } 已连上。
telegram-token = Telegram 不认这个令牌。请向 @BotFather 要一个有效的，填到 LINLI_TELEGRAM_TOKEN。
telegram-unreachable = 连不上 Telegram（{ $error }）。请检查网络，或核对 LINLI_TELEGRAM_API_URL。
telegram-no-groups = { $name } 还不能加入群聊。请在 @BotFather 用 /setjoingroups 打开。
telegram-hears-all = 群里的话机器人都能收到。
telegram-privacy = 隐私模式开着，{ $name } 只收得到命令、@提及和回复。请在 @BotFather 用 /setprivacy 选 Disable，再把机器人移出群后重新拉入；或者在群里把它设为管理员。
telegram-polling = 用长轮询接收消息；正在排队的有 { $pending } 条。
telegram-old-webhook = 机器人还挂着旧的 webhook（{ $url }）。用长轮询启动后会自动取下；要是另有程序在用它，请换一个机器人。
telegram-no-https = webhook 地址要以 https:// 开头，现在是 { $url }。请改 LINLI_PUBLIC_URL。
telegram-webhook-trouble = Telegram 送不到 webhook（{ $error }），积压 { $pending } 条。请检查外网能否访问 LINLI_PUBLIC_URL。
telegram-other-webhook = webhook 现在指向别处（{ $url }）。启动后会改过来；要是另有程序在用它，请换一个机器人。
telegram-webhook = webhook 正常；正在排队的有 { $pending } 条。
telegram-group = 群 { $group }：机器人在，收得到消息。
telegram-group-left = 群 { $group }：机器人不在。请把它拉进群。
telegram-group-closed = 群 { $group }：进不去（{ $error }）。请核对社区配置里的群号。
telegram-group-moved = 群 { $group } 已升级为超级群，新号是 { $to }。请把社区配置改成新号。
telegram-group-deaf = 群 { $group }：隐私模式开着，机器人在这里又不是管理员，收不到普通消息。
