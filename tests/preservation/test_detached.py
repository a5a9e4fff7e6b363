"""Signatures that are files of their own (`.p7s`): evidence and time stamps are kept beside them as
beside PDFs; an archive form they have none."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from adapters.signing.beside import alone, read_signers
from adapters.signing.certificates import read_facts
from adapters.signing.detached import sign_detached
from adapters.signing.holders import holders
from adapters.signing.keys import open_key, seal_key, unlock
from models.exchange import OutboxItem
from models.incoming import IncomingDocument
from models.preservation import Preservation, PreservationStep
from services import signing
from services.outgoing import Upload
from services.preservation import renewing
from tests.conftest import PASSWORD, PIN
from tests.preservation.conftest import telling_ca
from tests.preservation.test_keeping import YEAR, facts
from tests.preservation.test_pages import text
from tests.signing_feature.test_enclosures import issued, sent
from tests.signing_feature.test_inspection import arrive
from tests.visitor import Visitor

__all__ = ["sent"]

TABLE = b"PK\x05\x06" + bytes(18)
SHEET = b"So lieu; 1; 2; 3\n" * 4


@pytest.fixture
def signature(journey) -> bytes:
    """Of another agency, over TABLE."""
    p12 = telling_ca().issue_agency(
        "Ủy ban nhân dân huyện Bình Sơn", code="000.00.31.H48", passphrase=PIN,
        at=journey.office.now(),
    )  # fmt: skip
    sealed = seal_key(p12, PIN, PIN, bytes(32))
    return sign_detached(
        TABLE, open_key(sealed, unlock(sealed, PIN, bytes(32))), at=journey.office.now()
    )


def came(journey, signature: bytes) -> tuple[IncomingDocument, str, str]:
    """An arrival of a table with its signature: (document, digest of the one, of the other)."""
    document_id = arrive(journey, ("bang.xlsx", TABLE), ("bang.xlsx.p7s", signature))
    journey.work()
    document = journey.office.session().get(IncomingDocument, document_id)
    table, beside = (document.names[name] for name in ("bang.xlsx", "bang.xlsx.p7s"))
    return document, table, beside


def rows(journey) -> dict[str, Preservation]:
    journey.look_anew()
    found = journey.office.session().scalars(select(Preservation))
    return {each.file_sha256: each for each in found}


def test_who_stands_behind_a_signature_is_read_from_its_file(journey, signature):
    signed_data, (signer,) = read_signers(signature)
    (holder,) = holders(signature)
    carried = {each.chosen.dump() for each in signed_data["certificates"]}
    assert {holder.certificate, *holder.others} == carried
    assert read_facts(holder.certificate).subject_name == "Ủy ban nhân dân huyện Bình Sơn"
    assert alone(signed_data, signer).dump() == signed_data.dump()


def test_evidence_of_a_received_signature_is_kept_beside_it_and_told_at_its_file(
    journey, signature, node
):
    document, table, beside = came(journey, signature)
    assert set(rows(journey)) == {beside}  # the table itself bears none
    row = journey.row(beside)
    assert (row.origin, row.missing, row.standing) == ("received", "", "good")
    assert row.stamped_at is not None
    assert row.archive_sha256 is None
    (found,) = facts(journey, table)
    assert (found["verdict"], found["revocation"]) == ("valid", "good")
    assert found["proven_at"]
    commune = Visitor(node, "st.th.vanthu", PASSWORD)
    page = text(commune.get(f"/incoming/{document.id}"))
    assert "tính cả hồ sơ lưu bên cạnh tệp (B-LTA)" in page
    report = commune.get(f"/verification/incoming/{document.id}/{table}")
    assert "do Dấu thời gian thử nghiệm cấp" in text(report)


def test_it_outlives_its_certificate(journey, signature, authority):
    document, table, beside = came(journey, signature)
    renewing.ensure(journey.office)
    journey.later(days=365 * 4.9)
    authority.renew(YEAR * 5)
    journey.work()
    journey.later(days=365)
    with journey.app.app_context():
        journey.look_anew()
    again = signing.judging.examine(journey.office, signing.verification.files_of(document))
    (found,) = again[table].signatures
    assert (found["verdict"], found["revocation"]) == ("valid", "good")
    assert journey.row(beside).stamp_ends > journey.office.now() + timedelta(days=365)


def test_our_own_signature_beside_an_enclosure_is_kept_and_shown(journey, sent, node):
    doc = issued(journey, sent(Upload("b.csv", SHEET)))
    journey.work()
    (enclosure,) = doc.enclosures
    row = journey.row(enclosure.signature_sha256)
    assert (row.origin, row.outgoing_id, row.missing) == ("own", doc.id, "")
    assert (row.standing, row.archive_sha256) == ("good", None)
    assert row.stamped_at is not None
    (found,) = facts(journey, enclosure.signature_sha256)
    assert (found["verdict"], found["revocation"]) == ("valid", "good")
    page = text(Visitor(node, "st.vanthu", PASSWORD).get(f"/outgoing/{doc.id}"))
    assert "tính cả hồ sơ lưu bên cạnh tệp (B-LTA)" in page
    assert "Đã có dấu thời gian và lưu lâu dài (B-LTA)" in page  # the document itself


def test_those_of_before_are_taken_in(journey, signature, sent):
    doc = issued(journey, sent(Upload("b.csv", SHEET)))
    _document, _table, beside = came(journey, signature)
    journey.work()
    session = journey.office.session()
    for table in (PreservationStep, Preservation):
        session.execute(delete(table))
    session.execute(delete(OutboxItem).where(OutboxItem.kind == "preserve"))
    session.commit()
    renewing.ensure(journey.office)
    journey.work(rounds=12)
    own = doc.enclosures[0].signature_sha256
    found = rows(journey)
    assert set(found) == {doc.issued_sha256, own, beside}
    assert {each.missing for each in found.values()} == {""}
