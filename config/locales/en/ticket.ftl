# Tickets: states, urgency, levels and what each step is called
status-reported = reported
status-accepted = accepted
status-paused = paused
status-resolved = resolved
status-closed = closed
status-refused = refused
status-merged = merged
status-withdrawn = withdrawn

urgency-routine = routine
urgency-urgent = urgent
urgency-danger = danger

level-grid = grid
level-community = community
level-street = street office

limit-answer = answer
limit-resolve = resolve
limit-feedback = report progress on
limit-other = deal with
owed-answer = answer
owed-resolve = resolution
owed-feedback = progress report
owed-other = handling

do-accept = Accept
do-resolve = Resolve
do-ask = Ask the resident
do-transfer = Transfer
do-raise = Raise
do-refuse = Refuse
do-category = Change category
do-not-report = Not a report
do-page = See progress
do-fixed = Yes, fixed
do-not-fixed = Not fixed
do-reopen = I disagree, please look again

done-report = reported
done-add = something added
done-amend = amended
done-reclassify = category changed
done-relocate = place changed
done-accept = accepted
done-ask = resident asked
done-answer = resident answered
done-pause = paused
done-resume = resumed
done-assign = assigned
done-transfer = transferred
done-raise = raised
done-refuse = refused
done-resolve = resolved
done-confirm = resident says fixed
done-rate = rated
done-close = closed
done-reopen = reopened
done-withdraw = withdrawn
done-merge = merged
done-unmerge = merge undone
done-remind = reminded
done-forward = sent to the work-order system

owner-worker = grid worker { $person }
owner-both = grid worker { $person }, { $body }
owner-desk = the community desk
until-answer = You will get an answer by { $at }.
until-resolve = To be resolved by { $at }.
until-feedback = You will hear how it goes by { $at }.
until-then = { " " }Until somebody takes it, they are alarmed every { $every }.
place-line = Place: { $place }
owner-line = Responsible: { $owner }

card-head = Ticket { $number } · { $status }
card-reporter = Reported by: { $who }
card-filer = Filed by: { $who } ({ $source })
source-patrol = patrol
source-hotline = phone
source-counter = visit
source-relayed = from another chat
words-addition = Added: { $text }
words-question = Asked: { $text }
words-answer = Answered: { $text }
words-resolution = Resolved: { $text }
words-reason = Why: { $text }
words-rating = Rated: { $text }
card-answer = First answer by { $at }
card-resolve = Resolution by { $at }
card-photos = { $count ->
    [one] One photo, sent as soon as it is here.
   *[other] { $count } photos, sent as soon as they are here.
  }
ticket-line = { $number } · { $status } · { $category } · { $words }
history-line = { $at } { $who }: { $what }
somebody = a resident
linli = Linli

did-accept = Ticket { $number } is yours now; its reporter has been told.
did-ask = The reporter of ticket { $number } was asked; you will get the answer at once.
did-resolve = Ticket { $number } is resolved; its reporter is asked to confirm.
did-refuse = Ticket { $number } was refused, and its reporter told why.
did-raise = Ticket { $number } was raised to the { $level }.
assigned = Ticket { $number } is with { $name } now.
merged = Ticket { $number } is merged into { $into }; its reporter will hear of progress.
unmerged = Ticket { $number } stands alone again.
joined = Ticket { $number } goes together with { $into }; you will hear of progress.
looks-like = This looks like ticket { $number } ({ $what }). If it is the same matter, press the button and you will hear how that one goes; if you press nothing, yours is handled all the same.
card-looks-like = Looks like ticket { $number } ({ $what }, { $status })
do-twin-same = Same as { $number }
do-twin-other = Another matter
do-twin-merge = Merge into { $number }
do-twin-keep = Another matter
noted-other = All right, they stay apart.
followed = You will hear how ticket { $number } goes, too.
unfollowed = You will hear no more of ticket { $number }.
do-unfollow = Tell me no more
filed-phone = Caller's phone: { $phone }
filed = Filed as ticket { $number }. The text below can be copied to the resident:
filed-in-own-grid = No place was given: it lies in your own { $grid } for now.
filed-own = Filed as ticket { $number }. If residents should know, copy the text below:
page-line = See progress: { $url }
choose-person = Who should take ticket { $number }? You can also send “{ $command } { $number } NAME”.
do-other-people = Others
ask-words-question = What would you like to ask the resident? Send one message (ticket { $number }).
ask-words-resolution = How was it resolved? Send words for the resident, photos welcome (ticket { $number }).
ask-words-reason = Why can it not be accepted? Send a reason for the resident (ticket { $number }).

