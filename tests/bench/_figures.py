"""What a reader makes of labelled talk and questions, counted.

``understanding`` says what each figure means.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from config.pack.values import Community, Entry
from config.terms import Urgency
from handlers.understanding.meaning import Sure
from tests.bench import _groupchat
from tests.bench._folder import Chat, Query
from tests.bench._groupchat import Message
from tests.bench._readers import Answered, Ear, Finder, Heard, Matters
from tests.bench._scores import (
    Figure,
    accuracy,
    average_precision,
    drawn,
    macro_f1,
    recall_at_precision,
    share,
)

Judged = Sequence[tuple[Message, Heard]]
Figures = dict[str, Figure]
Sections = dict[str, Figures]
PRECISE = 0.95
_PLACED = ("report", "followup", "wish")


def of_chats(
    make: Callable[[Community], Ear], chats: Sequence[Chat]
) -> Sections:
    """Let a fresh ear hear each chat, and count over all of them."""
    said: list[tuple[Message, Heard]] = []
    linked: list[bool] = []
    named: list[tuple[str, str]] = []
    feared: list[tuple[bool, bool]] = []
    placed: list[tuple[str, str]] = []
    for chat in chats:
        ear = make(_groupchat.community(m.group for m in chat.messages))
        judged = list(zip(chat.messages, ear.hear(chat.messages), strict=True))
        said += judged
        linked += links(judged)
        named += categories(ear, chat.messages)
        feared += dangers(ear, judged)
        placed += places(ear, chat.messages)
    return {
        "report": reports(said),
        "intent": intents(said),
        "followup": {"link_accuracy": share(sum(linked), len(linked))},
        "category": category_figures(named),
        "danger": danger_figures(feared),
        "place": place_figures(placed),
    }


def of_matters(
    make: Callable[[Community], Finder], chats: Sequence[Chat]
) -> Figures:
    """Let a fresh memory of each chat suggest what was told before."""
    found: list[tuple[bool, bool, bool]] = []
    for chat in chats:
        finder = make(_groupchat.community(m.group for m in chat.messages))
        found += twins(finder.matters(), chat.messages)
    return twin_figures(found)


def of_chatter(
    make: Callable[[Community], Ear], chatter: Mapping[str, Sequence[str]]
) -> Figures:
    """Count what is done about chit-chat, by where it is from, and of all."""
    reader = make(_groupchat.community())
    by_kind = {
        f"_{kind}": [h.done for h in reader.hear(talk(texts))]
        for kind, texts in chatter.items()
    }
    every = [sure for some in by_kind.values() for sure in some]
    figures = {}
    for suffix, some in {"": every, **by_kind}.items():
        figures[f"wrong_acts_per_2000{suffix}"] = share(
            some.count(Sure.ACT), len(some), per=2000
        )
        figures[f"asks_per_500{suffix}"] = share(
            some.count(Sure.ASK), len(some), per=500
        )
    return figures


def talk(texts: Iterable[str]) -> list[Message]:
    """Return chit-chat as of one group, everything by somebody else."""
    return [
        Message(id=str(n), text=text, label="chatter", sender=str(n))
        for n, text in enumerate(texts)
    ]


def reports(judged: Judged) -> Figures:
    """Rank messages by how much they look like a report; count acts."""
    ranked = [(h.score, m.label == "report") for m, h in judged]
    acted = [m for m, h in judged if h.done is Sure.ACT]
    asked = [m for m, h in judged if h.done is Sure.ASK]
    right = sum(m.label == "report" for m in acted)
    wanted = sum(good for _, good in ranked)
    return {
        "average_precision": drawn(average_precision, ranked),
        "recall_at_precision_95": drawn(
            lambda some: recall_at_precision(some, PRECISE), ranked
        ),
        "act_precision": share(right, len(acted)),
        "act_recall": share(right, wanted),
        "act_or_ask_recall": share(
            right + sum(m.label == "report" for m in asked), wanted
        ),
    }


def intents(judged: Judged) -> Figures:
    """Compare the eight labels."""
    pairs = [(m.label, h.label) for m, h in judged]
    return {
        "macro_f1": drawn(macro_f1, pairs),
        "accuracy": accuracy(pairs),
    }


def links(judged: Judged) -> list[bool]:
    """Return of each addition to something: is it taken there."""
    matters = {m.id: _matter(m) for m, _ in judged}
    last: dict[str, str] = {}
    found = []
    for message, heard in judged:
        if message.label == "report":
            last[message.thread] = message.id
        wanted = _belongs(message, last.get(message.thread))
        if message.label == "followup" and wanted:
            taken = matters.get(heard.about or "", "")
            found.append(taken in {matters.get(at, at) for at in wanted})
    return found


def categories(ear: Ear, messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Return the category of each report, and what was made of it."""
    return [
        (m.category, ear.category(m.text))
        for m in messages
        if m.label == "report" and m.category
    ]


