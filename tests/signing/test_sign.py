"""From the prepared PDF over the leader's signature to the sealed one, and what refuses to sign."""

import hashlib
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from adapters.signing.fields import prepare
from adapters.signing.finishing import verified
from adapters.signing.sign import SigningFailed, issue, ready_leader, sign_leader
from adapters.signing.update import SignatureToMake
from adapters.signing.validate import validate, validate_strict
from domain.errors import Invalid
from domain.verdicts import Verdict
from tests.signing.altering import draw_over, hybrid, refill
from tests.signing.conftest import AT, PLACES


def by_pyhanko(pdf: bytes, root: bytes) -> list:
    """(field, status) of each signature by pyHanko itself: strict, its own default policy."""
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    statuses = []
    for signature in reader.embedded_signatures:
        context = ValidationContext(
            trust_roots=[Certificate.load(root)], moment=AT, allow_fetching=False
        )
        statuses.append(
            (signature, validate_pdf_signature(signature, signer_validation_context=context))
        )
    return statuses


def test_both_signatures_are_valid_in_strict_pyhanko_and_the_seal_covers_the_file(issued, ca):
    (leader, leader_status), (seal, seal_status) = by_pyhanko(issued, ca.root_der)
    assert leader.field_name == "Leader"
    assert leader.docmdp_level is MDPPerm.FILL_FORMS
    assert leader_status.bottom_line
    assert leader_status.modification_level is ModificationLevel.FORM_FILLING
    assert seal.field_name == "Seal"
    assert seal.fieldmdp.fields == ["Number", "IssuedDate"]
    assert seal.docmdp_level is MDPPerm.NO_CHANGES
    assert seal_status.bottom_line
    assert seal_status.coverage is SignatureCoverageLevel.ENTIRE_FILE


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_poppler_finds_both_signatures_valid(issued, tmp_path):
    path = tmp_path / "issued.pdf"
    path.write_bytes(issued)
    told = subprocess.run(
        ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False
    ).stdout
    assert told.count("Signature is Valid.") == 2
    assert "Total document signed" in told


def test_our_own_strict_validation_finds_both_valid(issued, ca):
    report = validate_strict(issued, [ca.root_der])
    assert report.verdict is Verdict.VALID
    assert [(each.field, each.later_changes) for each in report.signatures] == [
        ("Leader", "form-filling"),
        ("Seal", "none"),
    ]


def test_the_leader_alone_covers_the_file_before_the_seal(signed, ca):
    (leader,) = validate_strict(signed, [ca.root_der]).signatures
    assert leader.verdict is Verdict.VALID
    assert leader.covers_whole_file


def test_every_output_begins_with_the_exact_bytes_of_its_input(draft, prepared, signed, issued):
    assert prepared.startswith(draft)
    assert signed.startswith(prepared)
    assert issued.startswith(signed)


def test_the_time_is_written_in_the_zone_of_vietnam_whatever_the_machine_says(issued):
    times = [each.sig_object["/M"] for each in PdfFileReader(BytesIO(issued)).embedded_signatures]
    assert times == ["D:20261105093000+07'00'", "D:20261105103000+07'00'"]


def test_number_and_date_can_be_read_from_the_fields(issued):
    reader = PdfFileReader(BytesIO(issued))
    values = {
        str(field["/T"]): field["/V"]
        for field in (each.get_object() for each in reader.root["/AcroForm"]["/Fields"])
        if field["/FT"] == "/Tx"
    }
    assert values == {"Number": "123", "IssuedDate": "ngày 05 tháng 11 năm 2026"}


def test_no_widget_leads_to_its_page(prepared):
    fields = PdfFileReader(BytesIO(prepared)).root["/AcroForm"]["/Fields"]
    assert len(fields) == 4
    assert not any(pdf_name("/P") in field.get_object() for field in fields)


@pytest.mark.parametrize("field", ["Number", "IssuedDate"])
def test_changing_number_or_date_afterwards_breaks_the_seal(issued, ca, font, field):
    report = validate(refill(issued, field, "999", font), [ca.root_der], AT)
    leader, seal = report.signatures
    assert seal.verdict is Verdict.MODIFIED
    assert "changed-after-signing" in seal.details
    assert report.verdict is Verdict.MODIFIED
    assert leader.field == "Leader"


def test_filling_the_number_twice_before_the_seal_is_the_clerks_right(signed, ca, font):
    filled = refill(signed, "Number", "5", font)
    assert validate_strict(filled, [ca.root_der]).verdict is Verdict.VALID


def test_drawing_on_the_page_after_the_leader_breaks_the_leaders_signature(signed, ca):
    report = validate(draw_over(signed), [ca.root_der], AT)
    assert report.verdict is Verdict.MODIFIED


