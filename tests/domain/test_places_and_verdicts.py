"""Places on a page, the seal's place, authority lines, and the verdict of a file."""

from itertools import product

import pytest

from domain.authority import authority_lines, title_of_head
from domain.places import POINTS_PER_MM, Box, Places
from domain.seals import seal_box
from domain.verdicts import Verdict, worst

LEADER = Box(page=2, left=300.0, bottom=100.0, width=150.0, height=60.0)


def test_places_come_back_from_json_as_they_were():
    places = Places(Box(0, 1, 2, 3, 4), Box(0, 5, 6, 7, 8), LEADER, seal_box(LEADER))
    assert Places.from_json(places.to_json()) == places


@pytest.mark.parametrize("diameter", [30.0, 36.0, 42.0])
@pytest.mark.parametrize("width", [60.0, 150.0, 250.0])
def test_the_seal_covers_the_left_third_at_middle_height_in_its_real_size(diameter, width):
    leader = Box(1, 300.0, 100.0, width, 60.0)
    seal = seal_box(leader, diameter)
    assert seal.page == 1
    assert seal.width == seal.height == pytest.approx(diameter * POINTS_PER_MM)
    assert seal.left + seal.width == pytest.approx(leader.left + width / 3)
    middle = leader.bottom + leader.height / 2
    assert seal.bottom + seal.height / 2 == pytest.approx(middle)


def test_lines_of_authority():
    body = "TM. ỦY BAN NHÂN DÂN"
    assert authority_lines(body, "Chủ tịch") == (body, "CHỦ TỊCH")
    assert authority_lines(body, "Phó Chủ tịch", "Chủ tịch") == (
        body, "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH",
    )  # fmt: skip
    assert authority_lines("", "Trưởng phòng") == ("TRƯỞNG PHÒNG",)
    assert title_of_head("Phó Chủ tịch") == "Chủ tịch"
    assert title_of_head("Giám đốc") == "Giám đốc"


def test_a_file_is_as_good_as_its_worst_signature():
    assert worst([]) is None
    for pair in product(Verdict, repeat=2):
        assert worst(pair) == worst(reversed(pair))
        assert (worst(pair) == Verdict.VALID) == (set(pair) == {Verdict.VALID})
    assert worst(Verdict) == Verdict.BROKEN


def test_only_what_is_proven_counts_as_intact():
    assert {v for v in Verdict if v.intact} == {Verdict.VALID, Verdict.UNTRUSTED}
