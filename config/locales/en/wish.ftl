# Wishes: making, approving, the list, claiming, fulfilling
ask-wish = Shall I put this on the wish list, so that a neighbour can help?
ask-wish-yes = Yes, please
ask-wish-no = No, thanks
wish-received = Got your wish, number { $number }. Once the grid worker has seen it, it goes on the list, without name, phone or door.
ask-consent = Wish { $number }: when somebody claims it, may we tell them how to reach you?
ask-own-contact = What shall we call you, and how can you be reached? One line will do: Mrs Wang, phone …
ask-their-contact = Got it, wish { $number }. In one line: who is it for, and how can they be reached? If it is your own wish, send “me”.
ask-their-consent = Wish { $number }: do they agree that the volunteer is told how to reach them?
ask-wish-grid = Which grid do you live in? Just tap.
consent-yes = Fine. Only whoever claims wish { $number } will be told.
consent-no = Fine, nobody will be told. When wish { $number } is claimed, the grid worker passes things on.
wish-withdrawn = Wish { $number } is withdrawn.

wish-new = A new wish, please have a look:
wish-late = Nobody has looked at this wish yet, please do:
wish-card = Wish { $number } · { $status } · { $kind } · { $grid }
wish-card-wisher = Wisher: { $who }
wish-card-filer = Filed by: { $who }
wish-card-contact = Contact: { $who }
wish-card-consent-yes = Contact: may be told to the claimer
wish-card-consent-no = Contact: through the grid worker
wish-card-public = The list will say: { $text }
wish-approved =
    Wish { $number } is on the list:
    { $text }
wish-announced-open = New wish { $number } ({ $grid }): { $text } (Who can help? Send “/claim { $number }”.)
wish-announced-taken = Wish { $number } ({ $grid }): { $text } (Somebody has taken it on. Thank you!)
wish-announced-over = Wish { $number } ({ $grid }): { $text } (No help is needed any more. Thank you all!)
wish-reworded =
    Wish { $number } now reads:
    { $text }
ask-public-text = What shall the list say? One line, without name, phone or door (wish { $number }).
ask-decline-reason = Why can it not go on the list? One line for the wisher (wish { $number }).
wish-declined = Wish { $number } is declined; the wisher will be told.
told-wish-approved =
    Your wish { $number } is on the list now, waiting for a helping hand:
    { $text }
told-wish-declined =
    Sorry, your wish { $number } could not go on the list this time:
    { $words }

wishes-head = Wishes that wait for somebody:
wishes-foot = Want to help? Send “/claim { $number }” or tap a button.
wishes-none = No wish is waiting now. Send “/wish” and a sentence to make one.
wishes-none-such = No such wish found. Send “/wishes” to see all.
wishes-mine-none = You have made no wish and claimed none. Send “/wishes” to see the others'.
wishes-mine-head = Your wishes:
wishes-held-head = Wishes you have claimed:
wishes-waiting-head = Wishes to look at (send “/wishes” and a number to open one):
wishes-waiting-none = No wish waits for approval.
wish-line = [{ $number }] { $text } · { $grid }
wish-own-line = [{ $number }] { $text } · { $status }
wish-held-line = [{ $number }] { $text } · by { $at }

claimed = Wish { $number } is yours, please finish it by { $at }. Thank you!
claimed-in-group = Wish { $number } is yours, please finish it by { $at }. The details are in your private chat.
contact-direct =
    Contact: { $who }
    Wish: { $text }
contact-worker = Please go through the grid worker: { $who }
claim-too-late = Somebody else has just claimed wish { $number }. Thank you all the same!{" "}
claim-others = These still wait for somebody:
claim-others-short = { $numbers } still wait: send “/claim” and a number.
claim-none-else = No other wish waits now.
told-contact =
    The wisher of wish { $number } has left a contact:
    { $contact }
told-contact-no-more =
    The wisher of wish { $number } no longer shares the contact; please stop using it and delete it.
    { $contact }
