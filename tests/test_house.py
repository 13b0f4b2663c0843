"""The house keeps its own rules: what is committed, locked and layered."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
FOLDERS = {"bot", "config", "handlers", "storage", "tests"}

# spelled in halves, or this file would break its own rule
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org",
              "deb." + "debian.org", "/opt/" + "pypi"]  # fmt: skip
MACHINES = re.compile(r"(?<![\w.:/-])/(work|root|home/\w+|Users/\w+)/")
PUT_OFF = re.compile(r"(#|//|/\*|<!--|\{#)\s*(TODO|FIXME|XXX|HACK)\b")


def _git(*args: str) -> str:
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return subprocess.run(  # noqa: S603
        [git, *args], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def _committed() -> Iterator[tuple[str, str]]:
    for name in _git("ls-files", "-z").split("\0"):
        path = ROOT / name
        if path.is_file():
            try:
                yield name, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue  # a picture or a font


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, words in _committed()
        if pattern.search(words)
        for number, line in enumerate(words.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_registry_is_named() -> None:
    hosts = re.compile("|".join(map(re.escape, REGISTRIES)))

    assert _lines_with(hosts) == []
    assert not hosts.search(_git("log", "--format=%B"))


def test_no_path_of_a_machine_is_committed() -> None:
    assert _lines_with(MACHINES) == []


def test_no_link_is_committed() -> None:
    """What a link points to is seldom there on the next machine."""
    staged = _git("ls-files", "--stage", "-z").split("\0")

    assert [line for line in staged if line.startswith("120000")] == []


def test_nothing_is_put_off_in_a_comment() -> None:
    assert _lines_with(PUT_OFF) == []


def test_only_the_known_folders_are_committed() -> None:
    names = _git("ls-files").splitlines()

    folders = {name.split("/")[0] for name in names if "/" in name}

    assert {name for name in folders if name[0] != "."} <= FOLDERS


@pytest.mark.parametrize(
    ("message", "fits"),
    [
        ("tickets: Refuse to accept a merged ticket.\n", True),
        ("tickets: Refuse to accept.\n\nThe row count says why.\n", True),
        (f"tickets: {'Long ' * 12}en.\n", True),
        (f"tickets: {'Long ' * 12}enough.\n", False),
        ("tickets: refuse to accept a merged ticket.\n", False),
        ("Tickets: Refuse to accept a merged ticket.\n", False),
        ("tickets: Refuse to accept a merged ticket\n", False),
        ("Refuse to accept a merged ticket.\n", False),
    ],
)
def test_a_commit_names_its_area_and_is_a_sentence(
    *, message: str, fits: bool
) -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    entry = re.search(r"entry: '(\\A.*)'", hooks)

    assert entry
    assert bool(re.match(entry[1], message)) is fits


def _locked(lock: str) -> dict[str, tuple[str, int]]:
    """Return name -> (version, number of hashes)."""
    words = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    found: dict[str, tuple[str, int]] = {}
    for line in words.splitlines():
        pin = re.match(r"([\w.-]+)==(\S+)", line)
        assert pin, f"{lock}: not a pin: {line[:80]}"
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)", line)
        found[canonicalize_name(pin[1])] = (pin[2], len(hashes))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hashes(lock: str) -> None:
    assert [name for name, (_, n) in _locked(lock).items() if not n] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    words = (ROOT / lock).read_text("utf-8")

    assert not re.search(r"://|^\s*-[if-]|@ ", words.replace("--hash", ""),
                         re.MULTILINE)  # fmt: skip


def test_running_and_testing_use_the_same_versions() -> None:
    run, dev = (_locked(lock) for lock in LOCKS)

    assert {name: dev.get(name) for name in run} == run


def test_the_locks_satisfy_the_project() -> None:
    run, dev = (_locked(lock) for lock in LOCKS)
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [
        *((word, run) for word in PROJECT["project"]["dependencies"]),
        *((word, run) for word in extras["build"]),
        *((word, dev) for word in extras["dev"]),
    ]

    for word, lock in wanted:
        need = Requirement(word)
        version, _ = lock[canonicalize_name(need.name)]
        assert need.specifier.contains(version), f"run `make lock`: {word}"


def _imported(folder: str, files: str = "*.py") -> set[str]:
    found: set[str] = set()
    for path in (ROOT / folder).rglob(files):
        if files == "*.py" and path.match(TRAINING):
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    top = {name.split(".")[0] for name in found}
    return top - FOLDERS - set(sys.stdlib_module_names)


def _declared(*extras: str) -> set[str]:
    words = [
        *PROJECT["project"]["dependencies"],
        *(
            word
            for extra in extras
            for word in PROJECT["project"]["optional-dependencies"][extra]
        ),
    ]
    return {canonicalize_name(Requirement(word).name) for word in words}


TRAINING = "*training.py"
"""What only learns is run by developers, not by Linli."""


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        *((folder, "*.py") for folder in sorted(FOLDERS)),
        ("handlers", TRAINING),
    ],
)
def test_what_is_imported_is_declared(folder: str, files: str) -> None:
    homes = packages_distributions()
    develops = folder == "tests" or files == TRAINING
    declared = _declared("dev") if develops else _declared("semantic")

    owners = {name: homes.get(name, []) for name in _imported(folder, files)}
    assert [
        name
        for name, of in owners.items()
        if not declared & {canonicalize_name(home) for home in of}
    ] == []


def test_the_layers_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(  # noqa: S603
        [lint, "--no-logo", "--no-cache"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("python", ["false", "no-such-python"])
def test_a_python_that_cannot_build_gets_one_line(python: str) -> None:
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", ROOT / ".ci/python", python],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stdout == ""
    assert "Python 3.11" in done.stderr
    assert done.stderr.count("\n") == 1
