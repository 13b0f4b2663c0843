"""The web chat's history, on the embedded database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from config.terms import ChatKind, CommunityId, PersonId
from storage import seats, uploads, webchat
from storage.messages import Choice
from storage.seats import Seat, Viewer
from storage.uploads import Upload

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
YUELAI = CommunityId("yuelai")
GROUP = Seat(
    community=YUELAI,
    address="g1",
    kind=ChatKind.GROUP,
    title="第一网格",
    members=frozenset({"wang", "lin"}),
)


def _person(address: str) -> Viewer:
    return Viewer(
        address=address,
        community=YUELAI,
        person=PersonId(address),
        name=address.title(),
        language="",
        roles=frozenset(),
    )


WANG = _person("wang")
LIN = _person("lin")
STRANGER = _person("stranger")


@pytest.fixture
def db(sqlite_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{sqlite_path}")
    with engine.begin() as connection:
        seats.seat(connection, [GROUP])
        yield connection
    engine.dispose()


def _post(
    db: Connection,
    client: str,
    text: str = "路灯不亮",
    sender: Viewer = WANG,
    photos: tuple[str, ...] = (),
) -> webchat.Stored:
    return webchat.post(
        db,
        chat="g1",
        sender=sender,
        client=client,
        text=text,
        photos=photos,
        quote=None,
        now=NOW,
    )


def test_the_same_post_twice_is_one_message(db: Connection) -> None:
    first = _post(db, "c1")
    again = _post(db, "c1")

    assert first.new
    assert not again.new
    assert again.id == first.id
    assert len(webchat.before(db, "g1", None, 50)) == 1


def test_a_stranger_can_neither_post_nor_attach_anothers_photo(
    db: Connection,
) -> None:
    photo = Upload(ref="a" * 64, bytes=9, width=4, height=3)
    uploads.keep(db, WANG, photo, NOW)

    with pytest.raises(seats.Forbidden):
        _post(db, "c1", sender=STRANGER)
    with pytest.raises(seats.Forbidden):
        _post(db, "c2", sender=LIN, photos=(photo.ref,))


def test_what_changed_since_is_told_in_order_whatever_the_change(
    db: Connection,
) -> None:
    lamp = _post(db, "c1")
    door = _post(db, "c2", "门坏了")
    seen = webchat.seq(db, "g1")

    webchat.edit(db, "g1", lamp.id, "wang", "5号楼路灯不亮")
    webchat.withdraw(db, "g1", door.id, "wang")
    new = _post(db, "c3", "谢谢")

    changes = webchat.since(db, "g1", seen, 50)
    assert [message.id for message in changes] == [lamp.id, door.id, new.id]
    assert changes[0].text == "5号楼路灯不亮"
    assert changes[1].withdrawn
    assert changes[1].text == ""


def test_only_the_author_changes_a_message_and_never_a_withdrawn_one(
    db: Connection,
) -> None:
    lamp = _post(db, "c1")

    with pytest.raises(seats.Forbidden):
        webchat.edit(db, "g1", lamp.id, "lin", "没事了")
    webchat.withdraw(db, "g1", lamp.id, "wang")
    with pytest.raises(webchat.Closed):
        webchat.edit(db, "g1", lamp.id, "wang", "又坏了")


def test_what_the_core_has_not_taken_over_stays_owed(db: Connection) -> None:
    lamp = _post(db, "c1")
    taken = webchat.owed(db, 10)
    webchat.edit(db, "g1", lamp.id, "wang", "5号楼路灯不亮")
    webchat.mark_handed(db, taken)

    (still,) = webchat.owed(db, 10)
    assert (still.handed, still.version) == (0, 1)
    webchat.mark_handed(db, [still])
    assert webchat.owed(db, 10) == []


def test_a_letter_becomes_one_message_however_often_it_is_sent(
    db: Connection,
) -> None:
    def say() -> webchat.Stored | None:
        return webchat.say(
            db,
            chat="g1",
            letter="l7",
            text="已登记",
            choices=(Choice(label="官网", url="/"),),
            photos=(),
            reply_to="",
            now=NOW,
        )

    first, again = say(), say()

    assert first is not None
    assert again is not None
    assert again.id == first.id
    assert webchat.owed(db, 10) == []


def test_unread_counts_what_others_said_after_the_last_reading(
    db: Connection,
) -> None:
    lamp = _post(db, "c1")
    _post(db, "c2", "有人吗", sender=LIN)
    _post(db, "c3", "在的", sender=LIN)

    (place,) = seats.places(db, "wang")
    assert place.unread == 2
    seats.mark_read(db, "g1", "wang", lamp.id + 1)
    seats.mark_read(db, "g1", "wang", lamp.id)
    (place,) = seats.places(db, "wang")
    assert (place.unread, place.last) == (1, "在的")
    assert seats.places(db, "stranger") == []


def test_a_photo_is_shown_to_its_uploader_and_to_members_of_its_chat(
    db: Connection,
) -> None:
    photo = Upload(ref="a" * 64, bytes=9, width=4, height=3)
    uploads.keep(db, WANG, photo, NOW)
    assert uploads.may_see(db, photo.ref, "wang")
    assert not uploads.may_see(db, photo.ref, "lin")

    lamp = _post(db, "c1", photos=(photo.ref,))
    assert uploads.may_see(db, photo.ref, "lin")
    assert not uploads.may_see(db, photo.ref, "stranger")

    webchat.withdraw(db, "g1", lamp.id, "wang")
    assert not uploads.may_see(db, photo.ref, "lin")


def test_the_pack_moves_its_own_members_and_no_others(db: Connection) -> None:
    seats.join(db, [GROUP], "guest")

    moved = Seat(
        community=YUELAI,
        address="g1",
        kind=ChatKind.GROUP,
        title="第一网格群",
        members=frozenset({"lin"}),
    )
    seats.seat(db, [moved])

    assert seats.is_member(db, "g1", "guest")
    assert seats.is_member(db, "g1", "lin")
    assert not seats.is_member(db, "g1", "wang")
    assert seats.places(db, "lin")[0].title == "第一网格群"


def test_history_is_paged_and_forgotten(db: Connection) -> None:
    ids = [_post(db, f"c{turn}", f"第{turn}条").id for turn in range(5)]

    page = webchat.before(db, "g1", None, 2)
    assert [message.id for message in page] == ids[3:]
    page = webchat.before(db, "g1", page[0].id, 2)
    assert [message.id for message in page] == ids[1:3]

    later = NOW.replace(day=3)
    webchat.forget_before(db, YUELAI, later)
    assert len(webchat.before(db, "g1", None, 9)) == 5  # still owed
    webchat.mark_handed(db, webchat.owed(db, 10))
    webchat.forget_before(db, YUELAI, later)
    assert webchat.before(db, "g1", None, 9) == []


def test_a_photo_goes_when_nothing_shows_it_any_more(db: Connection) -> None:
    later = NOW.replace(day=3)
    for letter in "ab":
        photo = Upload(ref=letter * 64, bytes=9, width=4, height=3)
        uploads.keep(db, WANG, photo, NOW)
    shown = Upload(ref="a" * 64, bytes=9, width=4, height=3)
    uploads.keep(db, LIN, shown, later)
    _post(db, "c1", photos=("a" * 64,))

    assert webchat.forget_before(db, YUELAI, later) == ["b" * 64]
    webchat.mark_handed(db, webchat.owed(db, 10))
    assert webchat.forget_before(db, YUELAI, later) == []  # Lin's, too
    assert webchat.forget_before(db, YUELAI, NOW.replace(day=4)) == ["a" * 64]


def test_forgetting_a_person_leaves_none_of_their_words(
    db: Connection,
) -> None:
    _post(db, "c1", "我住3单元")
    webchat.forget_person(db, "wang")

    (left,) = webchat.before(db, "g1", None, 10)
    assert (left.text, left.name, left.withdrawn) == ("", "", True)
    assert not seats.is_member(db, "g1", "wang")
    assert webchat.owed(db, 10) == []
