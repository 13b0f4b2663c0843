"""A strict Bot API server on a real socket, and the people around it.

Held to the truth by foreign clients (``tests/peers``). In a test::

    async with BotApi().running() as telegram:
        lin = telegram.user("林", opened=True)
        group = telegram.group("第一网格", lin)
        lin.says(group, "路灯坏了", photos=[jpeg])
        await telegram.until(lambda: group.heard)

As a program of its own, moved over HTTP (``control``)::

    python -m tests.emulators.botapi --port 8081
"""

from tests.emulators.botapi.control import Remote
from tests.emulators.botapi.faults import Fault, How
from tests.emulators.botapi.people import Group, Person, Press
from tests.emulators.botapi.server import TOKEN, BotApi

__all__ = [
    "TOKEN",
    "BotApi",
    "Fault",
    "Group",
    "How",
    "Person",
    "Press",
    "Remote",
]
