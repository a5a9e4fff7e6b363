"""What was signed before this office kept evidence is taken in by night, a bounded number at a
time; and the night tells the administrators when the time authority stays away."""

import pytest
from sqlalchemy import delete, func, select

from domain.roles import SYSTEM
from models.audit import AuditEntry, Notification
from models.exchange import OutboxItem
from models.preservation import Preservation, PreservationStep
from services.accounts import posts
from services.preservation import renewing, taking_in, warning
from services.preservation.outcome import WAITING
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.copies.conftest import Desk, scan
from tests.preservation.test_administering import AWAY
from tests.preservation.test_keeping import received
from tests.signing_feature.test_inspection import arrive
from tests.visitor import Visitor

__all__ = ["scan"]


def before_anything_was_kept(journey) -> None:
    session = journey.office.session()
    for table in (PreservationStep, Preservation):
        session.execute(delete(table))
    session.execute(delete(OutboxItem).where(OutboxItem.kind == "preserve"))
    session.commit()


def kept(journey) -> int:
    journey.look_anew()
    return journey.office.session().scalar(select(func.count(Preservation.id)))


def test_documents_copies_and_arrivals_of_before_are_taken_in_and_kept_like_new_ones(
    journey, actor, scan, monkeypatch
):
    doc = journey.issued()
    copy = Desk(journey.app, journey.office, actor, scan).issued()
    arrived, sha256 = received(journey)
    journey.work()
    before_anything_was_kept(journey)
    monkeypatch.setattr(taking_in, "PART", 1)
    renewing.ensure(journey.office)
    journey.work(rounds=12)
    row = journey.row(doc.issued_sha256)
    assert (row.missing, row.origin, row.outgoing_id) == ("", "own", doc.id)
    assert row.archive_sha256
    assert journey.row(copy.output_sha256).archive_sha256
    row = journey.row(sha256)
    assert (row.missing, row.origin, row.incoming_id) == ("", "received", arrived.id)
    assert kept(journey) == 3


def test_what_bears_no_signature_or_is_not_final_is_left_alone(journey, actor, scan):
    journey.signed()  # by the leader, not issued yet
    Desk(journey.app, journey.office, actor, scan).issued(medium="paper")
    arrive(journey, ("quet.pdf", scan), ("so.csv", b"a;b\n"))
    journey.work()
    renewing.ensure(journey.office)
    journey.work()
    assert kept(journey) == 0


def test_a_night_takes_in_no_more_than_its_share_and_the_next_goes_on(journey, monkeypatch):
    for _ in range(3):
        journey.issued()
    before_anything_was_kept(journey)
    monkeypatch.setattr(taking_in, "PART", 1)
    monkeypatch.setattr(taking_in, "A_NIGHT", 2)
    renewing.ensure(journey.office)
    journey.work(rounds=1)
    journey.look_anew()
    rows = journey.office.session().scalars(select(Preservation).order_by(Preservation.id)).all()
    assert [each.outgoing_id for each in rows] == [3, 2]  # the newest first
    assert {each.missing for each in rows} <= {WAITING, ""}
    journey.later(days=1)
    journey.work(rounds=12)
    assert kept(journey) == 3


def night(journey) -> list[Notification]:
    """What the administrator was told by then, after another night."""
    journey.later(days=1)
    journey.work()
    query = select(Notification).where(Notification.kind == warning.TAG).order_by(Notification.id)
    return list(journey.office.session().scalars(query))


@pytest.fixture
def address(journey):
    """An office whose authority answered today; by night it looks at what is missing."""
    journey.issued()
    journey.work()
    renewing.ensure(journey.office)
    journey.work()
    return journey.office.settings.tsa_url


def test_administrators_are_told_once_when_the_authority_is_away_for_more_than_a_day(
    journey, address, server, node
):
    server.stop()
    journey.issued()
    journey.work()
    journey.later(hours=20)
    with transaction(journey.office, SYSTEM) as work:
        warning.warn(work)
        assert not work.session.new  # it answered less than a day ago
    people = len(node_administrators(journey))
    assert [len(night(journey)) for _ in range(3)] == [people] * 3
    week = [len(night(journey)) for _ in range(6)]
    assert (week[0], week[-1]) == (people, 2 * people)  # still away after a week: said again
    tags = journey.office.session().scalars(select(AuditEntry.tag)).all()
    assert tags.count(warning.TAG) == 2
    note = night(journey)[0]
    administrator = Visitor(node, "st.quantri", PASSWORD)
    assert "không trả lời hơn một ngày" in administrator.get("/notifications/").text
    leads = administrator.get(f"/notifications/{note.id}", status=302, statements=20)
    assert leads.headers["Location"].endswith("/admin/time-authority")


def node_administrators(journey) -> set[int]:
    found = posts.holders(journey.office.session(), None, {"administrator"}, journey.office.today())
    return {each.person_id for each in found}


def test_nobody_is_told_of_an_authority_that_nobody_had_to_ask(journey, address):
    journey.settings(tsa_url=AWAY)
    assert [night(journey) for _ in range(3)] == [[], [], []]
