"""Write a migration for what changed in the schema.

``python -m storage.migrations "Keep the colour of a household."`` adds the
next; what is committed never changes again.
"""

import io
import secrets
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from storage import migrate

VERSIONS = migrate.FOLDER / "versions"


def main(words: str) -> None:
    """Compare the schema with all migrations and write the difference."""
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    if not words:
        raise SystemExit("say in a sentence what the migration does")
    number = f"{len(files) + 1:04}"
    written = _write(words, number)
    path = VERSIONS / f"{number}_{_slug(words)}.py"
    written.rename(path)
    for tool in ("check --fix-only --quiet", "format --quiet"):
        subprocess.run(  # noqa: S603 - our own linter, our own file
            [sys.executable, "-m", "ruff", *tool.split(), path], check=True
        )
    sys.stdout.write(f"{path.relative_to(Path.cwd())}\n")


def _write(words: str, number: str) -> Path:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.set_main_option("file_template", "%%(rev)s")
    engine = create_engine("sqlite://")
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "head")
        # two that were written apart must not look alike
        name = f"{number}_{secrets.token_hex(3)}"
        script = command.revision(
            config, message=words, autogenerate=True, rev_id=name
        )
    engine.dispose()
    if script is None or isinstance(script, list):
        raise SystemExit("no migration was written")
    return Path(script.path)


def _slug(words: str) -> str:
    kept = "".join(c if c.isalnum() else " " for c in words.lower())
    return "_".join(kept.split()[:5])


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
