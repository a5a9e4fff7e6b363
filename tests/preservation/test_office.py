"""Signatures inside office files of others: judged, and evidence and time stamps kept beside them
as beside PDFs."""

import pytest

from adapters.signing.keys import open_key, seal_key, unlock
from models.incoming import IncomingDocument
from services import signing
from services.preservation import renewing
from tests.conftest import PASSWORD, PIN
from tests.preservation.conftest import telling_ca
from tests.preservation.test_keeping import YEAR, facts
from tests.preservation.test_pages import text
from tests.signing.office_files import OfficeSigner, letter, packed
from tests.signing_feature.test_inspection import arrive
from tests.visitor import Visitor


@pytest.fixture
def signed(journey) -> dict[str, bytes]:
    """By another agency; the parts of a letter."""
    p12 = telling_ca().issue_agency(
        "Ủy ban nhân dân huyện Bình Sơn", code="000.00.31.H48", passphrase=PIN,
        at=journey.office.now(),
    )  # fmt: skip
    sealed = seal_key(p12, PIN, PIN, bytes(32))
    key = open_key(sealed, unlock(sealed, PIN, bytes(32)))
    signer = OfficeSigner(
        key.certificate.dump(), lambda data: key.sign(data, "sha256"), journey.office.now()
    )
    return signer.signed(letter())


def came(journey, parts: dict[str, bytes], name: str = "cong-van.docx") -> IncomingDocument:
    document_id = arrive(journey, (name, packed(parts)))
    journey.work()
    return journey.office.session().get(IncomingDocument, document_id)


def test_a_signed_letter_of_word_is_judged_kept_and_outlives_its_certificate(
    journey, signed, node, authority
):
    document = came(journey, signed)
    assert document.verdict == "valid"
    row = journey.row(document.main.sha256)
    assert (row.origin, row.missing, row.standing) == ("received", "", "good")
    assert row.stamped_at is not None
    (found,) = facts(journey, document.main.sha256)
    assert (found["purpose"], found["verdict"], found["revocation"]) == ("office", "valid", "good")
    assert found["proven_at"]
    clerk = Visitor(node, "st.th.vanthu", PASSWORD)
    assert "tính cả hồ sơ lưu bên cạnh tệp (B-LTA)" in text(clerk.get(f"/incoming/{document.id}"))
    report = text(clerk.get(f"/verification/incoming/{document.id}/{document.main.sha256}"))
    assert "chữ ký trong tệp Word, Excel" in report
    assert "mọi phần nội dung; thuộc tính của tệp" in report
    renewing.ensure(journey.office)
    journey.later(days=365 * 4.9)
    authority.renew(YEAR * 5)
    journey.work()
    journey.later(days=365)
    journey.look_anew()
    again = signing.judging.examine(journey.office, signing.verification.files_of(document))
    (found,) = again[document.main.sha256].signatures
    assert (found["verdict"], found["revocation"]) == ("valid", "good")


def test_a_changed_letter_and_one_with_more_in_it_are_told(journey, signed, node):
    changed = signed | {"word/document.xml": signed["word/document.xml"] + b" "}
    assert came(journey, changed).verdict == "modified"
    more = came(journey, signed | {"word/comments.xml": b"<c/>"}, "them.docx")
    assert more.verdict == "inconclusive"
    clerk = Visitor(node, "st.th.vanthu", PASSWORD)
    report = text(clerk.get(f"/verification/incoming/{more.id}/{more.main.sha256}"))
    assert "không bao trùm: /word/comments.xml" in report
    assert "có phần nội dung của tệp không được ký" in report
    assert came(journey, letter(), "khong-ky.docx").verdict == "unsigned"
