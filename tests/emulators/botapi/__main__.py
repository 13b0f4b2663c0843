"""``python -m tests.emulators.botapi --port 8081``: until it is stopped.

Prints its address as the first line. ``--open`` switches the limits of
pace off.
"""

import argparse
import asyncio
import contextlib
import sys

from tests.emulators.botapi.control import routes
from tests.emulators.botapi.server import TOKEN, BotApi


async def _serve(api: BotApi, host: str, port: int) -> None:
    async with api.running(host, port):
        sys.stdout.write(f"{api.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--open", action="store_true")
    given = parser.parse_args()
    api = BotApi(token=given.token)
    api.pace.on = not given.open
    api.extra_routes = routes(api)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(api, given.host, given.port))


main()
