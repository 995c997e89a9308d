"""Alembic's entry: runs the migrations on the connection and in the transaction that `schema` opened."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,  # true of both databases: `connect` begins SQLite's transactions itself
)
context.run_migrations()
