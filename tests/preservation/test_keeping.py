"""From the signature to the archive: stamped, evidence collected, kept for decades."""

from datetime import timedelta

import pytest
from asn1crypto import x509
from sqlalchemy import select

from domain.roles import SYSTEM
from models.audit import AuditEntry
from models.exchange import OutboxItem
from models.incoming import IncomingDocument
from models.preservation import AuthorityAnswer, PreservationStep
from models.signing import CertificateBinding
from services import signing
from services.preservation import outcome, proving, renewing, stamping
from services.unit_of_work import transaction
from tests.copies.conftest import Desk, scan
from tests.signing_feature.test_inspection import arrive

__all__ = ["scan"]

YEAR = timedelta(days=365)


def facts(journey, sha256: str) -> list[dict]:
    journey.look_anew()
    return [each.facts for each in signing.signatures_of(journey.office, [sha256])]


def test_an_issued_document_is_stamped_asked_about_and_archived_and_its_own_bytes_stay(journey):
    doc = journey.issued()
    journey.work()
    row = journey.row(doc.issued_sha256)
    assert (row.missing, row.standing) == ("", "good")
    issued = journey.office.files.read(doc.issued_sha256)
    archive = journey.office.files.read(row.archive_sha256)
    assert archive.startswith(issued)
    assert archive != issued
    for each in facts(journey, doc.issued_sha256):
        assert (each["verdict"], each["time_source"]) == ("valid", "timestamp")
        assert (each["revocation"], each["revocation_source"]) == ("good", "ocsp")
        assert each["proven_at"]
    tags = journey.office.session().scalars(select(AuditEntry.tag)).all()
    assert tags.count("preservation:add") == 1


def test_without_an_authority_the_signature_is_made_marked_and_completed_later(
    journey, server, node
):
    address = journey.office.settings.tsa_url
    journey.settings(tsa_url="http://127.0.0.1:9/tsa")
    doc = journey.issued()
    journey.work()
    row = journey.row(doc.issued_sha256)
    assert (row.missing, row.stamped_at, row.archive_sha256) == ("tsa-away", None, None)
    assert row.standing == "good"  # evidence does not wait for the time stamp
    assert {each["time_source"] for each in facts(journey, doc.issued_sha256)} == {"claimed"}
    journey.settings(tsa_url=address)
    journey.later(minutes=20)
    journey.work()
    row = journey.row(doc.issued_sha256)
    assert row.missing == ""
    issued = journey.office.files.read(doc.issued_sha256)
    assert journey.office.files.read(row.archive_sha256).startswith(issued)
    for each in facts(journey, doc.issued_sha256):
        assert each["proven_at"]
        assert (each["verdict"], each["revocation"]) == ("valid", "good")


def test_a_signature_waits_once_for_an_authority_that_is_away(journey, monkeypatch):
    asked = []
    real = stamping.obtain
    monkeypatch.setattr(stamping, "obtain", lambda *a: (asked.append(1), real(*a))[1])
    journey.settings(tsa_url="http://127.0.0.1:9/tsa")
    stamp = stamping.stamper(journey.office)
    assert [stamp(b"one"), stamp(b"two")] == [None, None]
    assert len(asked) == 1


def received(journey) -> tuple[IncomingDocument, str]:
    """Our own issued file comes back as if from elsewhere, on another day; here nothing is known
    of it yet."""
    doc = journey.signed()
    document_id = arrive(journey, ("den.pdf", journey.office.files.read(doc.signed_sha256)))
    journey.work()
    return journey.office.session().get(IncomingDocument, document_id), doc.signed_sha256


def test_a_received_file_is_kept_as_it_came_with_its_proof_beside_it(journey):
    document, sha256 = received(journey)
    before = journey.office.files.path(sha256).stat()
    row = journey.row(sha256)
    assert (row.origin, row.missing, row.standing) == ("received", "", "good")
    assert row.archive_sha256 is None
    assert row.incoming_id == document.id
    (signature,) = facts(journey, sha256)
    assert (signature["revocation"], signature["verdict"]) == ("good", "valid")
    after = journey.office.files.path(sha256).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def leader_serial(journey) -> int:

    query = select(CertificateBinding).where(CertificateBinding.role == "leader")
    bindings = journey.office.session().scalars(query)
    found = [b for b in bindings if b.person_id == journey.leader.person_id]
    return x509.Certificate.load(found[0].certificate).serial_number


