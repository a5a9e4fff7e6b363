"""The five verdicts, on our files, on real ones, and on files made to deceive or to crash."""

import asyncio
import csv
import json
import random
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import cms
from asn1crypto.crl import CertificateList
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from adapters.signing.fields import prepare
from adapters.signing.finding import find_fields
from adapters.signing.trust import Evidence
from adapters.signing.validate import validate
from domain.errors import Invalid, Refusal
from domain.verdicts import Verdict, worst
from tests.signing.altering import approve, encrypted, refill
from tests.signing.authorities import CopyingTimeStamper, revocation_list, time_stamper
from tests.signing.conftest import AT, CREATED, PLACES, SHARED

NEXT_DAY = AT + timedelta(days=1)


def only(pdf: bytes, roots, at: datetime = NEXT_DAY):
    (signature,) = validate(pdf, roots, at).signatures
    return signature


def patched(pdf: bytes, signature_bytes) -> bytes:
    """The file with the CMS of its last signature put through `signature_bytes`."""
    start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", start)
    held = bytes.fromhex(pdf[start:end].decode())
    length = int.from_bytes(held[2:4], "big") + 4
    changed = signature_bytes(held[:length]).hex().encode()
    return pdf[:start] + changed.ljust(end - start, b"0") + pdf[end:]


def test_an_issued_document_is_valid_and_says_who_signed_as_what(issued, ca):
    report = validate(issued, [ca.root_der], NEXT_DAY)
    assert report.verdict is Verdict.VALID
    leader, seal = report.signatures
    assert (leader.kind, leader.signer_name) == ("person", "Đặng Thị Ngọc Ánh")
    assert (seal.kind, seal.signer_name) == ("agency", "Ủy ban nhân dân huyện Bình Sơn")
    assert leader.organisation == "UBND huyện Bình Sơn"
    assert leader.issuer == "Chứng thực thử nghiệm"
    assert (leader.signed_at, leader.time_source) == (AT, "claimed")
    assert leader.revocation == "unknown"
    assert leader.trusted
    assert seal.covers_whole_file
    assert not leader.covers_whole_file


def test_a_report_is_plain_json(issued, ca):
    told = json.loads(json.dumps(validate(issued, [ca.root_der], NEXT_DAY).to_json()))
    assert told["verdict"] == "valid"
    assert told["signatures"][1]["signed_at"] == "2026-11-05T10:30:00+07:00"


def test_without_the_root_a_document_is_intact_but_untrusted(issued):
    report = validate(issued, [], NEXT_DAY)
    assert report.verdict is Verdict.UNTRUSTED
    assert report.verdict.intact
    assert "certificate-unknown-issuer" in report.signatures[0].details


def test_a_file_without_signatures_has_no_verdict(draft, prepared, ca):
    assert validate(draft, [ca.root_der], AT).verdict is None
    assert validate(prepared, [ca.root_der], AT).signatures == ()


def test_a_changed_byte_is_a_changed_content(signed, ca):
    changed = bytearray(signed)
    changed[11] ^= 1
    signature = only(bytes(changed), [ca.root_der])
    assert signature.verdict is Verdict.MODIFIED
    assert "content-changed" in signature.details


def test_a_changed_signature_value_is_a_broken_signature(signed, ca):
    def spoil(der: bytes) -> bytes:
        return der[:-1] + bytes([der[-1] ^ 1])

    signature = only(patched(signed, spoil), [ca.root_der])
    assert signature.verdict is Verdict.BROKEN
    assert "signature-not-genuine" in signature.details


def test_a_signature_that_is_no_signature_is_broken(signed, ca):
    signature = only(patched(signed, lambda der: b"\x04\x10" + bytes(16)), [ca.root_der])
    assert signature.verdict is Verdict.BROKEN
    assert signature.details == ("signature-unreadable",)


def test_a_signature_in_ber_is_read_like_one_in_der(signed, ca):
    def as_ber(der: bytes) -> bytes:
        content = cms.ContentInfo.load(der)
        body = content["content_type"].dump() + b"\xa0\x80" + content["content"].untag().dump()
        return b"\x30\x80" + body + bytes(4)

    pdf = patched(signed, as_ber)
    assert b"/Contents <3080" in pdf
    assert only(pdf, [ca.root_der]).verdict is Verdict.VALID


def test_text_filled_after_a_plain_approval_is_a_change_though_pyhanko_lets_it_pass(
    prepared, person, ca, font
):
    changed = refill(approve(prepared, person, "Leader"), "Number", "999", font)
    embedded = PdfFileReader(BytesIO(changed)).embedded_signatures[0]
    assert validate_pdf_signature(embedded, ValidationContext(trust_roots=[])).docmdp_ok
    signature = only(changed, [ca.root_der])
    assert signature.verdict is Verdict.MODIFIED
    assert signature.later_changes == "other"


def test_a_second_approval_leaves_the_first_intact(prepared, person, agency, ca):
    both = approve(approve(prepared, person, "Leader"), agency, "Seal")
    report = validate(both, [ca.root_der], datetime.now(UTC))
    assert [each.verdict for each in report.signatures] == [Verdict.VALID] * 2
    assert report.signatures[0].later_changes == "form-filling"


