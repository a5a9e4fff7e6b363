"""Vietnamese text: one form stored, folded for search, sorted as the alphabet goes."""

import unicodedata

import pytest

from domain.text import alphabetical, by_given_name, fold, nfc

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = [unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES] + ["đ"]


def test_there_are_twelve_vowels_in_six_tones_and_one_stroked_d():
    assert len(set(LETTERS)) == 73


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_folds_alike_however_it_is_composed(letter):
    for form in ("NFC", "NFD", "NFKD"):
        for text in (letter, letter.upper()):
            folded = fold(unicodedata.normalize(form, text))
            assert folded.isascii()
            assert folded == fold(letter)
            assert len(folded) == 1


ODD = ("", "  a  b ", "Đường Ðiện Biên Phủ", "a\u0302\u0301", "x\x00y\x1f")


@pytest.mark.parametrize("text", ODD)
def test_storing_twice_and_folding_twice_change_nothing(text):
    assert nfc(nfc(text)) == nfc(text)
    assert fold(fold(text)) == fold(text) == fold(nfc(text))


def test_a_wrong_d_is_mended_and_control_characters_go_but_lines_stay():
    assert nfc("ÐẠI HỘI\x0b") == "ĐẠI HỘI"
    assert nfc("một\nhai\tba") == "một\nhai\tba"


def test_a_search_without_accents_finds():
    assert fold("Ủy ban nhân dân huyện Sơn Tịnh") == "uy ban nhan dan huyen son tinh"


def test_names_sort_by_the_alphabet_and_people_by_their_given_name():
    words = ["đá", "da", "dạ", "ăn", "an", "ân", "ba", "ơn", "ôn", "on"]
    assert sorted(words, key=alphabetical) == [
        "an", "ăn", "ân", "ba", "da", "dạ", "đá", "on", "ôn", "ơn",
    ]  # fmt: skip
    people = ["Trần Văn Đức", "Lê Thị Dung", "Phạm An", "Bùi Ân"]
    assert sorted(people, key=by_given_name) == [
        "Phạm An", "Bùi Ân", "Lê Thị Dung", "Trần Văn Đức",
    ]  # fmt: skip
