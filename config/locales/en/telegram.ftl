# What `linli check` finds about Telegram, for operators.
telegram-identity = Telegram: connected as { $name }.
telegram-token = Telegram refuses the token. Ask @BotFather for a valid one and put it into LINLI_TELEGRAM_TOKEN.
telegram-unreachable = Telegram cannot be reached ({ $error }). Check the network, or LINLI_TELEGRAM_API_URL.
telegram-busy = Telegram is too busy to tell ({ $error }). Run this again in a few minutes.
telegram-no-groups = { $name } may not join groups. Allow it with /setjoingroups at @BotFather.
telegram-hears-all = The bot receives everything said in its groups.
telegram-privacy = Privacy mode is on: { $name } receives only commands, mentions and replies. Choose Disable with /setprivacy at @BotFather, then remove the bot from its groups and add it again; or make it an administrator there.
telegram-polling = Receiving by long polling; { $pending ->
    [one] { $pending } update waits
   *[other] { $pending } updates wait
}.
telegram-old-webhook = The bot still has an old webhook ({ $url }). Starting with long polling removes it; if another program uses it, take another bot.
telegram-no-https = The webhook's address must begin with https://, it is { $url }. Change LINLI_PUBLIC_URL.
telegram-webhook-trouble = Telegram cannot deliver to the webhook ({ $error }); { $pending ->
    [one] { $pending } update waits
   *[other] { $pending } updates wait
}. Check that LINLI_PUBLIC_URL can be reached from outside.
telegram-other-webhook = The webhook points elsewhere ({ $url }). Starting sets it right; if another program uses it, take another bot.
telegram-webhook = The webhook works; { $pending ->
    [one] { $pending } update waits
   *[other] { $pending } updates wait
}.
telegram-group = Group { $group }: the bot is there and hears it.
telegram-group-left = Group { $group }: the bot is not there. Add it.
telegram-group-closed = Group { $group }: no way in ({ $error }). Check the group's id in the pack.
telegram-group-moved = Group { $group } became a supergroup; its new id is { $to }. Change it in the pack.
telegram-group-deaf = Group { $group }: privacy mode is on and the bot is no administrator there, so it misses ordinary messages.
