# Questions: the answer, candidates, passing on to a person
faq-source = Source: { $source } (issued { $issued })
faq-source-until = Source: { $source } (issued { $issued }, valid until { $until })
faq-which = Which of these do you mean?
faq-none = I don't know. Shall I pass it to your worker?
faq-expired = What was said about “{ $title }” ended on { $until }; nothing newer has come yet.
faq-ask-worker = Shall I pass it to your worker?
faq-passed = Passed to your worker as number { $number }; you will hear as soon as there is an answer.
faq-thanks-up = Thank you, glad it helped!
faq-thanks-down = Thank you for telling us; we will do better.

do-faq-up = 👍 Useful
do-faq-down = 👎 Not useful
do-faq-none = None of these
do-faq-pass = Pass it on
do-faq-leave = No, thanks

refused-empty-question = Please write your question after “/ask”, as in “/ask how do I pay for medical insurance”.
refused-answer-gone = This answer has been replaced or has run out; please ask again.
