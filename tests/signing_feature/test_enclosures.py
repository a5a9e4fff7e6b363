"""Separate enclosures: each is signed by the agency together with the seal, once, and nobody else's
signature is harmed."""

import shutil
import subprocess

import pytest
from sqlalchemy import select

from adapters.pdf import clear_corner, page_words
from adapters.signing.blocks import Block, sign_block
from adapters.signing.detached import signer_of
from adapters.signing.keys import open_key, seal_key, unlock
from adapters.signing.validate import validate
from adapters.typeset import font_bytes
from domain.dates import local
from domain.enclosures import Manner
from domain.errors import Invalid
from domain.outgoing_flow import OutgoingState
from domain.verdicts import Verdict
from models.audit import AuditEntry
from models.outgoing import Enclosure
from models.signing import CertificateBinding, SigningRole, TrustRoot
from services import outgoing
from services.office import utc_now
from services.outgoing import Upload
from services.signing import enclosures
from tests.conftest import PIN, demo_ca
from tests.signing.altering import approve, encrypted
from tests.signing.conftest import typeset
from tests.signing_feature.conftest import DRAFT

SHEET = b"So lieu; 1; 2; 3\n" * 4
NODE_KEY = bytes(range(32))


@pytest.fixture(scope="module")
def annex() -> bytes:
    return typeset('#set page(paper: "a4", margin: 20mm)\n#lorem(60)')


@pytest.fixture(scope="module")
def neighbour():
    """The key of another agency."""
    p12 = demo_ca().issue_agency("Sở Y tế", code="000.00.09.H48", passphrase=PIN, at=utc_now())
    sealed = seal_key(p12, PIN, PIN, NODE_KEY)
    return open_key(sealed, unlock(sealed, PIN, NODE_KEY))


@pytest.fixture
def sent(journey):
    """A document with these enclosures, brought to where the clerk issues it."""

    def draft(*files: Upload):
        officer = journey.actor("st.chuyenvien")
        form = DRAFT | {"signer_id": str(journey.leader.appointment_id), "enclosures": files}
        document_id = outgoing.create(journey.office, officer, form)
        outgoing.perform(journey.office, officer, document_id, "submit", {})
        head, chief = journey.actor("st.truongphong"), journey.actor("st.chanhvp")
        outgoing.perform(journey.office, head, document_id, "agree", {})
        doc = outgoing.perform(journey.office, chief, document_id, "forward", {})
        journey.approve(doc)
        journey.work()
        return journey.now(document_id)

    return draft


def issued(journey, doc):
    journey.issue(doc)
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED
    return doc


def seal_of(journey) -> str:
    query = select(CertificateBinding.certificate_sha256).where(
        CertificateBinding.role == SigningRole.SEAL,
        CertificateBinding.agency_id == journey.clerk.agency_id,
    )
    return journey.office.session().scalar(query)


def test_every_kind_of_enclosure_is_signed_by_the_agency_in_its_own_way(
    journey, sent, annex, neighbour, tmp_path
):
    theirs = approve(annex, neighbour, "Theirs")
    doc = issued(
        journey,
        sent(Upload("phụ lục.pdf", annex), Upload("của sở.pdf", theirs), Upload("b.csv", SHEET)),
    )
    plain, added, sheet = doc.enclosures
    read, office = journey.office.files.read, journey.office
    roots = office.session().scalars(select(TrustRoot.certificate)).all()

    assert [each.manner for each in doc.enclosures] == [
        Manner.BLOCK, Manner.ADDED, Manner.DETACHED,
    ]  # fmt: skip
    # The drafter's bytes stay, and what goes out begins with them.
    assert read(plain.sha256) == annex
    assert read(plain.signed_sha256).startswith(annex)
    (mark,) = validate(read(plain.signed_sha256), roots, office.now()).signatures
    assert (mark.verdict, mark.kind, mark.covers_whole_file) == (Verdict.VALID, "agency", True)
    assert mark.certificate_sha256 == seal_of(journey)
    # Somebody else's signature is worth what it was worth.
    first, second = validate(read(added.signed_sha256), roots, office.now()).signatures
    assert (first.field, first.verdict) == ("Theirs", Verdict.VALID)
    assert (second.verdict, second.certificate_sha256) == (Verdict.VALID, seal_of(journey))
    assert signer_of(SHEET, read(sheet.signature_sha256)) == seal_of(journey)
    assert sheet.signed_sha256 is None
    # What recipients get: the signed files, and the signatures beside those that bear none.
    assert [(file.name, file.sha256) for each in doc.enclosures for file in each.sent_files] == [
        ("phụ lục.pdf", plain.signed_sha256),
        ("của sở.pdf", added.signed_sha256),
        ("b.csv", sheet.sha256),
        ("b.csv.p7s", sheet.signature_sha256),
    ]
    says_number_and_time(read(plain.signed_sha256), doc.reference, mark.signed_at)
    poppler_agrees(read(plain.signed_sha256), tmp_path / "a.pdf")


