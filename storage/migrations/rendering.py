"""How a migration spells our types: frozen, without our code."""

from typing import Literal

from alembic.autogenerate.api import AutogenContext

from storage.schema import Moment


def render(
    kind: str, thing: object, _context: AutogenContext
) -> str | Literal[False]:
    """Spell a ``Moment`` as the column it is; leave the rest to Alembic."""
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    return False
