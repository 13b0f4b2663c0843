"""``linli``: what an operator can ask for."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import structlog
import typer

from bot import learning, logs, operations, systems
from bot.app import Edges, MovableClock, NoPort, Plan, serve, wall
from bot.backup import CannotBackUp, back_up
from bot.backup import restore as put_back
from bot.channels.channel import Finding
from bot.media import NoStore
from bot.progress import shown
from config.pack.demo import Demo as Story
from config.pack.demo import load_demo
from config.pack.loading import load
from config.pack.mistakes import PackMistakes
from config.pack.values import Pack
from config.settings import DEMO_PACK, BadSettings, Settings
from handlers.understanding import model
from storage.database import Taken
from storage.migrate import Foreign, Unusable

app = typer.Typer(
    help="Linli 邻里: a community's group chats and its desk.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
BAD = 2
T = TypeVar("T")
log = structlog.get_logger()
DEMO_DATA = Path("var/demo")
MODEL = model.SHIPPED
_DEMO = (
    "no outside channel is set: this looks at the demo, which `linli` serves"
    " then; LINLI_DATABASE_URL names another database"
)


def main() -> None:
    """Run the command line."""
    app()


@app.callback(invoke_without_command=True)
def choose(ctx: typer.Context) -> None:
    """Start: the demo, or ``run`` once an outside channel is configured."""
    if ctx.invoked_subcommand is not None:
        return
    if _settings().serves_outside:
        run()
    else:
        demo()


@app.command()
def run() -> None:
    """Serve the community's own pack on the configured channels."""
    settings = _settings()
    plan = _plan(settings)
    noes = systems.mistakes(plan.pack, settings.systems)
    if noes:
        _say_no("\n".join(noes))
    _serve(settings, plan, settings.http_host, settings.http_port)


@app.command()
def demo(
    port: Annotated[
        int | None, typer.Option(help="Port of the page; 0: any.")
    ] = None,
    data: Annotated[
        Path, typer.Option(help="Folder of its database and photos.")
    ] = DEMO_DATA,
) -> None:
    """Serve the demo community: be anybody, move the clock."""
    settings = _settings()
    plan = _demo_plan(settings, data)
    wanted = settings.http_port if port is None else port
    _serve(settings, plan, settings.http_host, wanted)


@app.command()
def check() -> None:
    """Look at settings, pack and every platform; say what to mend."""
    settings = _settings()
    plan, findings = _plan(settings), list[Finding]()
    if not settings.serves_outside and not settings.names_a_database:
        plan = _demo_plan(settings, DEMO_DATA)
        findings.append(Finding(ok=True, note=True, words=_DEMO))
    logs.set_up(settings.log_format, _secrets(settings))
    findings += [
        Finding(ok=False, words=words)
        for words in systems.mistakes(plan.pack, settings.systems)
    ]
    edges = Edges(settings, plan)
    findings += asyncio.run(operations.check(plan, edges, settings.pack))
    for finding in findings:
        mark = "!" if finding.note else "✓" if finding.ok else "✗"
        sys.stdout.write(f"{mark} {finding.words}\n")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def apply() -> None:
    """Bring a changed pack into the database; ``run`` does so at its start.

    Only rows that came from a pack are touched: what people made in the
    chat or at the console is theirs.
    """
    plan = _plan(_settings())
    with shown("apply") as told:
        done = _guarded(operations.bring(plan, told))
    lines = [
        f"{table}: {count} {what}"
        for what, counts in (
            ("new", done.new),
            ("changed", done.changed),
            ("gone", done.gone),
        )
        for table, count in counts.items()
    ]
    typer.echo("\n".join(sorted(lines)) or "Nothing has changed.")


@app.command()
def export(to: Annotated[Path, typer.Argument(help="A .csv file.")]) -> None:
    """Write every ticket as CSV, without who reported it."""
    rows = _guarded(operations.export(_plan(_settings()), to))
    sys.stdout.write(f"{to}: {rows}\n")


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A .tar.gz.")]) -> None:
    """Write database and photos into one file; Linli may be running."""
    plan = _plan(_settings())
    try:
        with shown("backup") as told:
            photos = back_up(plan.database_url, plan.media_url, to, told)
    except (CannotBackUp, OSError) as no:
        _say_no(str(no))
    sys.stdout.write(f"{to}: {photos} photos\n")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="What backup wrote.")],
) -> None:
    """Put a backup in place; whoever was erased since stays erased."""
    plan = _plan(_settings())
    again = _guarded(put_back(plan.database_url, plan.media_url, source))
    sys.stdout.write(f"{source}: restored, {again} erased again\n")


@app.command()
def erase(
    person: Annotated[
        str, typer.Argument(help="An id, or an account: telegram:1001.")
    ],
    *,
    yes: Annotated[bool, typer.Option(help="Don't ask.")] = False,
) -> None:
    """Forget a person; what happened stays on record without them."""
    plan = _plan(_settings())
    if not yes:
        known = _guarded(operations.known(plan, person))
        them = "; ".join(f"{name}, {where}" for where, name in known)
        typer.confirm(f"Forget {person} ({them}) for good?", abort=True)
    found = _guarded(operations.erase(plan, person))
    sys.stdout.write(
        f"{person}: erased in {', '.join(found)}; their photos leave the disk"
        " at the next start\n"
    )