def test_a_certificate_expired_since_needs_a_time_stamp(signed, ca):
    later = AT + timedelta(days=365 * 6)
    signature = only(signed, [ca.root_der], later)
    assert signature.verdict is Verdict.UNTRUSTED
    assert "expired-without-timestamp" in signature.details


def test_a_time_of_signing_still_to_come_is_not_believed(signed, ca):
    signature = only(signed, [ca.root_der], AT - timedelta(days=1))
    assert signature.verdict is Verdict.UNTRUSTED
    assert "signed-in-the-future" in signature.details


def test_a_trusted_time_stamp_proves_the_time_even_after_the_signers_certificate_ended(
    prepared, person, ca
):
    living = time_stamper(ca, AT, life=timedelta(days=365 * 8))
    stamped = approve(prepared, person, "Leader", living)
    signature = only(stamped, [ca.root_der], AT + timedelta(days=365 * 6))
    assert (signature.time_source, signature.signed_at) == ("timestamp", AT)
    assert signature.verdict is Verdict.VALID


def test_a_time_stamp_whose_authority_ended_with_nothing_over_it_proves_no_time(
    prepared, person, ca
):
    """The signature is judged as if it had none: fine while its own certificate lives."""
    brief = CREATED + timedelta(days=400)
    stamped = approve(prepared, person, "Leader", time_stamper(ca, AT, life=brief - CREATED))
    before = only(stamped, [ca.root_der], brief - timedelta(days=1))
    after = only(stamped, [ca.root_der], brief + timedelta(days=1))
    assert (before.time_source, before.details) == ("timestamp", ("revocation-unknown",))
    assert (after.verdict, after.time_source) == (Verdict.VALID, "claimed")
    assert "timestamp-ended" in after.details
    late = only(stamped, [ca.root_der], AT + timedelta(days=365 * 6))
    assert late.verdict is Verdict.UNTRUSTED
    assert {"timestamp-ended", "expired-without-timestamp"} <= set(late.details)
    # What is kept beside the file since before then goes on proving it.
    kept = Evidence(proven_at=AT + timedelta(days=30))
    (held,) = validate(stamped, [ca.root_der], AT + timedelta(days=365 * 6), kept).signatures
    assert (held.verdict, held.time_source) == (Verdict.VALID, "timestamp")


def test_a_time_before_its_authoritys_certificate_began_is_not_believed(prepared, person, ca):
    begun = AT + timedelta(days=30)
    dated_back = approve(prepared, person, "Leader", time_stamper(ca, AT, begun=begun))
    signature = only(dated_back, [ca.root_der], begun + timedelta(days=1))
    assert signature.time_source == "claimed"
    assert "timestamp-untrusted" in signature.details


def test_a_time_authority_known_to_be_revoked_proves_no_time(prepared, person, ca):
    authority = time_stamper(ca, AT)
    stamped = approve(prepared, person, "Leader", authority)
    revoked = revocation_list(ca, AT, (authority.tsa_cert.serial_number,))
    told = Evidence(crls=(revoked,))
    (signature,) = validate(stamped, [ca.root_der], NEXT_DAY, told).signatures
    assert signature.time_source == "claimed"
    assert "timestamp-revoked" in signature.details


def test_a_time_stamp_copied_from_elsewhere_is_never_valid(prepared, person, ca):
    genuine = time_stamper(ca, AT)
    token = asyncio.run(genuine.async_timestamp(b"\x01" * 32, "sha256"))
    copied = approve(prepared, person, "Leader", CopyingTimeStamper(token))
    signature = only(copied, [ca.root_der], datetime.now(UTC))
    assert signature.verdict is Verdict.INCONCLUSIVE
    assert signature.time_source == "claimed"
    assert "timestamp-broken" in signature.details


@pytest.mark.parametrize(
    ("revoked_after", "revocation", "verdict"),
    [
        (timedelta(hours=-1), "revoked", Verdict.UNTRUSTED),
        (timedelta(hours=1), "revoked", Verdict.UNTRUSTED),
        (None, "good", Verdict.VALID),
    ],
    ids=["before signing", "after a merely claimed time of signing", "never"],
)
def test_a_revocation_list_in_the_file_is_heeded(
    signed, person, ca, revoked_after, revocation, verdict
):
    serials = () if revoked_after is None else (person.certificate.serial_number,)
    crl = revocation_list(ca, AT + (revoked_after or timedelta()), serials)
    output = BytesIO(signed)
    DocumentSecurityStore.add_dss(output, sig_contents=None, crls=[CertificateList.load(crl)])
    signature = only(output.getvalue(), [ca.root_der])
    assert signature.revocation == revocation
    assert signature.verdict is verdict


def test_sha1_is_told_as_weak_and_not_refused(prepared, person, ca):
    pdf = approve(prepared, person, "Leader", md_algorithm="sha1")
    signature = only(pdf, [ca.root_der], datetime.now(UTC) + timedelta(days=1))
    assert signature.digest_algorithm == "sha1"
    assert signature.weak_algorithm
    assert "algorithm-weak" in signature.details
    assert signature.verdict is Verdict.VALID


