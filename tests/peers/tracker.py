"""A real roundup tracker with its classic schema, on loopback."""

import json
import os
import subprocess
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, create_server
from typing import Any

from bot.channels.roundup.sending import Patience
from tests.peers import environment

HASTE = Patience(fresh_s=3.0, link_s=2, settled_s=8.0, away_s=0.2)
"""The same order of times as in earnest, and three seconds for a request
that hides on the way or waits in the tracker."""
PASSWORD = "kept-in-the-office"  # noqa: S105
START_S = 20.0


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@dataclass(frozen=True)
class Tracker:
    """A running tracker. ``door`` is the port that its address names: a
    proxy may stand there; ``port`` is its own."""

    port: int
    door: int

    @property
    def url(self) -> str:
        """The address by which it knows itself."""
        return f"http://127.0.0.1:{self.door}/demo/"

    def ask(
        self,
        path: str,
        who: str = "admin",
        *,
        method: str = "GET",
        body: dict[str, Any] | None = None,
        etag: str = "",
    ) -> Any:  # noqa: ANN401
        """Speak to it directly, as ``who``; return the answer's data."""
        login = b64encode(f"{who}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/demo/rest/data/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/json",
                "Authorization": f"Basic {login}",
                "Content-Type": "application/json",
                "X-Requested-With": "rest",
                "Host": f"127.0.0.1:{self.door}",
                "Origin": self.url.removesuffix("/demo/"),
                "Referer": self.url,
                **({"If-Match": etag} if etag else {}),
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)["data"]

    def issues(self, **fields: str) -> list[dict[str, Any]]:
        """Return all issues, with what the tests compare."""
        wanted = "title,status.name,messages,files,creator"
        listed = self.ask(f"issue?@fields={wanted}&@verbose=0")
        return list(listed["collection"])

    def said(self, issue: dict[str, Any]) -> list[str]:
        """Return an issue's messages in the order they were written.

        Two requests that race past its ETag check may hang one message
        on an issue twice; it is one message all the same.
        """
        return [
            str(self.ask(f"msg/{it}?@verbose=3")["attributes"]["content"])
            for it in sorted(set(issue["messages"]), key=int)
        ]

    def staff_changes(
        self, issue: str, status: str, words: str = "", title: str = ""
    ) -> None:
        """Let a person of the office move an issue."""
        now = self.ask(f"issue/{issue}?@verbose=0", "office")
        change: dict[str, Any] = {"status": status}
        if title:
            change["title"] = title
        if words:
            me = self.ask("user/username=office", "office")["id"]
            body = {"content": words, "author": me}
            said = self.ask("msg", "office", method="POST", body=body)
            messages = now["attributes"]["messages"]
            change["messages"] = [*messages, said["id"]]
        self.ask(
            f"issue/{issue}",
            "office",
            method="PATCH",
            body=change,
            etag=now["@etag"],
        )

    def retires(self, issue: str) -> None:
        """Let the administrator take an issue away."""
        etag = self.ask(f"issue/{issue}")["@etag"]
        self.ask(f"issue/{issue}", method="DELETE", etag=etag)


@contextmanager
def serving(folder: Path) -> Iterator[Tracker]:
    """Install, fill and start a tracker; raises ``environment.Missing``."""
    programs = environment.installed("roundup")
    tracker = Tracker(port=free_port(), door=free_port())
    admin = [str(programs / "roundup-admin"), "-i", str(folder)]
    options = (
        "mail_domain=example.invalid,mail_host=localhost,"
        f"tracker_web={tracker.url},admin_email=a@example.invalid,"
        # each request proves the password anew: keep that cheap here
        "password_pbkdf2_default_rounds=1000"
    )
    _run([*admin, "install", "classic", "sqlite", options])
    _run([*admin, "initialise", PASSWORD])
    for name in ("linli", "office"):
        person = [f"username={name}", f"password={PASSWORD}", "roles=User"]
        mail = f"address={name}@example.invalid"
        _run([*admin, "create", "user", *person, mail])
    server = [str(programs / "roundup-server"), "-t", "thread"]
    if os.getuid() == 0:
        server += ["-u", "root"]  # it asks for the word, before it does
    server += ["-n", "127.0.0.1", "-p", str(tracker.port), f"demo={folder}"]
    with (folder / "server.log").open("w") as log:
        running = subprocess.Popen(  # noqa: S603
            server,
            stdout=log,
            stderr=log,
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "SENDMAILDEBUG": str(folder / "mail.log"),
            },
        )
        try:
            _await_door(tracker.port)
            yield tracker
        finally:
            running.terminate()
            running.wait(10)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603


def _await_door(port: int) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
