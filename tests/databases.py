"""Databases for tests: SQLite always, PostgreSQL too where one answers. A filled node is made once
and copied for each test."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

KINDS = ("sqlite", "postgres")
POSTGRES = os.environ.get("VANTHU_TEST_POSTGRES", "postgresql+psycopg:///postgres")
_numbers = count(1)
_made: list[str] = []
current = "sqlite"


@cache
def postgres_problem() -> str:
    """Why PostgreSQL cannot be used here; empty when it can."""
    try:
        with _server().connect() as connection:
            connection.execute(text("select 1"))
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        return f"no PostgreSQL to test with ({reason}); set VANTHU_TEST_POSTGRES"
    return ""


@cache
def _server():
    return create_engine(POSTGRES, isolation_level="AUTOCOMMIT")


def fresh(folder: Path, key: str, fill: Callable[[str, Path], None]) -> str:
    """The address of a new database filled by `fill(url, folder)`, its files in `folder`; filling
    happens once for each `key`, then everything is copied."""
    template, url = _template(current, key, fill)
    if folder.exists():
        folder.rmdir()
    shutil.copytree(template, folder)
    return f"sqlite:///{folder}/vanthu.db" if current == "sqlite" else _create(copy_of=url)


_templates: dict[tuple[str, str], tuple[Path, str]] = {}


def _template(kind: str, key: str, fill: Callable[[str, Path], None]) -> tuple[Path, str]:
    if (kind, key) not in _templates:
        folder = Path(tempfile.mkdtemp(prefix="vanthu-template-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        url = f"sqlite:///{folder}/vanthu.db" if kind == "sqlite" else _create()
        fill(url, folder)
        _templates[kind, key] = folder, url
    return _templates[kind, key]


def _create(copy_of: str = "template0") -> str:
    name = f"vanthu_test_{os.getpid()}_{next(_numbers)}"
    source = copy_of.rsplit("/", 1)[-1]
    with _server().connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {source}"))
    if not _made:
        atexit.register(_drop_all)
    _made.append(name)
    return POSTGRES.rsplit("/", 1)[0] + f"/{name}"


def _drop_all() -> None:
    with _server().connect() as connection:
        for name in _made:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
