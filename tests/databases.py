"""Databases for tests: SQLite always, PostgreSQL too where one answers. A filled node is made once
and copied for each test; on PostgreSQL the copies are few, lent to one test after the other, with
their first rows put back in between (thousands of copies would fill a small disk)."""

import atexit
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

KINDS = ("sqlite", "postgres")
POSTGRES = os.environ.get("VANTHU_TEST_POSTGRES", "postgresql+psycopg:///postgres")
PREFIX = "vanthu_test"
_numbers = count(1)
current = "sqlite"


@cache
def postgres_problem() -> str:
    """Why PostgreSQL cannot be used here; empty when it can. What killed runs left is removed."""
    try:
        with _server().connect() as connection:
            names = connection.scalars(text(f"SELECT datname FROM pg_database {_OURS}")).all()
        _drop([name for name in names if not _alive(int(name.split("_")[2]))])
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        return f"no PostgreSQL to test with ({reason}); set VANTHU_TEST_POSTGRES"
    return ""


def is_thorough() -> bool:
    """As continuous integration has it: whatever could be tried, is."""
    return os.environ.get("VANTHU_TEST_THOROUGH", "") not in ("", "0")


def left_out(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """Of the tests that could run on several kinds all but one: which, is drawn from the test's
    name, so that it is always the same and each kind has its share. None where tests are thorough.
    """
    if is_thorough():
        return set()
    twins = defaultdict(dict)
    for item in items:
        kind = getattr(item, "callspec", None) and item.callspec.params.get("database")
        if kind in KINDS:
            twins[item.nodeid.replace(kind, "")][kind] = item
    return {
        item
        for name, by_kind in twins.items()
        if len(by_kind) > 1
        for kind, item in by_kind.items()
        if kind != _drawn(name)
    }


def _drawn(name: str) -> str:
    if postgres_problem():
        return "sqlite"
    return KINDS[crc32(name.encode()) % len(KINDS)]


def strictest() -> str:
    """The kind that refuses most values: what it bears, the other bears too."""
    return "sqlite" if postgres_problem() else "postgres"


_OURS = rf"WHERE datname LIKE '{PREFIX}\_%'"


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@cache
def _server():
    return create_engine(POSTGRES, isolation_level="AUTOCOMMIT")


def _address(name: str) -> str:
    return POSTGRES.rsplit("/", 1)[0] + f"/{name}"


def fresh(folder: Path, key: str, fill: Callable[[str, Path], None]) -> str:
    """The address of a database filled by `fill(url, folder)`, its files in `folder`; filling
    happens once for each `key`, then everything is copied. It is the test's own until `give_back`;
    its tables may be filled but not changed."""
    template, filled = _template(current, key, fill)
    if folder.exists():
        folder.rmdir()
    shutil.copytree(template, folder)
    return f"sqlite:///{folder}/vanthu.db" if current == "sqlite" else _borrow(filled)


def empty(folder: Path) -> str:
    """The address of a database without tables, to make them in."""
    folder.mkdir(parents=True, exist_ok=True)
    if current == "sqlite":
        return f"sqlite:///{folder}/vanthu.db"
    name = _create("template0")
    _thrown_away.append(name)
    return _address(name)


_templates: dict[tuple[str, str], tuple[Path, str]] = {}


def _template(kind: str, key: str, fill: Callable[[str, Path], None]) -> tuple[Path, str]:
    """The folder and, on PostgreSQL, the name of the database that all copies are made of."""
    if (kind, key) not in _templates:
        folder = Path(tempfile.mkdtemp(prefix="vanthu-template-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        name = "" if kind == "sqlite" else _create("template0")
        fill(_address(name) if name else f"sqlite:///{folder}/vanthu.db", folder)
        if name:
            _keep_first_rows(name)
        _templates[kind, key] = folder, name
    return _templates[kind, key]


def _keep_first_rows(name: str) -> None:
    """Keeps a second copy of every table's rows and of the sequences beside them, and a function
    that puts them back. Copies of the database have both."""
    with _keeper(name).connect() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        sequences = connection.execute(
            text(
                "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL"
                " FROM pg_sequences WHERE schemaname = 'public'"
            )
        ).all()
        connection.execute(text("CREATE SCHEMA first"))
        for table in tables:
            connection.execute(text(f"CREATE TABLE first.{table} AS TABLE public.{table}"))
        steps = [
            *(f"DELETE FROM public.{table};" for table in tables),
            *(f"INSERT INTO public.{table} SELECT * FROM first.{table};" for table in tables),
            *(
                f"PERFORM setval('public.{sequence}', {last}, {is_called});"
                for sequence, last, is_called in sequences
            ),
        ]
        connection.exec_driver_sql(  # as a replica: neither foreign keys nor triggers
            "CREATE FUNCTION first.put_back() RETURNS void LANGUAGE plpgsql"
            f" SET session_replication_role = replica AS $$ BEGIN {' '.join(steps)} END $$"
        )
    _dismiss(name)  # nothing is copied while somebody is connected to it


_free: dict[str, list[str]] = defaultdict(list)
_lent: list[tuple[str, str]] = []
_thrown_away: list[str] = []
_keepers: dict[str, Engine] = {}
MOST_KEEPERS = 6  # a server takes no more than some hundred connections


def _borrow(filled: str) -> str:
    name = _free[filled].pop() if _free[filled] else _create(filled)
    _lent.append((filled, name))
    return _address(name)


def give_back() -> None:
    """Ends the test's use of its databases, whatever it left open in them."""
    for filled, name in _lent:
        with _keeper(name).connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            connection.execute(text("SELECT first.put_back()"))
        _free[filled].append(name)
    _lent.clear()
    _drop(_thrown_away)
    _thrown_away.clear()


def _keeper(name: str) -> Engine:
    """Whose one connection puts the rows of this database back. It stays open from test to test: a
    new one would plan its hundreds of statements anew."""
    if name in _keepers:
        _keepers[name] = _keepers.pop(name)
    else:
        if len(_keepers) >= MOST_KEEPERS:
            _dismiss(next(iter(_keepers)))
        _keepers[name] = create_engine(
            _address(name), isolation_level="AUTOCOMMIT", pool_pre_ping=True
        )
    return _keepers[name]


def _dismiss(name: str) -> None:
    if name in _keepers:
        _keepers.pop(name).dispose()


_made: set[str] = set()


def _create(template: str) -> str:
    name = f"{PREFIX}_{os.getpid()}_{next(_numbers)}"
    with _server().connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        # No test takes the server's power away: nobody need wait for the disk at each commit.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    if not _made:
        atexit.register(_drop_all)
    _made.add(name)
    return name


def _drop(names: list[str]) -> None:
    for name in names:
        _dismiss(name)
    with _server().connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            _made.discard(name)


def _drop_all() -> None:
    with suppress(SQLAlchemyError):  # the next run sweeps
        _drop(sorted(_made))
