# To and from other people's work-order systems
order-photos = { $count ->
    [one] One photo
   *[other] { $count } photos
  }
order-private = The matter is private. Please ask the community desk (ticket { $number }).
order-moved = Somebody else looks after this now. Nothing more to do here.
order-contact = Contact: { $who }

order-accept =
    { $body } accepted ticket { $number }.
    { $words }
order-resolve =
    { $body } resolved ticket { $number }.
    { $words }
order-refuse =
    { $body } sent ticket { $number } back.
    { $words }
order-words =
    { $body } wrote on ticket { $number }:
    { $words }
order-no-words-resolve = { $body } says that it is done.
order-no-words-refuse = { $body } did not take it on. Please ask the community desk if you need it.
