# Questions: the answer, candidates, passing on to a person
faq-source = Source: { $source } (issued { $issued })
faq-source-until = Source: { $source } (issued { $issued }, valid until { $until })
faq-which = Which of these do you mean?
faq-none = I don't know the answer. Shall I pass the question to your worker?
faq-expired = The rule on “{ $title }” ended on { $until }; I have not received a newer one yet.
faq-ask-worker = Shall I pass it to your worker?
faq-passed = Passed to your worker as ticket { $number }; you will hear as soon as there is an answer.
faq-thanks-up = Thank you, glad it helped!
faq-thanks-down = Thank you for telling us; we will do better.

do-faq-up = 👍 Useful
do-faq-down = 👎 Not useful
do-faq-none = None of these
do-faq-pass = Pass it on
do-faq-leave = No, thanks

refused-empty-question = Please write your question after “/ask”, as in “/ask how do I pay for medical insurance”.
refused-answer-gone = This answer has been replaced or has expired; please ask again.
