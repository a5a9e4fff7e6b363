"""Reading PDFs: refusals, pictures, words, facts and places, on real and on our own files."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher

import pypdfium2 as pdfium
import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from adapters.pdf import find_places, inspect, page_image, page_text, page_words, read_facts
from adapters.typeset import typeset_document
from domain.errors import Invalid, NotFound


def blank(*sizes: tuple[float, float], rotation: int = 0) -> bytes:
    document = pdfium.PdfDocument.new()
    for size in sizes:
        document.new_page(*size).set_rotation(rotation)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def rewritten(data: bytes, change) -> bytes:
    document = pdfium.PdfDocument(data)
    for page in document:
        change(page)
        page.close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def encrypted(data: bytes) -> bytes:
    writer: PdfFileWriter = copy_into_new_writer(PdfFileReader(io.BytesIO(data)))
    writer.encrypt(owner_pass="chu", user_pass="mat khau")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def letter_pdf(letter) -> bytes:
    return typeset_document(letter).pdf


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "pdf-empty"),
        (b"PK\x03\x04 a zip", "pdf-not-pdf"),
        (b"<html>not a pdf</html>", "pdf-not-pdf"),
        (b"%PDF-1.7\nnothing more", "pdf-broken"),
    ],
)
def test_what_is_no_usable_pdf_is_refused_with_its_reason(data, code):
    with pytest.raises(Invalid) as refusal:
        inspect(data)
    assert refusal.value.code == code


def test_a_file_over_the_limit_is_refused_before_it_is_opened(letter_pdf):
    with pytest.raises(Invalid) as refusal:
        inspect(letter_pdf, max_bytes=1000)
    assert refusal.value.code == "pdf-too-large"
    assert refusal.value.fields["limit"] == 1000


def test_without_a_limit_the_size_of_a_file_is_no_matter(letter_pdf):
    """What a node's own limit let in is read again later, also where that limit is 100 MB."""
    end = letter_pdf[letter_pdf.rindex(b"startxref") :]
    large = letter_pdf + b"\n%" + b"x" * 60_000_000 + b"\n" + end
    assert inspect(large).page_sizes == inspect(letter_pdf).page_sizes


def test_a_pdf_with_a_password_is_refused_as_encrypted(letter_pdf):
    with pytest.raises(Invalid, match="pdf-encrypted"):
        inspect(encrypted(letter_pdf))


@pytest.mark.parametrize("keep", [0.1, 0.4, 0.7, 0.9])
def test_a_cut_off_pdf_is_refused_as_broken(letter_pdf, keep):
    with pytest.raises(Invalid, match="pdf-broken"):
        inspect(letter_pdf[: int(len(letter_pdf) * keep)])


def test_too_many_pages_are_refused():
    with pytest.raises(Invalid, match="pdf-too-many-pages"):
        inspect(blank(*[(10, 10)] * 30), max_pages=20)


def test_inspect_counts_pages_and_signatures_of_the_real_documents(real_documents):
    for row, data in real_documents:
        facts = inspect(data)
        assert facts.pages == int(row["pages"]), row["file"]
        assert facts.has_signatures == (int(row["signatures"]) > 0), row["file"]
        assert not facts.encrypted


def test_a_page_that_does_not_exist_is_not_found(letter_pdf):
    for page in (-1, 1):
        with pytest.raises(NotFound, match="pdf-no-page"):
            page_image(letter_pdf, page)


def test_a_page_image_has_the_size_asked_for_and_fits_a_slow_line(letter_pdf):
    image = page_image(letter_pdf, 0)
    picture = Image.open(io.BytesIO(image.webp))
    assert picture.format == "WEBP"
    assert (image.width, image.height) == picture.size == (827, 1170)
    assert len(image.webp) <= 60_000
    assert len(picture.convert("RGB").getcolors(64)) <= 17


def test_a_page_without_colour_becomes_grey(decision):
    picture = Image.open(io.BytesIO(page_image(typeset_document(decision).pdf, 0).webp))
    colours = picture.convert("RGB").getcolors(64)
    assert 4 <= len(colours) <= 16
    assert all(r == g == b for _, (r, g, b) in colours)


def test_a_red_stamp_stays_red(letter_pdf):
    colours = dict(
        (colour, count)
        for count, colour in Image.open(io.BytesIO(page_image(letter_pdf, 0).webp))
        .convert("RGB")
        .getcolors(64)
    )
    assert sum(n for (r, g, b), n in colours.items() if r > 180 and g < 80 and b < 80) > 200


def test_real_pages_are_small_pictures_and_keep_the_red_of_their_seals(real_documents):
    for row, data in real_documents:
        image = page_image(data, 0)
        assert len(image.webp) <= (65_000 if row["kind"] == "text-pdf" else 140_000), row["file"]
    signed = next(data for row, data in real_documents if row["file"].startswith("t_2024"))
    colours = Image.open(io.BytesIO(page_image(signed, 1).webp)).convert("RGB").getcolors(64)
    assert any(r > 180 and g < 80 and b < 80 for _, (r, g, b) in colours)
    assert any(b > 140 and r < 80 and g < 80 for _, (r, g, b) in colours)


