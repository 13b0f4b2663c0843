# How to say no: always with what to do instead
refused-step =
    { $status ->
        [reported] This ticket has not been accepted yet, so that cannot be done.
        [accepted] This ticket is accepted and being worked on.
        [paused] This ticket is paused, waiting for something.
        [resolved] This ticket is resolved and waits for its reporter.
        [closed] This ticket is over.
        [refused] This ticket was refused.
       *[merged] This ticket went up in another one.
    } Send “/track” and its number to see.
refused-number = Please add the number.
number-missing = Please add the number, for instance “{ $example }”.
number-or-button = Please add the number, for instance “{ $example }”, or press a button.
example-inquire = When may we come by?
example-resolve = It is repaired
example-refuse = Not the community's business, please call 12345
example-reopen = It is still broken
example-done = I have brought it
example-decline = No volunteer can help with this
refused-no-ticket = There is no ticket { $number }. Please check the number.
refused-not-yours = Number { $number } is not yours to see or change. Send “/my” for what you reported.
refused-not-allowed = Ticket { $number } is not yours to handle; please leave it to whoever is responsible.
refused-staff-only = This is for grid workers and the community's staff.
refused-empty-report = Please add a sentence after “/report”: where, and what is wrong.
refused-empty-file = Please add source, place and problem after “/file”, for instance “/file phone 8号楼 the stair light is out”.
refused-too-long = That is too long. Please keep it under { $most } characters.
refused-too-many-photos = At most { $most } photos at a time, please.
refused-too-many-open = { $most } of your matters are still open. Please wait for a result; if it is urgent, call.
refused-voice = I cannot understand voice messages. Please type a few words: where, and what is wrong.
refused-card = I have got the contact card, but not what it is for. Please write a few words, or send it as a reply to the ticket it belongs to.
refused-file = I cannot read files. Please send a photo or a few words.
refused-category = There is no category “{ $words }”. Send “/category” and the number to choose one.
refused-add-ended = Ticket { $number } has ended; nothing can be added. Please report again if needed.
refused-overtaken = Somebody else has just changed this. Please look again.
refused-category-changed = The category of ticket { $number } has been changed by now. To change it again, press “Change category” once more.
refused-handed-on = Ticket { $number } is with { $name } now. To pass it on again, press “Transfer” once more.
refused-button = This button does not work. Please use those of the newest message.
refused-button-old = This button was used or has expired. Please use those of the newest message.
refused-button-not-yours = This button is not for you.
refused-command-near = There is no command “{ $typed }”. Did you mean { $near }?
refused-command = There is no command “{ $typed }”. Send “/help” to see what I can do.
refused-anonymous = An anonymous account cannot report. Please send it from your own.
refused-merge-self = A ticket cannot be merged with itself; give two numbers.
refused-twin-gone = That ticket can be merged with no more; yours is handled as usual.
refused-twin-graver = Ticket { $number } is graver and stays apart.
refused-follow-own = Ticket { $number } is your own; you hear of its progress anyway.
refused-follow-ended = Ticket { $number } has ended; there is nothing more to hear.
refused-not-following = You don't follow ticket { $number }.
refused-no-person = I cannot find “{ $name }”. Please give the name of a staff member as it stands in the list.
refused-no-reporter = Ticket { $number } has no reporter to ask. Please look on the spot, or call.
refused-flood = That is a bit fast. Please wait a minute; if it is urgent, call.
refused-crowd = Too much at once in this group: from this one on, nothing of this minute was taken down. Please send it again in a minute; if it is urgent, call.
refused-private-only = Please send me the same words in private.
refused-group-only = Please send this in the residents' group; its administrator must do it.
refused-desk-only = This is for the community's desk.
refused-grid-missing = Please add the grid, for instance { $grids }.
refused-grid = There is no grid “{ $words }”. There are { $grids }.
refused-no-group = { $grid } has no group to release.
refused-bind-admin = An administrator of the group must send the code.
refused-by-pack = This group is bound by the community's configuration. Please ask the administrator.
refused-code = This code is wrong, used or expired. Please check it or get a new one.
refused-link-same = This is the same account. Please send it from your other one.
refused-link-named = The community registered both of them, so they cannot be merged. Please ask its administrator.
refused-words = Please type a few words.
refused-no-volunteer = You are not a volunteer. To become one, send “/volunteer”.
refused-holds-wishes = You still hold wishes { $numbers }. Please finish them, or send “/drop” and the number.
refused-role-by-pack = The community registered you as a volunteer. Please ask its staff.
refused-building = I cannot tell which building “{ $words }” is. Please give its number, for instance “/building 8号楼”, with the estate's name if there are several.
refused-language = I speak Chinese and English. Send “/lang zh” or “/lang en”.
refused-no-pages = There are no web pages here yet.
refused-login-demo = The demo needs no login: choose who you are on the page.
refused-forget-named = The community registered you, so you cannot delete yourself here. Please ask its administrator.
