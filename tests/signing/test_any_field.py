"""One more signature on any file: certified or approved, in a field of its own or a new one."""

import shutil
import subprocess
from datetime import timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import MDPPerm

from adapters.signing.appearance import draw_signature
from adapters.signing.closing import closing_signature
from adapters.signing.pictures import read_picture
from adapters.signing.sign import ready_field, sign_field
from adapters.signing.update import Wish
from adapters.signing.validate import validate_strict
from domain.errors import Invalid
from domain.places import Box
from domain.verdicts import Verdict
from tests.signing.altering import page_turned, written
from tests.signing.conftest import AT

PLACE = Box(0, 400, 760, 150, 50)


@pytest.fixture(scope="module")
def sign(agency, signature_png):
    """`sign(pdf, name, …)` with the agency's key, the same picture everywhere."""

    def signed(pdf: bytes, field: str, place: Box | None = PLACE, **wish) -> bytes:
        def draw(update, found) -> None:
            draw_signature(update, found, read_picture(signature_png))

        return sign_field(pdf, agency, Wish(field, AT, **wish), draw, place=place)

    return signed


def test_a_file_without_fields_gets_one_and_its_signature(draft, sign, ca):
    signed = sign(draft, "Stamp")
    (found,) = validate_strict(signed, [ca.root_der]).signatures
    assert (found.verdict, found.field, found.covers_whole_file) == (Verdict.VALID, "Stamp", True)
    assert signed.startswith(draft)


def test_a_second_approval_leaves_the_first_one_whole(draft, sign, ca):
    twice = sign(sign(draft, "First"), "Second", Box(0, 100, 760, 150, 50))
    report = validate_strict(twice, [ca.root_der])
    assert [each.field for each in report.signatures] == ["First", "Second"]
    assert report.verdict is Verdict.VALID


def test_only_a_signature_that_is_there_counts_as_an_earlier_one(prepared, signed, agency):
    def is_later(pdf: bytes, field: str) -> bool:
        return ready_field(pdf, agency, Wish(field, AT), lambda _update, _field: None).earlier

    assert not is_later(prepared, "Seal")
    end = prepared[prepared.rindex(b"startxref") :]
    assert not is_later(prepared + b"% /ByteRange\n" + end, "Seal")
    assert is_later(signed, "Seal")


def test_what_an_earlier_signature_forbids_is_refused(draft, signed, issued, sign):
    certified = sign(draft, "Stamp", certifies=MDPPerm.NO_CHANGES)
    refused = [
        (lambda: sign(certified, "More"), "pdf-locked"),
        (lambda: sign(signed, "More"), "pdf-locked"),  # no new field after certification
        (lambda: sign(issued, "More"), "pdf-locked"),
        (lambda: sign(signed, "Seal", None, certifies=MDPPerm.FILL_FORMS), "pdf-already-signed"),
        (lambda: sign(signed, "Leader", None), "pdf-already-signed"),
        (lambda: sign(draft, "Stamp", None), "field-missing"),
        (lambda: sign(signed, "Number"), "field-name-taken"),
    ]
    for attempt, code in refused:
        with pytest.raises(Invalid) as refusal:
            attempt()
        assert refusal.value.code == code


def test_a_signature_says_when_and_nothing_of_it_stands_in_the_cms(draft, sign):
    signature = PdfFileReader(BytesIO(sign(draft, "Stamp"))).embedded_signatures[0]
    assert signature.sig_object["/M"] == "D:20261105093000+07'00'"
    kinds = {each["type"].native for each in signature.signer_info["signed_attrs"]}
    assert kinds == {"content_type", "message_digest", "signing_certificate_v2"}
    assert signature.self_reported_timestamp == AT + timedelta(0)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
@pytest.mark.parametrize("streamed", [False, True])
def test_both_kinds_of_cross_reference_hold_for_poppler_and_for_strict_readers(
    draft, sign, ca, tmp_path, streamed
):
    reader = PdfFileReader(BytesIO(page_turned(draft, 90, (10, 20))))
    options = {"stream_xrefs": streamed}
    source = written(copy_into_new_writer(reader, writer_kwargs=options))
    assert PdfFileReader(BytesIO(source)).has_xref_stream is streamed
    signed = sign(source, "Stamp", Box(0, 400, 500, 150, 50))
    assert validate_strict(signed, [ca.root_der]).verdict is Verdict.VALID
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    command = ["pdfsig", "-nocert", str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in told
    assert "Total document signed" in told


def test_any_signed_byte_changed_afterwards_is_found_at_once(draft, sign):
    signed = sign(draft, "Stamp")
    assert closing_signature((signed,)).field == "Stamp"
    hole = PdfFileReader(BytesIO(signed)).embedded_signatures[0].byte_range
    covered = (*range(hole[0], hole[1]), *range(hole[2], hole[2] + hole[3]))
    for at in covered[20 :: len(covered) // 40]:
        changed = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        with pytest.raises(Invalid):
            closing_signature((changed,))
