"""Alembic's entry: migrates the database of the running application (`flask init-db`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import JSON, Connection

from models import search_words
from models.base import Instant

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Migrations stand alone: our column types are written as SQLAlchemy's."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def include_object(_object: object, name: str | None, *_rest: object) -> bool:
    """Indexes of words are made from the rows, not by migrations."""
    return not search_words.is_ours(name)


@contextmanager
def keys_at_rest(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew and dropping the old one, which rows of other tables
    refer to: as its manual says, the checking of keys rests meanwhile and is made up for."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # On the driver's own connection: within a transaction this pragma does nothing.
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"migrated, but {len(broken)} rows refer to nothing: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Each migration in a transaction of its own, so that a failed one leaves the one before."""
    with (
        engine.connect().execution_options(writes=True) as connection,
        keys_at_rest(connection),
    ):
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_object=include_object,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