@pytest.mark.parametrize(("hours", "verdict"), [(-24, "untrusted"), (1, "valid")])
def test_revoked_before_the_stamp_counts_revoked_after_it_does_not(
    journey, authority, hours, verdict
):
    authority.revoked[leader_serial(journey)] = journey.office.now() + timedelta(hours=hours)
    doc = journey.signed()
    journey.later(hours=2)  # by now it is revoked either way
    document_id = arrive(journey, ("den.pdf", journey.office.files.read(doc.signed_sha256)))
    journey.work()
    (signature,) = facts(journey, doc.signed_sha256)
    assert (signature["verdict"], signature["time_source"]) == (verdict, "timestamp")
    document = journey.office.session().get(IncomingDocument, document_id)
    assert document.verdict == verdict
    assert bool(signature["revoked_since"]) is (verdict == "untrusted")


def a_night_after(journey, authority, years: float) -> None:
    """Meanwhile the authority got new certificates."""
    journey.later(days=365 * years)
    authority.renew(YEAR * 5)
    journey.work()


def test_evidence_and_stamp_outlive_the_certificate_that_had_no_time_stamp(journey, authority):
    address = journey.office.settings.tsa_url
    journey.settings(tsa_url="")
    doc = journey.signed()
    journey.settings(tsa_url=address)
    arrive(journey, ("den.pdf", journey.office.files.read(doc.signed_sha256)))
    journey.work()
    renewing.ensure(journey.office)
    a_night_after(journey, authority, years=4.9)  # the stamp is carried on
    journey.later(days=365)
    signing.verify_file(journey.office, doc.signed_sha256)
    (signature,) = facts(journey, doc.signed_sha256)
    assert signature["time_source"] == "claimed"
    assert (signature["verdict"], signature["revocation"]) == ("valid", "good")


def test_answers_that_were_verified_serve_others_for_an_hour(journey, authority):
    doc = journey.issued()
    journey.work()
    asked = []
    authority.ocsp = lambda request: asked.append(1)
    arrive(journey, ("den.pdf", journey.office.files.read(doc.signed_sha256)))
    journey.work()
    assert journey.row(doc.signed_sha256).standing == "good"
    assert asked == []
    rows = journey.office.session().scalars(select(AuthorityAnswer)).all()
    assert len(rows) >= 2


def test_an_authority_that_says_nothing_leaves_revocation_unknown_and_is_asked_again_by_night(
    journey,
):
    sources = journey.office.settings.revocation_sources
    journey.settings(revocation_sources="")
    _, sha256 = received(journey)
    for _ in range(5):
        journey.later(minutes=20)
        journey.work()
    row = journey.row(sha256)
    assert (row.missing, row.standing) == (outcome.UNKNOWN, "unknown")
    assert row.stamped_at is not None
    (signature,) = facts(journey, sha256)
    assert (signature["verdict"], signature["revocation"]) == ("valid", "unknown")
    journey.settings(revocation_sources=sources)
    renewing.ensure(journey.office)
    journey.later(days=1)
    journey.work()
    row = journey.row(sha256)
    assert (row.missing, row.standing) == ("", "good")


def test_three_renewals_over_fifteen_years_change_no_verdict(journey, authority):
    doc = journey.issued()
    journey.work()
    first = journey.row(doc.issued_sha256)
    began, archive = first.stamped_at, journey.office.files.read(first.archive_sha256)
    before = facts(journey, doc.issued_sha256)
    renewing.ensure(journey.office)
    for _ in range(3):
        a_night_after(journey, authority, years=4.8)
        row = journey.row(doc.issued_sha256)
        longer = journey.office.files.read(row.archive_sha256)
        assert longer.startswith(archive)
        assert len(longer) > len(archive)
        assert (row.missing, row.stamped_at) == ("", began)
        assert proving.beside(journey.office, doc.issued_sha256).proven_at == began
        archive = longer
    query = select(PreservationStep).order_by(PreservationStep.number)
    steps = [s for s in journey.office.session().scalars(query) if s.preservation_id == row.id]
    assert [each.number for each in steps] == [1, 2, 3, 4]
    with transaction(journey.office, SYSTEM) as work:
        work.enqueue("inspection", "judge_again", row.id)
    journey.work()
    after = facts(journey, doc.issued_sha256)
    same = ("verdict", "signed_at", "time_source", "revocation", "proven_at", "signer_name")
    assert [[e[k] for k in same] for e in after] == [[e[k] for k in same] for e in before]
    troubled = select(OutboxItem.kind).where(OutboxItem.problem != "")
    assert journey.office.session().scalars(troubled).all() == []


def test_a_certified_copy_is_stamped_and_archived_like_a_document(journey, actor, scan):
    desk = Desk(journey.app, journey.office, actor, scan)
    copy = desk.issued()
    journey.work()
    row = journey.row(copy.output_sha256)
    assert (row.missing, row.standing) == ("", "good")
    (mark,) = facts(journey, copy.output_sha256)
    assert (mark["verdict"], mark["time_source"]) == ("valid", "timestamp")