told-wish-claimed = Good news: volunteer { $name } has claimed your wish { $number } and will be in touch.
told-worker-claimed = Volunteer { $name } has claimed wish { $number }: { $text }
dropped = Wish { $number } is back on the list. Thank you for telling us.
told-wish-returned = Wish { $number } is back on the list. Please bear with us, somebody will help.
told-claim-taken = Staff have put wish { $number } back on the list; you need do nothing more. Thank you!
told-wish-withdrawn = The wisher of wish { $number } needs no help any more; you need do nothing more. Thank you!
told-claim-ends-soon = A reminder: please finish wish { $number } by { $at }. Tell me when it is done; if you have no time, just drop it.
told-claim-ended = The time for wish { $number } is over, so it is back on the list. Never mind: claim it again when you have time.

ask-proof = How did you help with wish { $number }? A line or a photo, please.
wish-done = Wonderful! We have asked for confirmation of wish { $number }.
ask-confirm =
    The volunteer says wish { $number } is done. Is it?
    { $text }
    { $words }
wish-confirmed = Thank you! Wish { $number } has come true.
wish-denied = All right, I have asked the volunteer to come again (wish { $number }).
told-wish-fulfilled = Wish { $number } is fulfilled. Thank you for your kindness!
told-wish-denied = The wisher says wish { $number } is not done yet. Please get in touch again; you have until { $at }.
told-wish-closed = After { $days } days without a word from you, wish { $number } counts as done. If it is not, please tell your grid worker.
told-wish-photos = Photos of wish { $number }
told-wish-photo-lost = One photo of wish { $number } did not arrive; never mind, everything goes on.
wish-thanks = Wish { $number } is fulfilled: { $text } (Thanks to a kind neighbour!)

wish-status-proposed = waiting for the worker
wish-status-open = waiting for a volunteer
wish-status-claimed = somebody is helping
wish-status-done = waiting for confirmation
wish-status-fulfilled = fulfilled
wish-status-declined = not approved
wish-status-withdrawn = withdrawn

wish-kind-repair = Repair
wish-kind-errand = Errand
wish-kind-company = Company
wish-kind-teach = Learning
wish-kind-mend = Sewing and hair
wish-kind-thing = Things
wish-kind-other = Other

wish-did-wish = wished
wish-did-consent = answered about the contact
wish-did-edit = edited
wish-did-approve = approved
wish-did-decline = declined
wish-did-withdraw = withdrew
wish-did-claim = claimed
wish-did-remind = reminded
wish-did-drop = dropped
wish-did-return = returned when its time was over
wish-did-done = done
wish-did-confirm = confirmed
wish-did-deny = not done yet
wish-did-fulfil = confirmed by itself

do-consent = Yes
do-not-consent = No, through the worker
do-share = Share my contact
do-share-no-more = Stop sharing my contact
do-wish-approve = Approve
do-wish-edit = Edit
do-wish-decline = Decline
do-claim = I will help
do-claim-number = Claim { $number }
do-next-page = Next page
do-wish-done = Done
do-wish-drop = Drop
do-wish-confirm = Done, thank you
do-wish-deny = Not yet

refused-empty-wish = Please write a line after “/wish”: what you need, or what somebody could help with.
refused-wish-voice = I cannot listen to voice messages; please type your wish in a few words.
refused-empty-contact = Please type a few words: a name and how to reach them.
refused-empty-reason = Please type a few words to say why.
refused-no-wish = There is no wish { $number }. Send “/wishes” to see the list.
refused-number-is-ticket = Number { $number } is a ticket, not a wish. Send “/wishes” to see the wishes.
refused-wish-not-yours = Wish { $number } is not yours to handle.
refused-too-many-wishes = You have { $most } wishes waiting; please wait until one has come true.
refused-not-volunteer = How kind! To claim a wish, become a volunteer first: just send “/volunteer”.
refused-claim-yours = Wish { $number } is yours already.
refused-claim-own = Wish { $number } is your own; leave it to somebody else.
refused-too-many-claims = You have { $most } wishes in hand; finish one before the next. Thank you!
refused-wish-step =
    { $status ->
        [proposed] The grid worker has not looked at this wish yet, please wait.
        [open] Nobody has claimed this wish.
        [claimed] Somebody is helping with this wish already.
        [done] This wish is done and waits for confirmation.
        [fulfilled] This wish is fulfilled already.
        [declined] This wish is not on the list.
       *[withdrawn] This wish has been withdrawn.
    }
