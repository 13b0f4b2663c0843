"""A disk that flushes slowly: builds ``slowsync.c`` where it is needed."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

SOURCE = Path(__file__).with_name("slowsync.c")


class Missing(Exception):
    """The shim cannot be built here; says why."""


def built() -> Path:
    """Return the shim, compiled if it isn't yet; raise ``Missing``."""
    code = SOURCE.read_bytes()
    name = f"linli-slowsync-{hashlib.sha256(code).hexdigest()[:12]}.so"
    shim = Path(tempfile.gettempdir()) / name
    if shim.exists():
        return shim
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        raise Missing("slow flushes need Linux and a C compiler (cc)")
    with tempfile.TemporaryDirectory(dir=shim.parent) as folder:
        fresh = Path(folder) / name
        done = subprocess.run(  # noqa: S603
            [compiler, "-shared", "-fPIC", "-O2", "-o", fresh, SOURCE, "-ldl"],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Missing(f"cc failed: {done.stderr.strip()[-300:]}")
        fresh.chmod(0o755)
        # complete or not there, whoever else builds it
        fresh.replace(shim)
    return shim


def environment(ms: float) -> dict[str, str]:
    """Return what a process needs around it to flush slowly."""
    return {"LD_PRELOAD": str(built()), "SLOWSYNC_MS": f"{ms:g}"}


def active_ms() -> float:
    """Return how long this process's flushes are made; 0 without shim."""
    ours = ctypes.CDLL(None)
    if not hasattr(ours, "slowsync_us"):
        return 0.0
    ours.slowsync_us.restype = ctypes.c_long
    return float(ours.slowsync_us()) / 1000


def start_again(module: str, ms: float, *args: str) -> NoReturn:
    """Replace this process by ``python -m module`` with slow flushes."""
    settings = [f"{name}={it}" for name, it in environment(ms).items()]
    command = ["env", *settings, sys.executable, "-m", module, *args]
    os.execvp("env", command)  # noqa: S606, S607
