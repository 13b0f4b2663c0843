# To and from other people's work-order systems
order-photos = { $count ->
    [one] One photo
   *[other] { $count } photos
  }
order-private = The matter is private. Please ask the community desk (ticket { $number }).
order-moved = Somebody else looks after this now. Nothing more to do here.
order-forget = The resident asks to be forgotten. Please delete what tells who they are, photos included, from this order.
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

# What `linli check` finds out about a work-order system, for operators.
roundup-identity = Work-order system { $system }: signed in as { $user } ({ $url }).
roundup-locked = Work-order system { $system } doesn't let { $user } in. Check user:password in LINLI_SYSTEM_…, and give this user REST access.
roundup-unreachable = Work-order system { $system } can't be reached ({ $url }: { $error }). Check the network and the address.
roundup-may = Work-order system { $system }: may create { $kind }.
roundup-may-not = Work-order system { $system }: { $user } may not create { $kind }. Give this user the right to.
roundup-statuses = Work-order system { $system } has the statuses: { $there }.
roundup-no-status = Work-order system { $system } has no status "{ $status }". Correct statuses in systems.yaml; there are: { $there }.