todo-none = You have no open tickets.
todo-head = { $count ->
    [one] One ticket to do:
   *[other] { $count } tickets to do, soonest first:
  }
todo-late = late, was due { $at }

told-addition =
    Added to ticket { $number }:
    { $words }
told-amended =
    Ticket { $number } was edited by its reporter:
    { $words }
told-amended-photos = The photos of ticket { $number } were changed by its reporter.
told-moved = Ticket { $number } turned out to lie in { $grid } and went to the worker there. You need do nothing.
told-handed-on = Ticket { $number } is now in the hands of { $name }.
told-recalled = The reporter took back an addition to ticket { $number }.
told-withdrawn = Ticket { $number } was withdrawn by its reporter; nothing more to do.
told-accepted =
    Your ticket { $number } was accepted by { $name }.
    { $words }
told-asked =
    About your ticket { $number }, a question:
    { $words }
    Please reply to this message to answer.
told-asked-in-private =
    About your ticket { $number }, the worker would like to know:
    { $words }
    Just write your answer here, and I will pass it on.
told-answered =
    The reporter of ticket { $number } answers:
    { $words }
told-resolved =
    Your ticket { $number } is resolved:
    { $words }
    Is it fixed?
told-refused =
    Sorry, your ticket { $number } cannot be accepted:
    { $words }
told-merged = Your ticket { $number } is about the same matter as { $into }. They are handled together and you will hear of progress.
told-merged-away = Ticket { $number } went up in { $into } and need not be handled alone.
told-another =
    Ticket { $number } was reported once more (ticket { $other } is merged into it):
    { $words }
told-photo-twin = The photos of ticket { $number } look like those of another.
told-question-answered = What was asked about ticket { $number } has been answered; it goes on.
told-reopened = Your ticket { $number } is open again; somebody will come back to it and you will hear of progress.
told-unmerged = Your ticket { $number } is handled on its own again; you will hear of progress as before.
told-closed = Ticket { $number } was resolved { $days } days ago and we heard nothing, so it is closed now. If it is not fixed, please tell us again.
told-raised = { $name } raised ticket { $number } to the { $level }. Please take it from here.
told-raised-late = Nobody managed to { $what } ticket { $number } in time, so it comes up to the { $level }. Please press for it or take it over.
told-photos = Photos of ticket { $number }
told-recordings = Voice or video of ticket { $number }
told-recordings-elsewhere = Ticket { $number } has a voice message or a video on another chat platform; it cannot be shown here.
told-photo-lost = A photo of ticket { $number } could not be fetched; the ticket stands. If you can, please send it again as a reply to this message.

remind-soon = Reminder: please { $what } ticket { $number } by { $at }. That is in { $by }.
remind-now = Time is up: please { $what } ticket { $number } now. It was due { $at }.
remind-late = Late: please { $what } ticket { $number }. It was due { $at }, { $by } ago.
alarm = Danger! Ticket { $number } was reported { $by } ago and nobody has accepted it. Please see to it now and press “Accept”.
told-in-hand = No more alarms for ticket { $number } (danger): { $what } by { $name }.
nudges-head = { $count } tickets need you:
nudges-raised = Raised to you
nudges-late = Just late
nudges-soon = Due soon
nudges-still = Still late
nudge-soon = { $what } due in { $by }
nudge-now = { $what } due now
nudge-late = { $what } { $by } late
nudges-more = And { $count } more.
nudges-foot = Tap one to open it; there you can accept or resolve it. “/todo” lists all.
do-unmerge = Undo the merge
todo-answer = answer by { $at }
todo-resolve = resolve by { $at }
todo-feedback = report back by { $at }
todo-other = due by { $at }