def test_a_word_like_file_is_written_anew_so_that_strict_readers_accept_it(
    draft, person, agency, signature_png, issuing, ca
):
    word = hybrid(draft)
    assert PdfFileReader(BytesIO(word), strict=False).xrefs.hybrid_xrefs_present
    signed = sign_leader(prepare(word, PLACES), person, signature_png, signer_name="A", at=AT)
    sealed = issue(signed, agency, **issuing)
    assert validate_strict(sealed, [ca.root_der]).verdict is Verdict.VALID
    assert all(status.bottom_line for _, status in by_pyhanko(sealed, ca.root_der))


def test_the_seal_is_refused_where_the_leader_has_not_signed(prepared, agency, issuing):
    with pytest.raises(Invalid) as refusal:
        issue(prepared, agency, **issuing)
    assert refusal.value.code == "leader-signature-missing"


def test_the_seal_is_refused_on_a_file_changed_since_the_leader_signed(signed, agency, issuing):
    one_byte = signed[:11] + b"\x81" + signed[12:]
    for changed in (draw_over(signed), one_byte):
        with pytest.raises(Invalid) as refusal:
            issue(changed, agency, **issuing)
        assert refusal.value.code == "leader-signature-invalid"


def test_nobody_signs_twice(signed, issued, person, agency, signature_png, issuing):
    with pytest.raises(Invalid) as refusal:
        sign_leader(signed, person, signature_png, signer_name="A", at=AT)
    assert refusal.value.code == "pdf-already-signed"
    with pytest.raises(Invalid) as refusal:
        issue(issued, agency, **issuing)
    assert refusal.value.code == "pdf-already-signed"


def test_an_unprepared_file_is_not_signed(draft, person, signature_png):
    with pytest.raises(Invalid) as refusal:
        sign_leader(draft, person, signature_png, signer_name="A", at=AT)
    assert refusal.value.code == "pdf-not-prepared"


@pytest.mark.parametrize(
    ("years", "code"), [(6, "certificate-expired"), (-2, "certificate-not-yet-valid")]
)
def test_a_certificate_signs_only_in_its_time(prepared, person, signature_png, years, code):
    at = AT + timedelta(days=365 * years)
    with pytest.raises(Invalid) as refusal:
        sign_leader(prepared, person, signature_png, signer_name="A", at=at)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": " "}, "number-empty"),
        ({"date_text": ""}, "date-empty"),
        ({"number": "12 第"}, "font-missing-letters"),
        ({"font": b"no font"}, "font-broken"),
        ({"seal_png": b"no image"}, "image-broken"),
        ({"seal_mm": 3.0}, "seal-size"),
        ({"seal_mm": 59.0}, "seal-too-large"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_its_code(signed, agency, issuing, change, code):
    with pytest.raises(Invalid) as refusal:
        issue(signed, agency, **(issuing | change))
    assert refusal.value.code == code


def test_a_key_that_fails_gives_a_typed_failure_and_no_file(prepared, person, signature_png):
    class Unplugged:
        certificate = person.certificate
        chain = person.chain
        signature_bytes, scheme = person.signature_bytes, person.scheme

        def sign(self, data, digest):
            raise ConnectionError("the token is gone")

    with pytest.raises(SigningFailed) as failure:
        sign_leader(prepared, Unplugged(), signature_png, signer_name="A", at=AT)
    assert failure.value.code == "signing-failed"
    assert failure.value.fields == {"cause": "ConnectionError"}


def test_a_key_of_another_certificate_never_leaves_as_a_signed_file(
    prepared, person, agency, signature_png
):
    mixed = replace(person, certificate=agency.certificate)
    with pytest.raises(SigningFailed) as failure:
        sign_leader(prepared, mixed, signature_png, signer_name="A", at=AT)
    assert failure.value.code == "signed-file-invalid"


def test_an_output_that_does_not_extend_its_input_is_refused(prepared, person, signature_png):
    """As a plug-in on somebody's machine may give back."""
    made = ready_leader(prepared, person, signature_png, signer_name="A", at=AT)
    tail = made.signed(person.sign(made.attributes, "sha256"))
    with pytest.raises(SigningFailed) as failure:
        verified(made, b"%" + prepared + tail)
    assert failure.value.fields["cause"] == "not-extended"
    assert verified(made, prepared + tail) == prepared + tail


def test_a_signature_can_be_put_in_later_and_elsewhere(prepared, person, signature_png, ca):
    """As a person's token or a signing service does it: nothing but bytes is kept meanwhile."""
    made = ready_leader(prepared, person, signature_png, signer_name="A", at=AT)
    kept = SignatureToMake.unpacked(made.packed(), prepared)
    assert kept.packed() == made.packed()
    signed = prepared + kept.signed(person.sign(made.attributes, made.digest_name))
    assert validate_strict(signed, [ca.root_der]).verdict is Verdict.VALID


def test_signing_leaves_the_given_bytes_alone(prepared, person, signature_png):
    before = hashlib.sha256(prepared).hexdigest()
    sign_leader(prepared, person, signature_png, signer_name="A", at=AT, reason="Đồng ý")
    assert hashlib.sha256(prepared).hexdigest() == before
