"""Flask's extensions, made once and bound in `app.py`; the thin wrappers around the quiet ones."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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
SHORTEST_LOOK, LONGEST_LOOK = 0.0005, 0.004  # seconds between two looks at whose turn it is
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="fixed-window")


def office() -> Office:
    """The office of the running application."""
    return current_app.extensions["office"]


def current_actor() -> Actor:
    """Who is signed in, in the appointment they act in; only behind a guard."""
    return current_user.actor


class Turns:
    """All threads and processes of a node write to SQLite in turn, each going on as soon as the one
    before is done: SQLite itself lets those who wait sleep, up to a tenth of a second at a time.
    Threads hand a lock on; processes look at a locked file `beside` the database."""

    def __init__(self, beside: Path) -> None:
        self._lock = threading.Lock()
        self._beside = beside

    @contextmanager
    def __call__(self) -> Iterator[None]:
        # Who waits too long goes on without, and is told by SQLite that it is busy.
        until = time.monotonic() + BUSY_MS / 1000
        taken = self._lock.acquire(timeout=BUSY_MS / 1000)
        try:
            # Opened each time: a descriptor that came over a fork would share its parent's lock.
            with self._beside.open("ab") as turn:
                _await_turn(turn, until)
                yield
        finally:
            if taken:
                self._lock.release()


def _await_turn(turn: BinaryIO, until: float) -> None:
    pause = SHORTEST_LOOK
    while time.monotonic() < until:
        try:
            return fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_LOOK)
    return None


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
