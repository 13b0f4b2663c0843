"""An environment of its own for each program nobody here wrote."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE.parent.parent / ".venv-peers"
INSTALL_S = 300


class Missing(Exception):
    """The program cannot be had here; says why."""


def installed(peer: str) -> Path:
    """Return the folder of the peer's programs; install it if need be.

    What goes in is pinned by hash in ``<peer>.lock``; ``build.lock`` pins
    what builds it. Raises ``Missing`` where that is impossible.
    """
    HOME.mkdir(exist_ok=True)
    lock = (HERE / f"{peer}.lock").read_text("utf-8")
    room = HOME / peer
    stamp = room / "installed.lock"
    with (HOME / f"{peer}.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text("utf-8") != lock:
            _install(room, peer)
            stamp.write_text(lock, "utf-8")
    return room / "bin"


def _install(room: Path, peer: str) -> None:
    shutil.rmtree(room, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(room)], peer)
    pip = [str(room / "bin" / "python"), "-m", "pip", "--quiet"]
    pip += ["--disable-pip-version-check", "install", "--require-hashes"]
    _run([*pip, "-r", str(HERE / "build.lock")], peer)
    lock = str(HERE / f"{peer}.lock")
    _run([*pip, "--no-build-isolation", "-r", lock], peer)


def _run(command: list[str], peer: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"{peer} took more than {INSTALL_S} s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"{peer} can't be installed: {said[-1:] or ['?']}")
