"""The typeset documents: layout, places, glyphs, and that nothing typed acts as markup."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from adapters.pdf import inspect, page_text, page_words
from adapters.typeset import FIELD_BASELINE, font_bytes, typeset_document
from domain.places import POINTS_PER_MM

A4 = (595.28, 841.89)


def vietnamese_letters() -> set[str]:
    vowels = [
        base + hat for base in "aăâeêioôơuưy" for hat in ("", *"\u0300\u0309\u0303\u0301\u0323")
    ]
    small = {unicodedata.normalize("NFC", vowel) for vowel in vowels} | {"đ"}
    plain = set("aeiouy")
    return {letter for low in small - plain for letter in (low, low.upper())}


def words_of(pdf: bytes, page: int = 0) -> dict[str, object]:
    return {word.text: word for word in page_words(pdf, page)}


def flat(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("style", ["Regular", "Bold", "Italic", "BoldItalic"])
def test_every_bundled_font_has_all_134_vietnamese_letters(style):
    letters = vietnamese_letters()
    assert len(letters) == 134
    assert not {
        c for c in letters if ord(c) not in TTFont(BytesIO(font_bytes(style))).getBestCmap()
    }


def test_the_number_stands_between_so_and_the_slash(letter):
    made = typeset_document(letter)
    words, box = words_of(made.pdf), made.places.number
    before, after = words["Số:"], words["/UBND-NV"]
    assert before.right <= box.left < box.left + box.width <= after.box.left + 0.5
    assert box.bottom + FIELD_BASELINE == pytest.approx(before.baseline, abs=0.3)


def test_the_date_follows_the_place_name_on_the_number_line(letter):
    made = typeset_document(letter)
    place, box = words_of(made.pdf)["Tịnh,"], made.places.date
    assert 0 <= box.left - place.right < 8
    assert box.bottom + FIELD_BASELINE == pytest.approx(place.baseline, abs=0.3)
    assert box.bottom == pytest.approx(made.places.number.bottom, abs=0.1)
    assert box.left + box.width < A4[0] - 20 * POINTS_PER_MM


@pytest.mark.parametrize("name", ["letter", "decision", "submission"])
def test_number_and_date_places_are_empty(name, request):
    made = typeset_document(request.getfixturevalue(name))
    for box in (made.places.number, made.places.date):
        for word in page_words(made.pdf, box.page):
            apart = word.right <= box.left + 0.6 or word.box.left >= box.left + box.width - 0.6
            assert apart or abs(word.middle - box.bottom - box.height / 2) > 8, word.text


def test_the_leader_signs_between_title_and_name(letter):
    made = typeset_document(letter)
    box, page = made.places.leader, page_words(made.pdf, made.places.leader.page)
    title = [word for word in page if word.text == "PHÓ"][-1]
    name = [word for word in page if word.text == "Thử"][-1]
    assert name.top <= box.bottom + 3
    assert box.bottom + box.height <= title.box.bottom + 3
    assert box.left < title.box.left < box.left + box.width


def test_the_seal_is_36_mm_and_covers_the_left_third_of_the_leader(letter):
    places = typeset_document(letter).places
    seal, leader = places.seal, places.leader
    assert seal.width == seal.height == pytest.approx(36 * POINTS_PER_MM)
    covered = seal.left + seal.width - leader.left
    assert covered == pytest.approx(leader.width / 3)
    assert seal.left < leader.left
    assert seal.bottom + seal.height / 2 == pytest.approx(leader.bottom + leader.height / 2)


def test_a_letter_has_v_v_under_the_number_and_no_heading(letter):
    text = page_text(typeset_document(letter).pdf, 0)
    assert "V/v báo cáo" in text
    assert "V/v V/v" not in text
    assert "CÔNG VĂN" not in text
    assert "HỎA TỐC" in text


def test_a_decision_has_a_heading_grounds_and_articles(decision):
    pdf = typeset_document(decision).pdf
    text = page_text(pdf, 0)
    assert "V/v" not in text
    order = [
        "QUYẾT ĐỊNH",
        "Về việc thành lập",
        "CHỦ TỊCH ỦY BAN",
        "Căn cứ",
        "QUYẾT ĐỊNH:",
        "Điều 1.",
    ]
    found = [text.index(part) for part in order[:-2]] + [text.index(part) for part in order[-2:]]
    assert found == sorted(found)
    bold = {word.text for word in page_words(pdf, 0) if word.bold}
    assert {"Điều", "HUYỆN", "Phạm"} <= bold
    assert "Căn" not in bold


def test_a_superior_stands_above_the_issuer_and_is_not_bold(submission):
    words = page_words(typeset_document(submission).pdf, 0)
    superior = next(word for word in words if word.text == "HUYỆN")
    issuer = next(word for word in words if word.text == "PHÒNG")
    assert superior.box.bottom > issuer.box.bottom
    assert (superior.bold, issuer.bold) == (False, True)


def test_text_keeps_the_margins_of_the_decree(letter):
    long = replace(letter, body="\n".join([LONG_PARAGRAPH] * 12))
    pdf = typeset_document(long).pdf
    facts = inspect(pdf)
    assert facts.pages >= 2
    for page in range(facts.pages):
        assert facts.page_sizes[page] == pytest.approx(A4, abs=0.5)
        for word in page_words(pdf, page):
            assert word.box.left >= 30 * POINTS_PER_MM - 0.5
            assert word.right <= A4[0] - 20 * POINTS_PER_MM + 0.5
            assert word.box.bottom >= 20 * POINTS_PER_MM - 4


def test_page_numbers_stand_centred_in_the_top_margin_from_page_two(letter):
    pdf = typeset_document(replace(letter, body="\n".join([LONG_PARAGRAPH] * 12))).pdf
    number = next(word for word in page_words(pdf, 1) if word.text == "2")
    assert number.box.bottom > A4[1] - 20 * POINTS_PER_MM
    centre = (number.box.left + number.right) / 2
    assert centre == pytest.approx((30 * POINTS_PER_MM + A4[0] - 20 * POINTS_PER_MM) / 2, abs=1)
    assert all(word.top < A4[1] - 18 * POINTS_PER_MM for word in page_words(pdf, 0))


def test_the_signature_never_stands_alone_on_a_page(letter):
    for lines in range(4, 34):
        body = "\n".join(f"{i}. Đoạn ngắn." for i in range(lines)) + "\n" + LONG_PARAGRAPH
        made = typeset_document(replace(letter, body=body))
        last = page_text(made.pdf, made.places.leader.page)
        assert "thongtincuoicung" in last, lines


def test_a_recipient_list_longer_than_a_page_keeps_every_line(letter):
    made = typeset_document(replace(letter, to_places=tuple(f"Cơ quan {i};" for i in range(120))))
    text = "\n".join(page_text(made.pdf, page) for page in range(inspect(made.pdf).pages))
    assert all(f"Cơ quan {i};" in text for i in range(120))


HOSTILE = '#panic("x") $a_1^2$ @ref <lab> *b* _i_ `c` // k /* m */ \\u{41} = T [#1] {x} "q" \'s\''


@pytest.mark.parametrize(
    "field", ["subject", "body", "signer_name", "issuer_name", "place", "notation"]
)
def test_markup_characters_are_printed_as_typed(letter, field):
    made = typeset_document(replace(letter, **{field: HOSTILE}))
    pages = "".join(page_text(made.pdf, i) for i in range(inspect(made.pdf).pages))
    for part in HOSTILE.split():
        wanted = part.upper() if field == "issuer_name" else part
        assert flat(wanted) in flat(pages), part


def test_addressees_recipients_and_authority_are_literal_too(letter):
    made = typeset_document(
        replace(
            letter, addressees=("#a $b$ *c*",), to_places=("@d <e> _f_",), authority=("#G [H]",)
        )
    )
    text = page_text(made.pdf, 0)
    assert all(part in text for part in ("#a $b$ *c*.", "@d <e> _f_", "#G [H]"))


def test_a_word_longer_than_the_line_breaks_inside_the_margins(letter):
    made = typeset_document(
        replace(letter, subject="x" * 300, issuer_name="Y" * 90, body="ữ" * 400)
    )
    words = [w for i in range(inspect(made.pdf).pages) for w in page_words(made.pdf, i)]
    assert max(word.right for word in words) <= A4[0] - 20 * POINTS_PER_MM + 0.5
    assert "".join(word.text for word in words).count("ữ") == 400


def test_decomposed_and_control_characters_come_out_clean(letter):
    made = typeset_document(
        replace(
            letter, signer_name=unicodedata.normalize("NFD", "Đỗ Thị Kiểm"), place="Sơn\x00\x07 Hà"
        )
    )
    text = page_text(made.pdf, 0)
    assert "Đỗ Thị Kiểm" in text
    assert "Sơn Hà," in text


def test_an_empty_form_still_gives_a_page_with_all_places(letter):
    empty = replace(
        letter, issuer_name="", notation="", place="", subject="", body="", addressees=(),
        authority=(), signer_name="", to_places=(), urgency="", typist="",
    )  # fmt: skip
    assert inspect(typeset_document(empty).pdf).pages == 1


def test_the_same_form_gives_the_same_bytes_from_many_threads(letter, decision):
    forms = [letter, decision] * 6
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(typeset_document, forms))
    assert len({item.pdf for item in made[::2]}) == 1
    assert len({item.pdf for item in made[1::2]}) == 1
    assert made[0].places != made[1].places


def test_the_file_says_it_is_pdf_a_2b_and_embeds_only_the_bundled_fonts(letter):
    pdf = typeset_document(letter).pdf
    assert b"pdfaid:part" in pdf
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"LiberationSerif" in pdf


LONG_PARAGRAPH = (
    "Ủy ban nhân dân huyện yêu cầu Thủ trưởng các cơ quan chuyên môn, Chủ tịch Ủy ban nhân dân các "
    "xã, thị trấn tổ chức thực hiện nghiêm túc, định kỳ báo cáo kết quả trước ngày 20 hằng tháng "
    "về Phòng Nội vụ để tổng hợp, tham mưu thongtincuoicung./."
)