def category_figures(pairs: Sequence[tuple[str, str]]) -> Figures:
    """Compare categories."""
    return {"accuracy": accuracy(pairs), "macro_f1": drawn(macro_f1, pairs)}


def dangers(ear: Ear, judged: Judged) -> list[tuple[bool, bool]]:
    """Return of each message that counts: is it danger, and is it told."""
    return [
        (
            m.urgency is Urgency.DANGER,
            ear.is_danger(m.text)
            if m.label == "report"
            else h.alarm and h.done is Sure.ACT,
        )
        for m, h in judged
        if m.label == "report" or (h.alarm and h.done is Sure.ACT)
    ]


def danger_figures(pairs: Sequence[tuple[bool, bool]]) -> Figures:
    """Count danger found, and made up."""
    right = sum(true and said for true, said in pairs)
    return {
        "recall": share(right, sum(true for true, _ in pairs)),
        "precision": share(right, sum(said for _, said in pairs)),
    }


def places(ear: Ear, messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Return the words that say where, and those found; "" for none."""
    return [
        (_close(m.place), _close(ear.place(m)))
        for m in messages
        if m.label in _PLACED
    ]


def place_figures(pairs: Sequence[tuple[str, str]]) -> Figures:
    """Compare places word for word, and by half of their characters."""
    placed = [pair for pair in pairs if pair[0]]
    elsewhere = [said for true, said in pairs if not true]
    return {
        "accuracy": accuracy(placed),
        "half_overlap": share(
            sum(_half(true, said) for true, said in placed), len(placed)
        ),
        "made_up": share(sum(map(bool, elsewhere)), len(elsewhere)),
    }


def twins(
    matters: Matters, messages: Sequence[Message]
) -> list[tuple[bool, bool, bool]]:
    """Return of each report: told before, suggested as told, and rightly."""
    earlier: dict[str, set[str]] = defaultdict(set)
    found = []
    for n, message in enumerate(messages):
        if message.label != "report":
            continue
        at = _groupchat.at(n)
        twin = matters.likely(message, at)
        told = message.duplicate_of is not None
        same = earlier[_matter(message)]
        found.append((told, twin is not None, told and twin in same))
        same.add(message.id)
        matters.put(message, at)
    return found


def twin_figures(found: Sequence[tuple[bool, bool, bool]]) -> Figures:
    """Count suggestions that are right."""
    right = sum(good for _, _, good in found)
    return {
        "precision": share(right, sum(said for _, said, _ in found)),
        "recall": share(right, sum(told for told, _, _ in found)),
    }


def answers(
    finder: Finder, entries: Iterable[Entry], queries: Sequence[Query]
) -> list[tuple[Query, Answered]]:
    """Ask each question of an FAQ."""
    book = finder.book(entries)
    return [(query, book.ask(query.text)) for query in queries]


def faq(asked: Sequence[tuple[Query, Answered]]) -> Figures:
    """Count right answers, and questions left alone that have none."""
    policy = [(q, a) for q, a in asked if q.answers]
    others = [a for q, a in asked if not q.answers]
    sure = [(q, a) for q, a in asked if a.sure]
    ranked = [
        (a.confidence, _right(q, a, 1), bool(q.answers)) for q, a in asked
    ]
    return {
        "recall_at_1": share(
            sum(_right(q, a, 1) for q, a in policy), len(policy)
        ),
        "recall_at_3": share(
            sum(_right(q, a, 3) for q, a in policy), len(policy)
        ),
        "answered_at_precision_95": drawn(_answered, ranked),
        "refused": share(sum(not a.offered for a in others), len(others)),
        "not_answered": share(sum(not a.sure for a in others), len(others)),
        "answered": share(
            sum(a.sure and _right(q, a, 1) for q, a in policy), len(policy)
        ),
        "right_when_answered": share(
            sum(_right(q, a, 1) for q, a in sure), len(sure)
        ),
    }


def _answered(ranked: Sequence[tuple[float, bool, bool]]) -> float:
    return recall_at_precision(
        [(score, right) for score, right, _ in ranked],
        PRECISE,
        wanted=sum(answerable for _, _, answerable in ranked),
    )


def _right(query: Query, answered: Answered, most: int) -> bool:
    return not query.answers.isdisjoint(answered.ranked[:most])


def _matter(message: Message) -> str:
    return message.duplicate_of or message.id


def _belongs(message: Message, last: str | None) -> set[str]:
    if isinstance(message.about, str):
        return {message.about}
    return set(message.about or ()) or ({last} if last else set())


def _close(words: str | None) -> str:
    return "".join((words or "").split())


def _half(true: str, said: str) -> bool:
    wanted = Counter(true.replace("/", ""))
    return (wanted & Counter(said)).total() * 2 >= wanted.total()
