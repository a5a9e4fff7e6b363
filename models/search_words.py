"""Finding rows by the words of their `search_text`, within milliseconds among a hundred thousand.
SQLite keeps an FTS5 table beside the table, filled by triggers; PostgreSQL an index over a text
search vector. Both hold nothing of their own and are made anew from the rows at any time."""

import re

from sqlalchemy import ColumnElement, Connection, Table, event, false, literal, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.sqltypes import NULLTYPE

from domain.text import fold

PIECE = re.compile(r"[^\W_]+")
NO_LIMIT = -1
SUFFIX = "_words"
_tables: list[Table] = []


def keep(table: Table) -> None:
    """Has the words of this table indexed, from the moment it is made."""
    _tables.append(table)
    event.listen(table, "after_create", lambda table, connection, **_: _make(connection, table))


def ensure(connection: Connection) -> None:
    """Makes the indexes that are missing: a migration that writes a table anew loses them."""
    for table in _tables:
        if not _is_whole(connection, table.name):
            _make(connection, table)


def is_ours(name: str | None) -> bool:
    """Whether a table or index of the database belongs to an index made here."""
    return any(re.match(f"(ix_)?{table.name}{SUFFIX}(_|$)", name or "") for table in _tables)


def has_words(entity: type, typed: str, most: int = NO_LIMIT) -> ColumnElement[bool]:
    """Rows with all words that were typed, folded; each begins a word of the row, and the parts of
    a code follow each other as typed. `most`: only so many rows are looked for; which ones of more
    is always the same."""
    phrases = [PIECE.findall(word) for word in fold(typed).split()]
    phrases = [phrase for phrase in phrases if phrase]
    if not phrases:
        return false()
    fts = " ".join(f'"{" ".join(phrase)}" *' for phrase in phrases)
    vector = " & ".join("(" + " <-> ".join(phrase) + ":*)" for phrase in phrases)
    return _HasWords(entity.id, entity.search_text, literal(fts), literal(vector), literal(most))


class _HasWords(FunctionElement):
    # Of no type: beside a Boolean SQLAlchemy would write `= 1`, and SQLite would scan the table.
    type = NULLTYPE
    name = "has_words"
    inherit_cache = True


@compiles(_HasWords, "sqlite")
def _fts(element: _HasWords, compiler, **options) -> str:
    row_id, _, fts, _, most = element.clauses
    words = f"{row_id.table.name}{SUFFIX}"
    match, limit = (compiler.process(value, **options) for value in (fts, most))
    found = f"SELECT rowid FROM {words} WHERE {words} MATCH {match} LIMIT {limit}"  # noqa: S608
    return f"{compiler.process(row_id, **options)} IN ({found})"


@compiles(_HasWords, "postgresql")
def _vector(element: _HasWords, compiler, **options) -> str:
    """Materialised, for the planner would expect a limited search to end soon and read the rows
    one after the other, making each one's vector; an array, for it would expect many ids."""
    row_id, _, _, vector, most = element.clauses
    table = row_id.table.name
    wanted = f"to_tsquery('simple', {compiler.process(vector, **options)})"
    every = f"SELECT id FROM {table} WHERE {_vector_of('search_text')} @@ {wanted}"  # noqa: S608
    limit = f"NULLIF({compiler.process(most, **options)}, {NO_LIMIT})"
    found = f"WITH found AS MATERIALIZED ({every}) SELECT id FROM found LIMIT {limit}"  # noqa: S608
    return f"{compiler.process(row_id, **options)} = ANY (ARRAY({found}))"


def _vector_of(column: str) -> str:
    """Parts of a code as words of their own, which the parser would take for a host's name."""
    return f"to_tsvector('simple', regexp_replace({column}, '[^[:alnum:]]+', ' ', 'g'))"


def _is_whole(connection: Connection, table: str) -> bool:
    if connection.dialect.name == "postgresql":
        found = text(
            "SELECT count(*) FROM pg_class WHERE relname = :name AND :bounded = ANY(reloptions)"
        )
        values = {"name": f"ix_{table}{SUFFIX}", "bounded": _PENDING}
        return connection.scalar(found, values) == 1
    ours = text("SELECT count(*) FROM sqlite_master WHERE name IN (:words, :i, :d, :u)")
    names = {letter: f"{table}{SUFFIX}_{letter}" for letter in "idu"}
    return connection.scalar(ours, {"words": f"{table}{SUFFIX}", **names}) == 4


def _make(connection: Connection, table: Table) -> None:
    statements = _OF_SQLITE if connection.dialect.name == "sqlite" else _OF_POSTGRESQL
    for statement in statements:
        connection.exec_driver_sql(
            statement.format(
                table=table.name, words=table.name + SUFFIX, vector=_vector_of("search_text")
            )
        )


# What was written last waits in a list that every search reads to its end: by default up to 4 MB,
# 5 ms of a search among 120,000 agencies.
_PENDING = "gin_pending_list_limit=64"  # kB, the least there is
_OF_POSTGRESQL = (
    "DROP INDEX IF EXISTS ix_{words}",
    f"CREATE INDEX ix_{{words}} ON {{table}} USING gin ({{vector}}) WITH ({_PENDING})",
)
# `prefix`: a word is found by its first letters. The text itself lies in the table alone.
_OF_SQLITE = (
    "DROP TRIGGER IF EXISTS {words}_i",
    "DROP TRIGGER IF EXISTS {words}_d",
    "DROP TRIGGER IF EXISTS {words}_u",
    "DROP TABLE IF EXISTS {words}",
    "CREATE VIRTUAL TABLE {words} USING fts5(search_text, content='{table}', content_rowid='id',"
    " prefix='1 2 3', tokenize='unicode61')",
    "CREATE TRIGGER {words}_i AFTER INSERT ON {table} BEGIN"
    " INSERT INTO {words}(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER {words}_d AFTER DELETE ON {table} BEGIN"
    " INSERT INTO {words}({words}, rowid, search_text)"
    " VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER {words}_u AFTER UPDATE OF search_text ON {table} BEGIN"
    " INSERT INTO {words}({words}, rowid, search_text)"
    " VALUES ('delete', old.id, old.search_text);"
    " INSERT INTO {words}(rowid, search_text) VALUES (new.id, new.search_text); END",
    "INSERT INTO {words}({words}) VALUES ('rebuild')",
)
