"""The users' side over HTTP, for an emulator in a process of its own.

``Remote`` has a verb for each thing that a kill test makes people do;
``truth`` returns what really happened, as only the platform knows it.
"""

import base64
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.emulators.botapi.faults import Fault, How
from tests.emulators.botapi.server import BotApi
from tests.emulators.botapi.state import Json

Verb = Callable[[Json], Any]


def routes(api: BotApi) -> list[web.RouteDef]:
    """Return the control's face, to be served beside the Bot API."""
    verbs = _verbs(api)

    async def control(request: web.Request) -> web.Response:
        verb = verbs.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"error": "no such verb"}, status=404)
        try:
            return web.json_response(verb(await request.json()))
        except (LookupError, TypeError, ValueError) as wrong:
            return web.json_response({"error": repr(wrong)}, status=400)

    return [web.post("/control/{verb}", control)]


def _verbs(api: BotApi) -> dict[str, Verb]:
    state = api.state

    def user(given: Json) -> int:
        return api.user(**given).id

    def group(given: Json) -> int:
        people = [api.user("", id=who) for who in given.pop("people", [])]
        return api.group(given.pop("title"), *people, **given).id

    def says(given: Json) -> Json:
        photos = [base64.b64decode(p) for p in given.pop("photos", [])]
        chat, reply_to = given.pop("chat"), given.pop("reply_to", None)
        person = api.user("", id=given.pop("who"))
        where = api.chat(chat) if chat else None
        room = state.rooms[chat or person.id]
        quoted = room.messages[reply_to] if reply_to else None
        return person.says(where, photos=photos, reply_to=quoted, **given)

    def starts(given: Json) -> Json:
        who = api.user("", id=given["who"])
        return who.starts(given.get("payload", ""))

    def presses(given: Json) -> str:
        message = state.rooms[given["chat"]].messages[given["message"]]
        who = api.user("", id=given["who"])
        return who.presses(message, given.get("which", 0)).id

    def upgrades(given: Json) -> int:
        who = api.user("", id=given["who"])
        return who.upgrades(api.chat(given["chat"])).id

    def fault(given: Json) -> bool:
        api.faults.add(Fault(How(given.pop("how")), **given))
        return True

    def limits(given: Json) -> bool:
        api.pace.on = bool(given["on"])
        return True

    def inject(given: Json) -> int:
        return api.queue.inject(given)

    def truth(_: Json) -> Json:
        return {
            "said": [_brief(message) for message in state.said],
            "delivered": [
                {
                    **_brief(sent.message),
                    "method": sent.method,
                    "answered": sent.answered,
                }
                for sent in state.delivered
            ],
            "answers": state.answers,
            "pending": len(api.queue.pending),
            "acked": len(api.queue.acked),
            "handed": sum(api.queue.handed.values()),
            "calls": Counter(call.method for call in state.calls),
        }

    return {
        verb.__name__: verb
        for verb in (
            user,
            group,
            says,
            starts,
            presses,
            upgrades,
            fault,
            limits,
            inject,
            truth,
        )
    }


def _brief(message: Json) -> Json:
    quoted = message.get("reply_to_message", {})
    return {
        "chat": message["chat"]["id"],
        "message": message["message_id"],
        "text": message.get("text", message.get("caption", "")),
        "album": message.get("media_group_id", ""),
        "photos": int("photo" in message),
        "reply_to": quoted.get("message_id"),
        "buttons": [
            button["text"]
            for row in message.get("reply_markup", {}).get(
                "inline_keyboard", []
            )
            for button in row
        ],
    }


class Remote:
    """Moves an emulator that runs elsewhere."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def do(self, verb: str, **given: object) -> Any:  # noqa: ANN401
        """Do something; the verbs are those of ``routes``."""
        if self._session is None:
            raise RuntimeError("use `async with Remote(url)`")
        async with self._session.post(
            f"{self._url}/control/{verb}", json=given
        ) as answer:
            found = await answer.json()
            if answer.status != 200:
                raise LookupError(found["error"])
            return found

    async def user(self, name: str, **given: object) -> int:
        return int(await self.do("user", name=name, **given))

    async def group(
        self, title: str, people: Sequence[int], **given: object
    ) -> int:
        made = await self.do("group", title=title, people=people, **given)
        return int(made)

    async def says(
        self,
        who: int,
        chat: int,
        text: str = "",
        photos: Sequence[bytes] = (),
        **given: object,
    ) -> Json:
        """Say something; ``chat`` 0 is the private one."""
        coded = [base64.b64encode(photo).decode() for photo in photos]
        said: Json = await self.do(
            "says", who=who, chat=chat, text=text, photos=coded, **given
        )
        return said

    async def truth(self) -> Json:
        """Return what was said, delivered, answered and acknowledged."""
        told: Json = await self.do("truth")
        return told
