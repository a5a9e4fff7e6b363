"""Bad input of every kind through the page: each file is refused with its own reason and next step
(or taken, where it can be made good), and nothing that was typed is lost."""

import io
from dataclasses import replace

import pytest
from pyhanko.sign.fields import MDPPerm

from adapters.signing.fields import prepare
from adapters.signing.sign import sign_field
from adapters.signing.update import Wish
from blueprints.words import REFUSALS, words
from demo import province
from domain.errors import Refusal
from domain.places import Box
from tests.conftest import make_node
from tests.documents.test_pdf import encrypted
from tests.outgoing.conftest import Site
from tests.outgoing.test_outgoing_pages import form_fields
from tests.signing.altering import hybrid, page_turned
from tests.signing.conftest import AT, PLACES

# What stops a signature elsewhere than at the upload, each told by a code of its own.
LATER = (
    "signature-room-too-small",
    "certificate-not-yet-valid",
    "certificate-expired",
    "certificate-key-usage",
    "certificate-revoked",
    "certificate-suspended",
    "token-absent",
    "token-failed",
    "token-pin-locked",
    "file-damaged",
    "document-changed",
    "authorisation-expired",
    "signed-file-invalid",
    "seal-too-large",
    "place-outside-page",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    data = replace(province.SON_TINH, agencies=province.SON_TINH.agencies[:1])
    return Site(make_node(tmp_path_factory.mktemp("node") / "st", data, certificates=True))


@pytest.fixture(scope="module")
def officer(site):
    return site.visit("st.chuyenvien")


def many_pages(count: int) -> bytes:
    """A well-formed file of so many empty pages."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
    ]
    bodies += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * count
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


@pytest.fixture(scope="module")
def files(draft, prepared, signed, issued, person) -> dict[str, bytes]:
    certified = sign_field(
        draft, person, Wish("Closed", AT, certifies=MDPPerm.NO_CHANGES),
        lambda update, field: None, place=Box(0, 50, 50, 90, 40),
    )  # fmt: skip
    return {
        "nothing in it": b"",
        "no PDF": b"GIF89a, not a PDF",
        "encrypted": encrypted(draft),
        "cut off": draft[: len(draft) // 3],
        "signed": signed,
        "signed and locked": issued,
        "certified, no changes": certified,
        "fields named as ours": prepared,
        "20,000 pages": many_pages(20_000),
    }


REFUSED = {
    "nothing in it": "pdf-empty",
    "no PDF": "pdf-not-pdf",
    "encrypted": "pdf-encrypted",
    "cut off": "pdf-broken",
    "signed": "pdf-already-signed",
    "signed and locked": "pdf-locked",
    "certified, no changes": "pdf-certified",
    "fields named as ours": "field-name-taken",
    "20,000 pages": "pdf-too-many-pages",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_file_is_refused_in_words_and_nothing_typed_is_lost(kind, site, officer, files):
    with site.app.test_request_context():
        said = words(Refusal(REFUSED[kind], limit=2000, name="Leader"))
        reason, next_step = str(said.reason), str(said.next_step)
    file = (io.BytesIO(files[kind]), "du-thao.pdf")
    typed = form_fields(site, source="file", file=file, subject="Trích yếu gõ rất lâu")
    answer = officer.submit("/outgoing/new", typed, page="/outgoing/new")
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert reason in shown
    assert next_step in shown
    assert typed["subject"] in shown
    assert "du-thao.pdf" in shown


@pytest.mark.parametrize("kind", ["hybrid", "turned", "cropped"])
def test_what_can_be_made_good_is_taken(kind, site, officer, draft):
    data = {
        "hybrid": lambda: hybrid(draft),
        "turned": lambda: page_turned(draft, 90, (0, 0)),
        "cropped": lambda: page_turned(draft, 0, (-50, 70)),
    }[kind]()
    typed = form_fields(site, source="file", file=(io.BytesIO(data), "du-thao.pdf"))
    answer = officer.submit("/outgoing/new", typed, page="/outgoing/new")
    assert answer.status_code == 303
    page = officer.get(answer.headers["Location"])
    assert "Đặt vị trí" in page.text


def test_what_stops_a_signature_later_has_its_reason_and_its_next_step():
    codes = [*REFUSED.values(), *LATER]
    assert not [code for code in codes if code not in REFUSALS]
    told = [tuple(map(str, REFUSALS[code])) for code in codes]
    assert len({reason for reason, _ in told}) == len(codes)
    assert all(next_step.strip() for _, next_step in told)


def test_a_file_that_is_taken_has_the_four_fields_where_they_were_wished(draft):
    for data in (hybrid(draft), page_turned(draft, 180, (-50, 70))):
        raised = {name: replace(getattr(PLACES, name), bottom=520) for name in ("number", "date")}
        assert prepare(data, replace(PLACES, **raised))
