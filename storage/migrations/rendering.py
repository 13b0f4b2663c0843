"""How a migration spells our types: frozen, without our code."""

from typing import Literal

from alembic.autogenerate.api import AutogenContext

from storage.schema import Moment, Spelled


def render(
    kind: str, thing: object, _context: AutogenContext
) -> str | Literal[False]:
    """Spell our types as the columns they are; leave the rest to Alembic."""
    if kind == "type" and isinstance(thing, Spelled):
        return "sa.Text()"
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    return False