def manifest() -> list[dict]:
    path = SHARED / "documents" / "manifest.tsv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.skipif(not manifest(), reason="shared documents are not here")
@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["file"])
def test_real_documents_have_their_signatures_all_intact(row):
    pdf = (SHARED / "documents" / row["file"]).read_bytes()
    report = validate(pdf, [], NEXT_DAY)
    assert len(report.signatures) == int(row["signatures"])
    assert all(each.verdict is Verdict.UNTRUSTED for each in report.signatures)
    assert all(each.kind in ("person", "agency") for each in report.signatures)
    if row["signatures"] == "5":
        kinds = [each.kind for each in report.signatures]
        assert kinds == ["person", "agency", "agency", "agency", "agency"][: len(kinds)]
        assert report.signatures[0].signer_name == row["signer"]
        assert [each.purpose for each in report.signatures] == [
            "person", "seal", "number", "date", "corner"
        ]  # fmt: skip
        assert report.signatures[-1].covers_whole_file
    sealed = [each for each in report.signatures if each.kind == "agency"]
    assert not sealed or sealed[0].signer_name == row["agency"]


@pytest.mark.skipif(not manifest(), reason="shared documents are not here")
def test_a_real_document_is_valid_once_its_authority_is_trusted():
    pdf = (SHARED / "documents" / "s_2020-04-15_05-CT-UBND.pdf").read_bytes()
    embedded = PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures[0]
    signature = only(pdf, [embedded.signer_cert.dump()])
    assert signature.verdict is Verdict.VALID
    assert signature.time_source == "claimed"
    assert "timestamp-untrusted" in signature.details


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda pdf: b"", "pdf-empty"),
        (lambda pdf: b"PK\x03\x04", "pdf-not-pdf"),
        (lambda pdf: pdf[:300], "pdf-broken"),
        (lambda pdf: encrypted(pdf, "bí mật"), "pdf-encrypted"),
    ],
    ids=["empty", "not a pdf", "cut", "encrypted"],
)
def test_what_is_no_readable_pdf_is_refused_by_its_code(draft, make, code):
    with pytest.raises(Invalid) as refusal:
        validate(make(draft), [], AT)
    assert refusal.value.code == code


def test_a_root_that_is_no_certificate_is_refused(signed):
    with pytest.raises(Invalid) as refusal:
        validate(signed, [b"no certificate"], AT)
    assert refusal.value.code == "trust-root-broken"


@pytest.mark.parametrize("seed", range(60))
def test_a_spoiled_file_is_refused_or_judged_but_never_valid_and_never_a_crash(issued, ca, seed):
    dice = random.Random(seed)
    spoiled = bytearray(issued)
    for _ in range(dice.choice((1, 3, 30))):
        at = dice.randrange(9, len(spoiled))
        spoiled[at : at + dice.choice((1, 1, 4))] = dice.randbytes(dice.choice((1, 1, 4, 0)))
    if seed % 5 == 0:
        spoiled = spoiled[: dice.randrange(len(spoiled))]
    try:
        report = validate(bytes(spoiled), [ca.root_der], NEXT_DAY)
    except Refusal:
        return
    judged = [each for each in report.signatures if each.field in ("Leader", "Seal")]
    assert len(judged) < 2 or report.verdict is not Verdict.VALID or bytes(spoiled) == issued


@pytest.mark.parametrize("seed", range(30))
def test_a_spoiled_draft_is_prepared_or_refused_but_never_a_crash(draft, seed):
    dice = random.Random(seed)
    spoiled = bytearray(draft)
    for _ in range(dice.choice((1, 5, 50))):
        spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
    try:
        prepared = prepare(bytes(spoiled), PLACES)
    except Refusal:
        return
    assert find_fields(PdfFileReader(BytesIO(prepared)))


HOSTILE = [
    b"%PDF-1.7\n" + b"[" * 60_000,
    b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f\ntrailer<</Root 1 0 R/Size 9999999999>>\n"
    b"startxref\n9\n%%EOF",
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R/Count 1/Kids[1 0 R]/AcroForm 1 0 R/Fields[1 0 R]"
    b"/T(a)/FT/Sig/V 1 0 R>>endobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
    b"trailer<</Root 1 0 R/Size 2>>\nstartxref\n125\n%%EOF",
    b"%PDF-1.7\nstartxref\n-5\n%%EOF",
    b"%PDF-" + bytes(range(256)) * 40,
]  # fmt: skip


@pytest.mark.parametrize("pdf", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_garbage_is_refused(pdf):
    with pytest.raises(Refusal):
        validate(pdf, [], AT)
    with pytest.raises(Refusal):
        prepare(pdf, PLACES)


def test_the_verdict_of_a_file_is_its_worst():
    assert worst([]) is None
    assert worst([Verdict.VALID, Verdict.UNTRUSTED]) is Verdict.UNTRUSTED
    assert worst([Verdict.UNTRUSTED, Verdict.INCONCLUSIVE]) is Verdict.INCONCLUSIVE
    assert worst([Verdict.BROKEN, Verdict.MODIFIED]) is Verdict.BROKEN
