# Reports: acknowledgement, confirmation, additions, corrections
received = Received: ticket { $number }.
received-danger = Danger! Keep yourself safe and call at once: { $numbers }. The grid worker and the community desk have been told.
received-correct = Wrong? Reply “/category” or “/notreport”. To add something, reply to this message.
received-apart = Received. Somebody will contact you in private; it is not discussed in the group. Please see our private chat.
added-apart = Noted. Let us go on in private.
ask-report = Shall I report this to the grid worker for you?
ask-report-desk = Shall I report this to the community desk for you? It will not go to the grid worker.
ask-report-yes = Yes, report it
ask-file = Shall I file this as a ticket?
ask-file-yes = Yes, file it
ask-report-no = No
ask-grid = Which grid is it in? Just tap.
ask-photo-words = Got the photo. One more thing: where is it, and what is wrong?
ask-recording-words = Got the { $kind ->
        [voice] voice message
       *[video] video
    }; your worker will get it. I cannot understand it myself, so please type a few words: where is it, and what is wrong?
ask-point-words = Got the place. One more thing: what is wrong there?
choose-category = What is ticket { $number } about?
noted = OK
noted-not-report = OK, I will not report it.
added = Added to ticket { $number }.
answered = Thank you, the worker has your answer (ticket { $number }).
added-recording = Added to ticket { $number }; your worker will get the { $kind ->
        [voice] voice message
       *[video] video
    }. If you can, please type a few words, too: they are quicker to find.
ask-withdraw = Somebody is already working on ticket { $number }. Take it back all the same?
do-withdraw = Take it back
do-keep = Leave it
noted-kept = All right, the work goes on.
withdrawn = Ticket { $number } is withdrawn.
reclassified = Ticket { $number } is now “{ $category }”.

my-none = You have not reported anything yet. Just send “/report” and a sentence.
my-head = Your reports:
closed-thanks = Thank you! Ticket { $number } is closed. How was it handled?
ask-not-fixed = Sorry to hear that. What is still wrong with ticket { $number }? A sentence, and photos if you like.
reopened = Ticket { $number } is open again; the grid worker will look at it.
rated = Thank you! If you would like to add a word, just send it.
rated-word = Thank you, noted.

lost =
    I can help you with this:
    report something: “/report” and a sentence, with photos if you like
    show progress: “/my”
    answer questions about policies: “/ask” and your question
    more: “/help”
you-are-welcome = You are welcome!
call-in-group = { $name }, there is a message for you: please open our private chat.
call-to-danger = { $name }, a matter of danger is waiting for you: please open our private chat at once.
answered-in-private = I have answered you in private.
said-again = (This may have been sent before.)
ask-danger = If there is danger, keep yourself safe and call at once: { $numbers }.