@app.command()
def learn(
    to: Annotated[Path, typer.Option(help="The model's file.")] = MODEL,
) -> None:
    """Learn to understand from the lessons anew; takes minutes.

    Figures are of each writer's talk by a model that hadn't read it. A
    worse model is not put in place.
    """
    demo = _pack(DEMO_PACK).communities[0]
    try:
        done = learning.learn(demo, to, lambda step: typer.echo(f"... {step}"))
    except (learning.CannotLearn, OSError) as no:
        _say_no(str(no))
    for name, after in done.after.items():
        before = done.before.get(name)
        was = f" (before {before:.4f})" if before is not None else ""
        typer.echo(f"{name}: {after:.4f}{was}")
    if not done.kept:
        _say_no(f"{to} stays as it was; worse: {', '.join(done.worse)}")
    typer.echo(f"{to}: {done.version}")


@app.command()
def login(
    person: Annotated[
        str, typer.Argument(help="An id, or an account: telegram:1001.")
    ],
) -> None:
    """Make a login link to the pages: how the first desk gets in."""
    settings = _settings()
    here = f"http://{settings.http_host}:{settings.http_port}"
    base = settings.public_url or here
    link = _guarded(operations.login(_plan(settings), person, base))
    sys.stdout.write(f"{link}\n")


def _demo_plan(settings: Settings, data: Path) -> Plan:
    folder = data.absolute()
    pack = _pack(settings.pack)
    return Plan(
        database_url=f"sqlite+aiosqlite:///{folder}/linli.sqlite",
        media_url=f"file://{folder}/media",
        pack=pack,
        now=MovableClock(),
        demo=True,
        story=_story(settings.pack, pack),
    )


def _plan(settings: Settings) -> Plan:
    return Plan(
        database_url=settings.database_url.get_secret_value(),
        media_url=settings.media_url,
        pack=_pack(settings.pack),
        now=wall,
        public_url=settings.public_url or "",
    )


def _guarded(work: Coroutine[Any, Any, T]) -> T:
    """Run what may be refused, and say a refusal in a line."""
    try:
        return asyncio.run(work)
    except (Taken, Foreign, CannotBackUp, OSError) as no:
        _say_no(str(no))
    except Unusable as no:
        _say_no(f"LINLI_DATABASE_URL: {no}")
    except operations.NobodyThere as nobody:
        _say_no(f"{nobody}: no community knows them")


def _serve(settings: Settings, plan: Plan, host: str, port: int) -> None:
    logs.set_up(settings.log_format, _secrets(settings))
    noes: list[str] = []
    crashes: list[str] = []
    try:
        _run(serve(settings, plan, host, port))
    except* (Taken, Foreign) as group:
        noes += [str(no) for no in _each(group)]
    except* NoPort as group:
        noes += [f"LINLI_HTTP_PORT: {no}" for no in _each(group)]
    except* Unusable as group:
        noes += [f"LINLI_DATABASE_URL: {no}" for no in _each(group)]
    except* NoStore as group:
        noes += [f"LINLI_MEDIA_URL: {no}" for no in _each(group)]
    except* Exception as group:  # noqa: BLE001  Python would print its words
        crashes = [logs.trail(error) for error in _each(group)]
    if crashes:
        log.critical("crashed", errors=crashes)
        raise typer.Exit(1)
    if noes:
        _say_no("\n".join(noes))


def _each(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    """Return what a group of groups holds."""
    found: list[BaseException] = []
    for one in group.exceptions:
        inner = isinstance(one, BaseExceptionGroup)
        found += _each(one) if inner else [one]
    return found


def _run(serving: Coroutine[Any, Any, None]) -> None:
    try:
        from uvloop import new_event_loop  # noqa: PLC0415  where it installs
    except ImportError:
        new_event_loop = None  # type: ignore[assignment]
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serving)


def _settings() -> Settings:
    try:
        return Settings.load()
    except BadSettings as wrong:
        _say_no(str(wrong))


def _pack(folder: Path) -> Pack:
    try:
        with shown("load") as told:
            return load(folder, told)
    except PackMistakes as wrong:
        _say_no(str(wrong))


def _story(folder: Path, pack: Pack) -> Story | None:
    try:
        return load_demo(folder, pack)
    except PackMistakes as wrong:
        _say_no(str(wrong))


def _secrets(settings: Settings) -> list[str]:
    return [
        one.get_secret_value()
        for one in (
            settings.telegram_token,
            settings.telegram_secret,
            *settings.systems.values(),
        )
        if one is not None
    ]


def _say_no(words: str) -> NoReturn:
    sys.stderr.write(f"{words}\n")
    raise typer.Exit(BAD)