def says_number_and_time(signed: bytes, reference: str, at) -> None:
    """In the margin above the text, on the right."""
    words = [word for word in page_words(signed, 0) if word.box.bottom > 842 - 60]
    text = " ".join(word.text for word in words)
    assert f"Số: {reference} Thời gian ký: {local(at):%d-%m-%Y %H:%M:%S} +07:00" in text
    assert min(word.box.left for word in words) > 595 / 2


def poppler_agrees(signed: bytes, path) -> None:
    if shutil.which("pdfsig") is None:
        return
    path.write_bytes(signed)
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature Validation: Signature is Valid.") == 1
    assert "Total document signed" in said


def test_what_its_signer_closed_gets_the_signature_beside_it(journey, sent, annex, neighbour):
    closed = closed_by(annex, neighbour)
    doc = issued(journey, sent(Upload("khóa.pdf", closed)))
    (enclosure,) = doc.enclosures
    assert enclosure.manner == Manner.DETACHED
    assert enclosure.sent_sha256 == enclosure.sha256
    beside = journey.office.files.read(enclosure.signature_sha256)
    assert signer_of(closed, beside) == seal_of(journey)


def closed_by(annex: bytes, key) -> bytes:
    block = Block(("Sở Y tế",), font_bytes("Regular"))
    return sign_block(annex, key, block, clear_corner(annex, *block.size), at=utc_now())


def test_what_the_agency_signed_before_is_not_signed_again(journey, sent, annex):
    first = issued(journey, sent(Upload("a.pdf", annex)))
    signed = journey.office.files.read(first.enclosures[0].signed_sha256)
    second = issued(journey, sent(Upload("lại.pdf", signed)))
    (enclosure,) = second.enclosures
    assert enclosure.manner == Manner.OWN
    assert (enclosure.signed_sha256, enclosure.signature_sha256) == (None, None)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda annex: encrypted(annex, "mật"), "enclosure-encrypted"),
        (lambda annex: annex[:900], "enclosure-broken"),
    ],
)
def test_what_can_never_be_signed_is_told_when_it_is_chosen(journey, sent, annex, spoil, code):
    with pytest.raises(Invalid, match=code) as refused:
        sent(Upload("phụ lục.pdf", spoil(annex)))
    assert refused.value.fields["name"] == "phụ lục.pdf"


def test_a_second_run_adopts_the_enclosures_that_are_signed_and_signs_only_the_rest(
    journey, sent, annex, monkeypatch
):
    doc = sent(Upload("a.pdf", annex), Upload("b.csv", SHEET))
    journey.issue(doc)
    pin, pinned = enclosures.pin, []

    def die_after_first(office, lease, enclosure_id, made):
        if pinned:
            raise KeyboardInterrupt  # nothing catches it: as when the process is gone
        pin(office, lease, enclosure_id, made)
        pinned.append(enclosure_id)

    monkeypatch.setattr(enclosures, "pin", die_after_first)
    with pytest.raises(KeyboardInterrupt):
        journey.work()
    monkeypatch.undo()
    journey.look_anew()
    before = journey.office.session().get(Enclosure, pinned[0]).signed_sha256
    assert before

    journey.later(minutes=3)  # the dead worker's lease ends
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED
    assert doc.enclosures[0].signed_sha256 == before
    assert doc.enclosures[1].signature_sha256
    signed = select(AuditEntry.subject_id).where(AuditEntry.tag == "signing:enclosure")
    assert sorted(journey.office.session().scalars(signed)) == [e.id for e in doc.enclosures]


def test_a_file_nothing_can_be_added_to_does_not_keep_the_document_from_its_seal(
    journey, sent, annex, monkeypatch
):
    def refuse(*args, **kwargs):
        raise Invalid("place-outside-page", page=1)

    monkeypatch.setattr(enclosures, "sign_block", refuse)
    doc = issued(journey, sent(Upload("a.pdf", annex)))
    assert doc.enclosures[0].manner == Manner.DETACHED
    assert doc.enclosures[0].signature_sha256
