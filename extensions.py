"""Flask's extensions, made once and bound in `app.py`; the thin wrappers around the quiet ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.engine import Engine

from domain.roles import Actor
from models.base import Base
from services.office import Office

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
BUSY_MS = 15_000
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="fixed-window")


def office() -> Office:
    """The office of the running application."""
    return current_app.extensions["office"]


def current_actor() -> Actor:
    """Who is signed in, in the appointment they act in; only behind a guard."""
    return current_user.actor


class Turns:
    """The threads of this process write to SQLite in turn, each woken as soon as the one before is
    done: SQLite itself lets those who wait sleep, up to a tenth of a second at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        # Who waits too long goes on without, and is told by SQLite that it is busy.
        taken = self._lock.acquire(timeout=BUSY_MS / 1000)
        try:
            yield
        finally:
            if taken:
                self._lock.release()


def tune_sqlite(engine: Engine) -> None:
    """WAL and full fsync; writers take the lock at once (BEGIN IMMEDIATE) and wait for it, readers
    never do. The driver's own transaction handling is switched off for that."""

    @event.listens_for(engine, "connect")
    def connect(connection, _record):
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection):
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
