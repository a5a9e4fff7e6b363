"""Quieter attacks: what a reader shows changes while no text does; proof put into the file that is
somebody else's; a file that is two."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto.crl import CertificateList
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from adapters.signing.demo_ca import DemoCA
from adapters.signing.validate import validate
from domain.verdicts import Verdict
from tests.signing.altering import written
from tests.signing.authorities import CopyingTimeStamper, revocation_list, time_stamper
from tests.signing.conftest import AT, CREATED

NEXT_DAY = AT + timedelta(days=1)
Change = Callable[[IncrementalPdfFileWriter], None]


def square(*sides: int) -> generic.ArrayObject:
    return generic.ArrayObject(generic.NumberObject(each) for each in sides)


def of_page(key: str, value) -> Change:
    def change(writer) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page[name(key)] = value
        writer.update_container(page)

    return change


def of_root(key: str, value) -> Change:
    def change(writer) -> None:
        writer.root[name(key)] = value
        writer.update_root()

    return change


def of_pages(writer) -> None:
    writer.root["/Pages"][name("/Count")] = generic.NumberObject(10**9)
    writer.update_container(writer.root["/Pages"])


def of_widget(key: str, make) -> Change:
    """What the leader's signature looks like, or where it stands."""

    def change(writer) -> None:
        fields = (each.get_object() for each in writer.root["/AcroForm"]["/Fields"])
        widget = next(each for each in fields if each["/T"] == "Leader")
        widget[name(key)] = make(writer)
        writer.update_container(widget)

    return change


def other_picture(writer) -> generic.DictionaryObject:
    form = {
        name("/Type"): name("/XObject"),
        name("/Subtype"): name("/Form"),
        name("/BBox"): square(0, 0, 9, 9),
    }
    stream = generic.StreamObject(form, stream_data=b"1 0 0 rg 0 0 9 9 re f")
    return generic.DictionaryObject({name("/N"): writer.add_object(stream)})


SCRIPT = generic.DictionaryObject(
    {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("this.x")}
)
CHANGES = {
    "page turned": of_page("/Rotate", generic.NumberObject(90)),
    "page cropped": of_page("/CropBox", square(0, 0, 100, 100)),
    "page emptied": of_page("/Contents", generic.ArrayObject()),
    "a milliard of pages": of_pages,
    "script at opening": of_root("/OpenAction", SCRIPT),
    "layers": of_root("/OCProperties", generic.DictionaryObject()),
    "permissions": of_root("/Perms", generic.DictionaryObject()),
    "another picture of the signature": of_widget("/AP", other_picture),
    "signature drawn over the page": of_widget("/Rect", lambda _: square(0, 0, 600, 800)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_is_shown_is_a_change(signed, ca, change):
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    change(writer)
    assert validate(written(writer), [ca.root_der], NEXT_DAY).verdict is Verdict.MODIFIED


def test_a_store_of_evidence_that_is_none_never_makes_a_file_valid(signed, ca):
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    of_root("/DSS", generic.pdf_string("nothing"))(writer)
    assert validate(written(writer), [ca.root_der], NEXT_DAY).verdict is Verdict.INCONCLUSIVE


def test_answers_of_an_authority_of_the_same_name_prove_nothing_either_way(signed, person, ca):
    twin = DemoCA.create("Chứng thực thử nghiệm", CREATED)
    assert twin.certificate.subject == ca.certificate.subject
    serial = (person.certificate.serial_number,)
    false_alarm, all_clear = revocation_list(twin, AT, serial), revocation_list(twin, AT)
    genuine = revocation_list(ca, AT, serial)
    expected = {
        (false_alarm,): (Verdict.VALID, "unknown"),
        (all_clear,): (Verdict.VALID, "unknown"),
        (all_clear, genuine): (Verdict.UNTRUSTED, "revoked"),
    }
    for lists, (verdict, revocation) in expected.items():
        output = BytesIO(signed)
        crls = [CertificateList.load(each) for each in lists]
        DocumentSecurityStore.add_dss(output, sig_contents=None, crls=crls)
        (leader,) = validate(output.getvalue(), [ca.root_der], NEXT_DAY).signatures
        assert (leader.verdict, leader.revocation) == (verdict, revocation)


def test_a_stamp_over_the_document_copied_from_another_proves_no_time(signed, ca):
    token = asyncio.run(time_stamper(ca, AT).async_timestamp(b"\x01" * 32, "sha256"))
    stamping = PdfTimeStamper(CopyingTimeStamper(token)).async_timestamp_pdf(
        IncrementalPdfFileWriter(BytesIO(signed)), "sha256", bytes_reserved=16384
    )
    found = validate(asyncio.run(stamping).getvalue(), [ca.root_der], NEXT_DAY)
    leader, stamp = found.signatures
    assert (leader.time_source, stamp.verdict) == ("claimed", Verdict.MODIFIED)
    assert found.verdict is Verdict.MODIFIED


def test_two_files_in_one_are_never_valid(signed, ca):
    assert validate(signed + signed, [ca.root_der], NEXT_DAY).verdict is Verdict.MODIFIED
