"""Searching the directory: by words without accents, by parts of codes, after every change."""

import pytest
from sqlalchemy import delete, insert, text, update

import migrations
from domain.text import fold
from extensions import db
from models import search_words
from models.hub import DirectoryEntry
from services import directory
from services.hub import directory as entries
from services.hub import lookup


def put(office, *named: tuple[str, str]) -> None:
    rows = [{"code": c, "name": n, "search_text": fold(f"{c} {n}")} for c, n in named]
    office.session().execute(insert(DirectoryEntry), rows)
    office.session().commit()


def found(office, typed: str) -> list[str]:
    return [entry.code for entry in directory.search(office, typed)]


PLACES = (("000.77.01.H97", "Ủy ban nhân dân xã Đồng Tâm"), ("000.77.02.H97", "Xã Đông Tảo"))


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("dong tam", ["000.77.01.H97"]),
        ("đồng", ["000.77.01.H97", "000.77.02.H97"]),  # as spelled first
        ("ta do", ["000.77.01.H97", "000.77.02.H97"]),  # beginnings, in any order
        ("77.02", ["000.77.02.H97"]),
        ("000.77", ["000.77.01.H97", "000.77.02.H97"]),
        ("02.77", []),
        ("ong tam", []),
        ("000.77.02.H97", ["000.77.02.H97"]),
        ('dong" OR xa', []),
        ("dong & (tam", ["000.77.01.H97"]),
        ("%", []),
        ("", []),
    ],
)
def test_words_and_parts_of_codes_find_an_agency(office, typed, codes):
    put(office, *PLACES)
    assert found(office, typed) == codes


def test_what_changes_is_found_as_it_is_now(office):
    put(office, *PLACES)
    session = office.session()
    one = DirectoryEntry.code == PLACES[0][0]
    session.execute(update(DirectoryEntry).where(one).values(search_text="xa hoa binh"))
    session.execute(delete(DirectoryEntry).where(DirectoryEntry.code == PLACES[1][0]))
    session.commit()
    assert found(office, "dong") == []
    assert found(office, "hoa binh") == [PLACES[0][0]]


def test_a_lost_index_is_made_anew_from_the_rows(hub_app, office):
    put(office, *PLACES)
    with db.engine.connect() as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER directory_entry_words_i"))
            connection.execute(text("DELETE FROM directory_entry_words"))
        else:
            connection.execute(text("DROP INDEX ix_directory_entry_words"))
        search_words.ensure(connection)
        search_words.ensure(connection)  # nothing to do
    assert found(office, "dong tam") == [PLACES[0][0]]


def test_an_index_whose_list_of_news_grows_without_bound_is_made_anew(hub_app, office):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("of PostgreSQL alone")
    with db.engine.connect() as connection, connection.begin():
        connection.execute(
            text("ALTER INDEX ix_directory_entry_words RESET (gin_pending_list_limit)")
        )
        search_words.ensure(connection)
        options = text("SELECT reloptions FROM pg_class WHERE relname = 'ix_directory_entry_words'")
        assert connection.scalar(options) == ["gin_pending_list_limit=64"]


def test_the_page_counts_what_it_finds_and_pages_through_it(office, operator):
    put(office, *((f"000.{n:02d}.55.H97", f"Xã Kiểm {n}") for n in range(60)))
    first, total = entries.listing(office, operator, "xa kiem", "live")
    third, _ = entries.listing(office, operator, "xa kiem", "live", page=3)
    assert (len(first), total, len(third)) == (25, 60, 10)
    assert entries.listing(office, operator, "xa kiem", "locked") == ([], 0)
    assert entries.listing(office, operator)[1] == 69


def test_changes_come_in_parts_and_no_version_is_torn_apart(office, monkeypatch):
    monkeypatch.setattr(lookup, "CHANGES", 10)
    put(office, *((f"000.{n:02d}.55.H97", f"Xã Kiểm {n}") for n in range(12)))
    every = list(lookup.changes(office, 0))
    assert len(every) == 21, "all bear version 1"
    session = office.session()
    for number, entry in enumerate(session.query(DirectoryEntry).order_by(DirectoryEntry.id)):
        entry.version = number + 1
    session.commit()
    since, seen = 0, []
    while part := list(lookup.changes(office, since)):
        since = part[-1].version
        seen.append(len(part))
    assert seen == [10, 10, 1]


def test_a_database_of_before_is_searched_after_its_migration(tmp_path, database):
    from tests.migrations.test_migrations import empty_node

    app = empty_node(tmp_path)
    migrations.upgrade(app)
    with app.app_context():
        put(app.extensions["office"], *PLACES)
        assert found(app.extensions["office"], "dong tam") == [PLACES[0][0]]
        db.session.remove()
        db.engine.dispose()


def test_the_list_for_synchronising_names_the_centre_of_each_agency(office):
    rows = [
        ("000.00.00.H97", ""),  # the province, its division, that one's school
        ("000.00.12.H97", "000.00.00.H97"),
        ("TRUONG-A", "000.00.12.H97"),
        ("000.33.00.H97", ""),  # nobody wrote down its parent
        ("TRAM-B", "000.34.00.H97"),  # its parent is in no directory
        ("H97.5", "H97"),
        ("TU-DO", ""),
        ("VONG-1", "VONG-2"),
        ("VONG-2", "VONG-1"),
    ]
    office.session().execute(
        insert(DirectoryEntry),
        [{"code": code, "parent_code": parent, "name": code} for code, parent in rows],
    )
    office.session().commit()
    told = {unit.code: unit.center_code for unit in lookup.unit_records(office)}
    assert {told[code] for code, _ in rows[:5]} == {"000.00.00.H97"}
    assert (told["H97.5"], told["TU-DO"]) == ("H97", "TU-DO")
    assert told["VONG-1"] in ("VONG-1", "VONG-2")
