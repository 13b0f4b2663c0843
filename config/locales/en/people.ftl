# People: welcome, help, privacy, groups and accounts

# One line for each command, in help, in menus and in the README
about-report = Report what is wrong and where, photos welcome
about-my = List what I reported
about-track = Where a ticket stands, by number
about-reopen = Reopen what is not fixed, with the reason
about-follow = Hear how a neighbour's matter goes, by number
about-unfollow = Hear of it no more, by number
about-withdraw = Take back my report, by number
about-category = Change a ticket's category
about-notreport = Say that it was no report
about-ask = Ask about policies and services
about-wish = Make a small wish
about-wishes = List the open wishes
about-volunteer = Become a volunteer
about-unvolunteer = Stop being a volunteer
about-building = Tell which building I live in
about-lang = Change the language (zh, en)
about-privacy = What is kept, and who sees it
about-export = Get a copy of my data
about-forget = Delete my data
about-link = Join two accounts of mine
about-login = Log in to the web pages
about-cancel = Stop the step under way
about-start = Begin
about-help = What I can do
about-claim = Claim a wish, by number
about-drop = Give a claimed wish back, by number
about-done = Wish fulfilled, by number, photos welcome
about-todo = My open tickets, soonest due first
about-ticket = A ticket and its history, by number
about-accept = Accept a ticket, by number
about-inquire = Ask the resident, by number
about-resolve = Resolve a ticket, with words for the resident
about-transfer = Hand a ticket to a colleague, by number
about-raise = Raise a ticket to the next level, by number
about-refuse = Refuse a ticket, with a reason
about-unmerge = Undo a merge, by number
about-merge = Merge one ticket into another
about-file = File for a caller: phone, counter, patrol
about-approve = Approve a wish, by number
about-decline = Decline a wish, with a reason
about-assign = Assign a ticket to somebody, by number
about-code = Make a code that binds a grid's group
about-bind = In the group, its administrator types the code
about-unbind = Release a group from its grid

start = Hello, I am the neighbourhood assistant of { $community }. Just write to me, for instance “the lamp at building 8 is out”, photos welcome; for policies send “/ask” and your question. “/help” shows what else I can do.
start-news = Hello, I am the neighbourhood assistant of { $community }. Your message is on its way, and further news will come here too. “/help” shows what I can do.
start-group = Hello everybody, I am the neighbourhood assistant of { $community }. If something is wrong, send “/report” and a sentence in this group, photos welcome; for private matters write to me alone.
help-resident = Everybody can send:
help-volunteer = Volunteers also:
help-worker = Workers also (or the buttons under a ticket):
help-desk = The desk also:
help-group = In this group you can send:
help-line = { $slash } ({ $word }): { $about }
help-more = Also: { $commands }
help-emergency = In danger call { $numbers } first.
lang-which = Which language?
lang-is = All right, English from now on.
noted-cancelled = All right, cancelled.

privacy-notice =
    Privacy: only your reports, questions and wishes are kept, for the workers and the desk; talk is not.
    “/privacy” tells more, “/forget” deletes it at any time.
privacy =
    Privacy in { $community }
    What is kept: your name and accounts; your reports, additions, photos, wishes and ratings; the building, if you told us. Ordinary talk is not kept.
    Who sees it: the grid worker, the responsible body and the desk that handle the matter. In groups and on web pages, phones, papers and door numbers are masked; web pages hide names as well and show no photos; quarrels and violence are handled in private alone. If you agree, the volunteer who claims your wish sees the contact you gave. A ticket sent to a responsible body's own system is kept there by that body's rules.
    How long: photos are deleted { $photos } after closing, words { $words } after closing; the web chat keeps { $chat }.
    You can: send “/export” for a copy of your data, “/forget” to delete all of it.
export-head = What { $community } keeps of you, as of { MOMENT($at) }:
export-name = Name: { $value }
export-phone = Phone: { $value }
export-building = Building: { $value }
export-skills = Can help with: { $value }
export-roles = Roles: { $value }
export-accounts = Accounts: { $value }
export-tickets = Reports: { $count }
export-ticket = { $number } · { $status } · { $category } · { MOMENT($at) } · { $place }
export-follows = Matters you follow: { $numbers }
export-wishes = Wishes: { $count }
export-wish = { $number } · { MOMENT($at) } · { $text } · contact: { $contact }
export-claims = Claimed wishes: { $numbers }
export-words = Words: { $count }
export-word = { $number } · { MOMENT($at) } · { $text }
export-photos = Photos: { $count }
export-recordings = Voice messages and videos, still on the chat platform: { $count }
export-photo = { $number } · { $count }
role-volunteer = volunteer
role-worker = grid worker
role-head = head of grid
role-desk = community desk
role-street = street office
role-admin = administrator
forget-sure =
    Delete all of your data?
    Your name, phone, accounts, words, photos and wishes are deleted. Open matters are withdrawn; dangerous ones, and those that others follow, go on without your name.
    This cannot be undone. For a copy first, send “/export”.
forget-yes = Yes, delete everything
forget-no = No, keep it
forgotten = Everything is deleted; we do not know you any more. To begin anew, just write.
told-forgotten = The reporter of ticket { $number } asked to be forgotten and cannot be reached. Please carry on with it:
told-wish-forgotten = Wish { $number } was taken back by its wisher; nothing more to do. Thank you!

volunteer-what = Thank you! What can you help with? Press one, or write a few words.
skill-errand = Errands
skill-repair = Small repairs
skill-company = Company
skill-teach = Phones, homework
skill-any = Anything
volunteer-consent = When you claim a wish you see how to reach the person. Please use it only to help, tell nobody, and keep nothing afterwards. Do you agree?
volunteer-yes = I agree
volunteer-no = Not now
volunteer-welcome = Welcome as a volunteer! “/wishes” shows who needs help, “/claim” and the number takes it on. To stop, send “/unvolunteer”.
volunteer-already = You are a volunteer already. “/wishes” shows who needs help; to stop, send “/unvolunteer”.
volunteer-no-more = All right, you are no longer a volunteer. Thank you for your help!

building-is = Your building: { $building }. Send “/building” and another to change it, “/building clear” to remove it.
building-none = I do not know your building. Send “/building” and its number, for instance “/building 8号楼”.
building-kept = Noted: { $building }, in { $grid }. Private reports find their grid by it. “/building clear” removes it.
building-cleared = All right, your building is removed.

login-link =
    Open this link to log in. It works once, for { $minutes } minutes; please do not pass it on:
    { $url }

link-code = Write to me from your other account and send “/link { $code }”. It works for { $minutes } minutes; tell nobody.
link-sure = Join the account of “{ $name }” and this one? Both will then see and handle your matters. If it is not your own account, press “No”.
link-yes = Yes, join them
link-no = No
linked = Done, both accounts are “{ $name }” now. If that was wrong, undo it below within 7 days.
unlinked = Undone: two persons again.
do-undo = Undo

code-made = The code for { $grid }: { $code }. Add me to the group, then its administrator sends “/bind { $code }” there. It works once, within an hour.
bind-how = Send “/bind” and the code. The community's staff get a code by sending me “/code” and the grid's name in private.
bound = This group now belongs to { $grid }. Send “/report” and a sentence, photos welcome; in danger call first.
released = This group is released; I handle nothing here any more and leave in a day.
told-bound = Group { $group } is bound to { $grid }. You can undo it.
told-bound-away = Group { $group } was bound to another community.
told-released = Group { $group } is released from { $grid }; I leave it in a day. You can undo it.
choose-group = Release which group of { $grid }?
outside-private = I do not know your community yet. Please send “/help” in your residents' group once, then write to me again.