def test_a_page_of_monstrous_size_gives_a_bounded_picture():
    image = page_image(blank((14_000, 14_000)), 0, dpi=300)
    assert max(image.width, image.height) <= 4001
    sliver = page_image(blank((14_000, 1)), 0, dpi=300)
    assert sliver.width <= 4001


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_stand_where_they_are_displayed_on_a_turned_and_cropped_page(letter_pdf, rotation):
    def change(page):
        page.set_cropbox(40, 50, 595, 842)
        page.set_rotation(rotation)

    turned = rewritten(letter_pdf, change)
    width, height = inspect(turned).page_sizes[0]
    word = next(word for word in page_words(turned, 0) if word.text == "Số:")
    picture = Image.open(io.BytesIO(page_image(turned, 0, dpi=144).webp)).convert("L")
    box = word.box
    ink = picture.crop(
        (
            int(box.left * 2), int((height - box.bottom - box.height) * 2),
            int((box.left + box.width) * 2), int((height - box.bottom) * 2),
        )
    )  # fmt: skip
    assert 0 <= box.left < width
    assert min(ink.get_flattened_data()) < 100


def test_reading_from_many_threads_gives_the_same_as_from_one(letter_pdf):
    wanted = page_text(letter_pdf, 0)
    with ThreadPoolExecutor(4) as pool:
        images = [pool.submit(page_image, letter_pdf, 0) for _ in range(6)]
        texts = [pool.submit(page_text, letter_pdf, 0) for _ in range(6)]
        assert {text.result() for text in texts} == {wanted}
        assert len({image.result() for image in images}) == 1


def test_the_facts_of_the_real_text_documents_are_read_right(real_documents):
    rows = [(row, data) for row, data in real_documents if row["kind"] == "text-pdf"]
    assert len(rows) == 2
    for row, data in rows:
        facts = read_facts(data)
        assert facts.number == row["number"]
        assert facts.notation == row["notation"]
        assert facts.issued_date == date.fromisoformat(row["issued_date"])
        assert facts.agency.casefold() == row["agency"].casefold()
        assert facts.type_name == row["type"]
        assert facts.signer == row["signer"]
        assert facts.position == row["position"]
        assert SequenceMatcher(None, facts.subject, row["subject"]).ratio() >= 0.95


def test_a_scan_states_no_facts_rather_than_wrong_ones(real_documents):
    for row, data in real_documents:
        if row["kind"] == "scanned-pdf":
            facts = read_facts(data)
            assert (facts.number, facts.issued_date, facts.signer) == ("", None, "")


def test_the_facts_of_a_letter_come_from_its_head_not_from_cited_documents(letter_pdf, letter):
    facts = read_facts(letter_pdf)
    assert (facts.number, facts.notation) == ("", "UBND-NV")
    assert facts.issued_date is None  # the body cites "ngày 12 tháng 01 năm 2026"
    assert facts.type_name == "Công văn"
    assert facts.subject == letter.subject
    assert facts.position == "; ".join(letter.authority)
    assert facts.signer == letter.signer_name
    assert facts.urgency == "HỎA TỐC"


def test_the_issuer_is_read_without_its_superior(submission):
    facts = read_facts(typeset_document(submission).pdf)
    assert facts.agency == "PHÒNG TÀI CHÍNH - KẾ HOẠCH"
    assert facts.type_name == "Tờ trình"
    assert facts.subject == "Về việc bổ sung kinh phí"


@pytest.mark.parametrize("name", ["letter", "decision", "submission"])
def test_places_found_by_words_are_those_the_typesetter_gave(name, request):
    form = request.getfixturevalue(name)
    made = typeset_document(form)
    found = find_places(made.pdf, form.signer_name).to_json()
    for place, box in made.places.to_json().items():
        assert found[place] == pytest.approx(box, abs=4), place


def test_the_signature_is_found_on_the_page_that_has_it_not_on_the_last(letter, decision):
    made = typeset_document(letter)
    joined = pdfium.PdfDocument(made.pdf)
    joined.import_pages(pdfium.PdfDocument(blank((595, 842), (595, 842))))
    out = io.BytesIO()
    joined.save(out)
    assert find_places(out.getvalue(), letter.signer_name).leader.page == 0


def test_missing_places_are_named_so_that_a_person_places_them(letter):
    without = typeset_document(replace(letter, signer_name="", authority=())).pdf
    with pytest.raises(Invalid, match="places-not-found") as refusal:
        find_places(without)
    assert refusal.value.fields["missing"] == ["leader"]
    with pytest.raises(Invalid) as refusal:
        find_places(blank((595, 842)))
    assert refusal.value.fields["missing"] == ["number", "date", "leader"]


def test_a_document_already_numbered_has_no_place_for_another_number(real_documents):
    numbered = next(data for row, data in real_documents if row["file"].startswith("t_2024"))
    with pytest.raises(Invalid) as refusal:
        find_places(numbered)
    assert refusal.value.fields["missing"] == ["number"]


def test_a_printed_blank_date_is_spanned_from_ngay_to_the_year(letter):
    printed = replace(letter, place="Bình Sơn, ngày … tháng … năm 2026")
    pdf = typeset_document(printed).pdf
    words = page_words(pdf, 0)
    start = next(word for word in words if word.text == "ngày")
    year = next(word for word in words if word.text.startswith("2026"))
    box = find_places(pdf, letter.signer_name).date
    assert box.left == pytest.approx(start.box.left, abs=0.5)
    assert box.left + box.width >= year.right - 4
    assert box.bottom < start.baseline < box.bottom + box.height
