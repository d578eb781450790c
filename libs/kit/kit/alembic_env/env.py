# noqa: INP001 - Alembic loads it by path
"""Alembic's entry point, for the versions of every service: run them on the connection we are given."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
