"""200 volunteers for one wish at once: who has it, and who hears how soon.

``python -m tests.bench.claims --json``. Half of them type ``认领 12``, half
press the button under the announcement. Everything is the product's own:
``hearing.hear`` in the one writer's batches, answers committed with the
claim. ``postgresql_two`` has two writers, as two processes would.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from sqlalchemy import func, select

from config.terms import (
    ChatKind,
    CommunityId,
    GridId,
    Number,
    PersonId,
    Role,
    WishId,
    WishStatus,
)
from config.texts import Texts
from handlers import hearing
from handlers.context import Fixed
from handlers.understanding.model import shipped
from handlers.understanding.understanding import Understanding
from storage import ahead, apply, buttons, people, schema, tickets, wishes
from storage.database import Ahead, Connection, Database
from storage.messages import (
    AnswerPress,
    Chat,
    Incoming,
    Outgoing,
    Pressed,
    Said,
    Say,
    Sender,
)
from tests import databases, postgres
from tests.bench._measure import (
    at_flush,
    flush_ms,
    options,
    percentile,
    show,
    spent,
)
from tests.emulators import slowsync
from tests.town import CHANNEL, COMMUNITY, MONDAY, PACK

ROUNDS = 50
CLAIMERS = 200
TOWN = CommunityId(COMMUNITY.id)
GROUP = Chat(CHANNEL, "g1", ChatKind.GROUP)
_ids = count(1)
_outgoing: msgspec.json.Decoder[Outgoing] = msgspec.json.Decoder(Outgoing)


def main() -> None:
    """Print the figures of each database."""
    given = options(__doc__ or "")
    at_flush("tests.bench.claims", given.flush_ms)
    figures: dict[str, Any] = {
        "bench": "claims",
        "claimers": CLAIMERS,
        "rounds": ROUNDS,
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "linli.db"
        figures["flush_ms"] = round(flush_ms(Path(folder)), 2)
        databases.lay_sqlite(path)
        figures["sqlite"] = asyncio.run(_run([f"sqlite+aiosqlite:///{path}"]))
    try:
        with postgres.cluster(
            quick=False, environment=slowsync.environment(given.flush_ms)
        ) as cluster:
            for name, writers in ("postgresql", 1), ("postgresql_two", 2):
                url = cluster.url(databases.lay_postgres(cluster))
                figures[name] = asyncio.run(_run([url] * writers))
    except postgres.Missing as why:
        figures["postgresql"] = {"missing": str(why)}
    lines = [
        f"{name}: {one['winners']} winner a round,"
        f" all {CLAIMERS} answered in {one['p50_ms']} ms"
        f" (worst {one['max_ms']} ms)"
        for name, one in figures.items()
        if isinstance(one, dict) and "winners" in one
    ]
    show(figures, lines, only=given.json)


async def _run(urls: Sequence[str]) -> dict[str, Any]:
    fixed = Fixed(
        pack=PACK,
        texts={TOWN: Texts.load()},
        minds={TOWN: Understanding(COMMUNITY, shipped())},
        token=lambda: f"t{next(_ids):012}",
        write_first=frozenset({CHANNEL}),
    )
    async with AsyncExitStack() as stack:
        doors = [
            await stack.enter_async_context(Database(url).opened())
            for url in urls
        ]
        await doors[0].write(_settle)
        took: list[float] = []
        each: list[float] = []
        winners: list[int] = []
        lost, cpu_s = 0, 0.0
        for _ in range(ROUNDS):
            number, token = await doors[0].write(_make_wish)
            claims = _claims(number, token)
            with spent() as cost:
                moments = await _rush(fixed, doors, claims)
            cpu_s += cost.cpu_s
            took.append(max(moments))
            each += moments
            winners.append(await doors[0].read(partial(_winners, number)))
            lost += await doors[0].read(partial(_unanswered, claims))
    return {
        "winners": winners[0] if len(set(winners)) == 1 else winners,
        "unanswered": lost,
        "p50_ms": round(percentile(took, 0.5), 1),
        "max_ms": round(max(took), 1),
        "cpu_us_per_claim": round(cpu_s / ROUNDS / CLAIMERS * 1e6),
        "answer_p50_ms": round(percentile(each, 0.5), 1),
        "answer_p99_ms": round(percentile(each, 0.99), 1),
    }


async def _rush(
    fixed: Fixed, doors: Sequence[Database], claims: Sequence[Incoming]
) -> list[float]:
    """Let all claims arrive at once; return when each was answered, ms."""
    started = time.perf_counter()
    moments: list[float] = []

    def note(_done: Awaitable[None]) -> None:
        moments.append((time.perf_counter() - started) * 1000)

    waiting = []
    for place, claim in enumerate(claims):
        door = doors[place % len(doors)]
        about = ahead.Heard(claim, MONDAY)
        future = door.submit(_hear(fixed, claim), Ahead(ahead.look, about))
        future.add_done_callback(note)
        waiting.append(future)
    for future in waiting:
        await future
    return moments


def _hear(fixed: Fixed, message: Incoming) -> Callable[[Connection], None]:
    return lambda db: hearing.hear(fixed, db, message, MONDAY)


def _claims(number: Number, token: str) -> list[Said | Pressed]:
    return [
        _pressed(place, token) if place % 2 else _typed(place, number)
        for place in range(CLAIMERS)
    ]


def _typed(place: int, number: Number) -> Said:
    return Said(**_from(place), text=f"认领 {number}")


def _pressed(place: int, token: str) -> Pressed:
    return Pressed(**_from(place), token=token)


def _from(place: int) -> dict[str, Any]:
    return {
        "channel": CHANNEL,
        "account": "linli",
        "chat": GROUP,
        "sender": Sender(CHANNEL, f"v{place}", name=f"v{place}"),
        "id": f"m{next(_ids)}",
        "at": MONDAY,
    }


def _settle(db: Connection) -> None:
    """Bring the town, its volunteers, and a few wishes that stay open."""
    apply.apply(db, PACK, MONDAY)
    for place in range(CLAIMERS):
        sender = Sender(CHANNEL, f"v{place}", name=f"v{place}")
        person = people.meet(db, TOWN, sender, MONDAY)
        people.give_role(db, TOWN, person.id, Role.VOLUNTEER)
    for _ in range(5):
        _open_wish(db)


def _open_wish(db: Connection) -> tuple[Number, WishId]:
    wish = wishes.put(
        db,
        community_id=TOWN,
        number=tickets.next_number(db, TOWN),
        status=WishStatus.OPEN,
        grid_id=GridId("g1"),
        kind="thing",
        public_text="楼道里想要个折叠凳歇歇脚",
        wisher_id=PersonId("wang"),
        opened_at=MONDAY,
        approved_at=MONDAY,
    )
    return wish.number, wish.id


def _make_wish(db: Connection) -> tuple[Number, str]:
    """Open a wish with its button; let earlier claims count no more."""
    c = schema.claim
    db.execute(c.update().values(state="fulfilled", ended_at=MONDAY))
    number, wish = _open_wish(db)
    token = f"b{next(_ids):012}"
    buttons.issue(
        db,
        [
            {
                "token": token,
                "community_id": TOWN,
                "action": "wish-claim",
                "subject_id": wish,
                "args": {},
                "allowed": "",
                "chat": GROUP.key,
                "bunch": token,
                "created_at": MONDAY,
                "expires_at": MONDAY + timedelta(days=1),
            }
        ],
    )
    return number, token


def _winners(number: Number, db: Connection) -> int:
    c, w = schema.claim, schema.wish
    return db.execute(
        select(func.count())
        .select_from(c.join(w, w.c.id == c.c.wish_id))
        .where(w.c.number == number)
    ).scalar_one()


def _unanswered(claims: Sequence[Said | Pressed], db: Connection) -> int:
    """Count the claimers who got no reply and no notice."""
    o = schema.outbox
    bodies = db.execute(
        select(o.c.body).order_by(o.c.id.desc()).limit(CLAIMERS + 20)
    ).scalars()
    answered = set()
    for body in bodies:
        match _outgoing.decode(body):
            case Say(reply_to=said):
                answered.add(said)
            case AnswerPress(press=press):
                answered.add(press)
            case _:
                pass
    return sum(claim.id not in answered for claim in claims)


if __name__ == "__main__":
    main()
