"""Alembic's entry: run within the caller's connection and transaction."""

from alembic import context

from storage.migrations.rendering import render
from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by writing it anew
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
