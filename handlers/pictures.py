"""What a photo that has come, or will not come, does to its matter."""

from datetime import datetime

from handlers import bridge, joining, letters, opening, triage, wishing
from handlers.context import Context, Fixed
from storage import photos, tickets, wishes
from storage.database import Connection
from storage.messages import Outgoing, Point
from storage.photos import KeptPhoto
from storage.tickets import Ticket


def kept(
    fixed: Fixed,
    db: Connection,
    photo: KeptPhoto,
    point: Point | None,
    now: datetime,
) -> None:
    """Bring photos to whom they are for, once the last has come.

    A position that the original carried completes a ticket's place.
    """
    ctx = _surroundings(fixed, db, photo, now)
    if photo.wish_id is not None:
        wish = wishes.get(db, photo.wish_id)
        letters.post(ctx, wishing.show_photos(ctx, wish))
    if photo.ticket_id is None:
        return
    ticket = tickets.get(db, photo.ticket_id)
    if point is not None and ticket.lat is None:
        ticket = opening.locate(ctx, ticket, point)
    _show(ctx, ticket)


def failed(
    fixed: Fixed, db: Connection, photo: KeptPhoto, now: datetime
) -> None:
    """Tell who sent it that a photo is lost; ticket or wish stands."""
    ctx = _surroundings(fixed, db, photo, now)
    if photo.wish_id is not None:
        wish = wishes.get(db, photo.wish_id)
        author = ctx.find(photo.author_id)
        lost = wishing.tell(ctx, author, wish, "told-wish-photo-lost")
        letters.post(ctx, [*lost, *wishing.show_photos(ctx, wish)])
    if photo.ticket_id is None:
        return
    ticket = tickets.get(db, photo.ticket_id)
    said = triage.tell_reporter(ctx, ticket, "told-photo-lost")
    letters.post(ctx, said)
    _show(ctx, ticket)


def _show(ctx: Context, ticket: Ticket) -> None:
    rows = photos.of_ticket(ctx.db, ticket.id)
    if any(row.state == "wanted" for row in rows):
        return
    new = [row for row in rows if row.state == "kept" and not row.shown]
    if not new:
        return
    photos.mark_shown(ctx.db, [row.id for row in new])
    said: list[Outgoing] = bridge.show(ctx, ticket, new)
    for purpose in dict.fromkeys(row.purpose for row in new):
        kept = [row.id for row in new if row.purpose == purpose]
        for person in opening.concerned(ctx, ticket, purpose):
            said += opening.bring_photos(ctx, ticket, person, kept)
    letters.post(ctx, said)
    if any(row.purpose == "report" for row in new):
        letters.post(ctx, joining.suggest_late(ctx, ticket))


def _surroundings(
    fixed: Fixed, db: Connection, photo: KeptPhoto, now: datetime
) -> Context:
    return Context.of(fixed, db, photo.community_id, now)
