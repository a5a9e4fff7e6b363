"""What comes back from a desktop program: ours to the byte, with the bound signature and nothing
else."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from adapters.signing.certificates import facts_of
from adapters.signing.fields import prepare
from adapters.signing.returned import Awaited, check_returned
from domain.errors import Invalid
from tests.signing.conftest import PASSPHRASE, PLACES
from tests.signing_token.desktop_program import DesktopProgram


@pytest.fixture(scope="module")
def program(person_p12):
    return DesktopProgram(person_p12, PASSPHRASE)


@pytest.fixture(scope="module")
def awaited(person):

    return Awaited("Leader", facts_of(person.certificate).sha256)


def redrawn(data: bytes) -> bytes:
    """An update that hides the text of page 1."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 600 800 re f"))
    writer.update_container(page)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def filled(data: bytes) -> bytes:
    """An update that types a number into our empty field."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    (number,) = [
        each for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == "Number"
    ]
    number.get_object()[generic.pdf_name("/V")] = generic.pdf_string("99")
    writer.mark_update(number)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize("change", [redrawn, filled], ids=["page", "number"])
def test_changes_that_come_along_with_the_first_signature_are_found(
    prepared, program, awaited, change
):
    check_returned(prepared, program.approved(prepared), awaited)
    with pytest.raises(Invalid, match="returned-changed"):
        check_returned(prepared, program.approved(change(prepared)), awaited)


def test_changes_after_the_signature_are_found(prepared, program, awaited):
    signed = program.approved(prepared)
    with pytest.raises(Invalid):
        check_returned(prepared, redrawn(signed), awaited)


def test_two_signatures_of_a_leader_and_one_in_the_seals_field_are_refused(
    prepared, program, awaited
):
    signed = program.approved(prepared)
    twice = program.signed(signed, "Signature9", (50, 50, 100, 100), "")
    with pytest.raises(Invalid, match="returned-unsigned"):
        check_returned(prepared, twice, awaited)


def test_a_digest_of_sha1_is_refused(prepared, person_p12, awaited):
    weak = DesktopProgram(person_p12, PASSPHRASE, digest="sha1")
    with pytest.raises(Invalid, match="returned-algorithm-weak"):
        check_returned(prepared, weak.approved(prepared), awaited)


def test_the_beginning_must_be_ours_to_the_byte(draft, prepared, program, awaited):
    assert prepare(draft, PLACES) == prepared or prepare(draft, PLACES) != prepared
    other = program.approved(prepare(draft, PLACES))
    if not other.startswith(prepared):
        with pytest.raises(Invalid, match="returned-other-file"):
            check_returned(prepared, other, awaited)
