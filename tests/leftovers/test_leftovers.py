"""Files that no row names: set aside after a week, removed after a month more, brought back when a
row names them again; and nothing else is ever touched."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, event, select

from domain.dates import local
from domain.errors import Forbidden
from domain.roles import SYSTEM
from models.agencies import Agency
from models.audit import AuditEntry
from models.base import Base
from models.exchange import OutboxItem
from models.files import StoredFile
from services import audit_chain, leftovers, outbox
from services.admin import store
from services.outbox import LeaseLost
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.signing_feature.conftest import journey, node
from tests.visitor import Visitor

__all__ = ["journey", "node"]
# Of 64 characters, and never the name of a stored file.
NAME_NO_FILE = {
    "form_token", "nonce", "hash", "previous_hash", "head_hash", "counters_version", "key",
    "public",
}  # fmt: skip


def left(office, data: bytes, days: float = 8) -> str:
    """A file as a dead process leaves it, so many days ago."""
    sha256 = office.files.put(data)
    aged(office, sha256, days)
    return sha256


def aged(office, sha256: str, days: float) -> None:
    then = (office.now() - timedelta(days=days)).timestamp()
    os.utime(office.files.path(sha256), (then, then))


def told(office) -> list[tuple[str, list[str]]]:
    query = select(AuditEntry).where(AuditEntry.tag.in_(leftovers.MOVES))
    rows = office.session().scalars(query.order_by(AuditEntry.sequence)).all()
    return [(row.tag, row.details["files"]) for row in rows]


def test_what_nobody_named_for_a_week_is_set_aside_and_removed_after_a_month(journey):
    office = journey.office
    old, young = left(office, b"left by the dead"), left(office, b"stored just now", days=6)
    found = leftovers.tidy(office)
    assert (found.set_aside, found.aside) == (1, 1)
    assert (office.files.exists(old), office.files.exists(young)) == (False, True)
    journey.later(days=29)
    aged(office, young, 1)
    assert leftovers.tidy(office).removed == 0
    journey.later(days=2)
    assert leftovers.tidy(office).removed == 1
    assert list(office.files.aside()) == []
    assert told(office) == [("files:set_aside", [old]), ("files:removed", [old])]
    assert list(audit_chain.verify(office.session())) == []


def test_files_of_a_document_stay_whatever_their_age(journey):
    office = journey.office
    doc = journey.issued()
    stored = {sha for folder in leftovers.FOLDERS for sha, _at in office.files.names(folder)}
    assert {doc.prepared_sha256, doc.signed_sha256, doc.issued_sha256} <= stored
    for sha256 in stored:
        aged(office, sha256, 400)
    assert leftovers.tidy(office).set_aside == 0


def test_what_a_row_names_again_is_brought_back(journey):
    """As after the restoring of a database that still knows the file."""
    office = journey.office
    old = left(office, b"known to the backup")
    leftovers.tidy(office)
    with transaction(office, SYSTEM) as work:
        work.record_file(old, 19, "text/plain")
    journey.later(days=31)
    found = leftovers.tidy(office)
    assert (found.brought_back, found.removed) == (1, 0)
    assert office.files.read(old) == b"known to the backup"
    assert told(office)[-1] == ("files:brought_back", [old])


def test_a_file_that_is_named_while_the_job_looks_stays(journey, monkeypatch):
    """Somebody stores the same bytes after the first look and before the move."""
    office = journey.office
    old = left(office, b"stored again in this moment")
    named, looks = leftovers.named, []

    def named_and_stored(*given):
        looks.append(given)
        if len(looks) == 2:
            office.files.put(b"stored again in this moment")
        return named(*given)

    monkeypatch.setattr(leftovers, "named", named_and_stored)
    assert leftovers.tidy(office).set_aside == 0
    assert len(looks) >= 2
    assert office.files.exists(old)
    assert told(office) == []


def test_without_its_entry_in_the_chain_nothing_moves(journey, monkeypatch):
    office = journey.office
    old = left(office, b"left")

    def refused(_session):
        raise RuntimeError("the disk of the database is full")

    event.listen(office.session(), "before_commit", refused)
    monkeypatch.setattr(leftovers, "FOLDERS", (old[:2],))
    with pytest.raises(RuntimeError, match="full"):
        leftovers._set_aside(office, [old], office.now().timestamp(), None)
    event.remove(office.session(), "before_commit", refused)
    assert office.files.read(old) == b"left"
    assert list(office.files.aside()) == []


def test_seven_nights_look_at_the_whole_store_once(journey):
    office = journey.office
    names = {left(office, b"%d" % number) for number in range(40)}
    leftovers.ensure(office)
    item = (
        office.session().scalars(select(OutboxItem).where(OutboxItem.kind == leftovers.KIND)).one()
    )
    nights, item_id = [], item.id
    for _night in range(leftovers.PARTS):
        lease = outbox.claim(office, item_id)
        leftovers.tidy_files(office, lease)
        nights.append(len(list(office.files.aside())))
        journey.later(days=1)
    assert nights[0] < nights[3] < nights[-1] == len(names)
    assert {name for name, _since in office.files.aside()} == names
    assert outbox.claim(office, item_id) is not None, "it comes again every night"


def test_a_job_that_lost_its_lease_moves_nothing(journey):
    office = journey.office
    old = left(office, b"left")
    lost = outbox.Lease(0, leftovers.KIND, 0, 1, "nobody's", repeats=True)
    with pytest.raises(LeaseLost):
        leftovers.tidy(office, (old[:2],), lost)
    assert office.files.exists(old)


def test_the_command_goes_through_the_whole_store(journey):
    left(journey.office, b"left by the dead")
    done = journey.app.test_cli_runner().invoke(args=["tidy-files"])
    assert done.exit_code == 0, done.output
    assert "Ra khu tạm: 1." in done.output
    assert "Đang ở khu tạm: 1." in done.output


def test_the_page_says_what_lies_aside_since_when_and_until_when(journey):
    office, admin = journey.office, Visitor(journey.app, "st.quantri", PASSWORD)
    page = admin.get("/admin/store").text
    assert "không có tệp nào" in page
    assert "chưa lần nào" in page
    left(office, b"x" * 3072)
    leftovers.ensure(office)
    leftovers.tidy(office)
    page = admin.get("/admin/store").text
    then = local(office.now())
    assert "1 tệp, 3,0 KB" in page
    assert f"{then:%d/%m/%Y}" in page
    assert f"sau {then + leftovers.ASIDE_FOR:%d/%m/%Y}" in page
    assert "Dọn tệp không ai dùng ra khu tạm" in page
    journey.later(days=31)
    leftovers.tidy(office)
    page = Visitor(journey.app, "st.quantri", PASSWORD).get("/admin/store").text
    assert "không có tệp nào" in page
    assert "Xóa hẳn tệp ở khu tạm" in page
    looked = select(AuditEntry).where(AuditEntry.tag == leftovers.LOOKED)
    assert [entry.details["aside"] for entry in office.session().scalars(looked)] == [1, 0]


def test_the_store_is_the_host_agencys_to_see(journey):
    host = journey.actor("st.quantri")
    assert store.overview(journey.office, host).count == 0
    others = select(Agency.id).where(Agency.id != host.agency_id)
    neighbour = replace(host, agency_id=journey.office.session().scalars(others).first())
    with pytest.raises(Forbidden):
        store.overview(journey.office, neighbour)


def test_a_new_column_is_covered_by_its_name(journey):
    """A table that somebody adds tomorrow keeps its files without anybody thinking of this job."""
    office, tomorrow = journey.office, MetaData()
    scans = Table(
        "scan_of_tomorrow", tomorrow, Column("id", Integer, primary_key=True),
        Column("page_sha256", String(64)), Column("note", String(64)),
    )  # fmt: skip
    Base.metadata.tables[StoredFile.__tablename__].to_metadata(tomorrow)
    with transaction(office, SYSTEM) as work:
        scans.create(work.session.connection())
        row = {"id": 1, "page_sha256": "a" * 64, "note": "b" * 64}
        work.session.execute(scans.insert().values(row))
    try:
        assert leftovers.named(office.session(), ["a" * 64, "b" * 64], tomorrow) == {"a" * 64}
    finally:
        with transaction(office, SYSTEM) as work:
            scans.drop(work.session.connection())


def test_every_column_that_could_name_a_file_is_asked_or_known_to_name_none():
    wide = {
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and column.type.length == 64
    }
    asked = set(leftovers.naming_columns())
    assert {column.name for column in wide - asked} == NAME_NO_FILE
    assert asked <= wide
