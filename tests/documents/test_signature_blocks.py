"""Whose block is ours: on real layouts the last page is not always the signing page, two agencies
sign side by side, and an appendix may end with a block like ours."""

import pytest

from adapters.pdf import find_places
from tests.signing.conftest import typeset

HEAD = """
#set page(paper: "a4", margin: 20mm)
#set text(font: "Liberation Serif", size: 13pt, lang: "vi")
#place(top + left, dx: 22pt, dy: 30pt)[Số: #h(38pt)/UBND-VP]
#place(top + left, dx: 210pt, dy: 0pt)[*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM*]
#place(top + left, dx: 210pt, dy: 30pt)[_Bình Sơn, ngày #h(20pt) tháng #h(20pt) năm 2026_]
#v(120pt)
#lorem(60)
"""
OURS, THEIRS = "Đặng Thị Ngọc Ánh", "Lê Văn Tám"


def block(title: str, name: str, across: int, down: int) -> str:
    """A signature block whose middle is `across` points from the left margin."""
    return (
        f"#place(top + left, dx: {across - 100}pt, dy: {down}pt)[#box(width: 200pt)[#align(center)["
        f"*{title}* #v(75pt) *{name}*]]]\n"
    )


def recipients(down: int) -> str:
    return f"#place(top + left, dx: 0pt, dy: {down}pt)[*_Nơi nhận:_*]\n"


SIDE_BY_SIDE = HEAD + block("GIÁM ĐỐC", OURS, 100, 400) + block("CHỦ TỊCH", THEIRS, 380, 400)
APPENDIX = "#pagebreak()\n#align(center)[*PHỤ LỤC*]\n#lorem(80)\n"
SIGNED_AGAIN = (
    HEAD + recipients(400) + block("CHỦ TỊCH", OURS, 380, 400)
    + APPENDIX + block("CHỦ TỊCH", OURS, 380, 300)
)  # fmt: skip
LONG = HEAD + recipients(400) + block("CHỦ TỊCH", OURS, 380, 400) + APPENDIX * 9
LATE = HEAD + APPENDIX * 4 + recipients(400) + block("CHỦ TỊCH", OURS, 380, 400) + APPENDIX * 5


@pytest.mark.parametrize(
    ("source", "page", "middle"),
    [(SIDE_BY_SIDE, 0, 100), (SIGNED_AGAIN, 0, 380), (LONG, 0, 380), (LATE, 4, 380)],
    ids=["two columns", "an appendix signed too", "nine appendices", "in the middle of ten pages"],
)
def test_the_signers_own_block_is_found_wherever_it_stands(source, page, middle):
    leader = find_places(typeset(source), OURS).leader
    assert leader.page == page
    margin = 20 * 72 / 25.4
    assert leader.left + leader.width / 2 == pytest.approx(margin + middle, abs=3)


def test_the_other_agencys_leader_has_the_other_column():
    left = find_places(typeset(SIDE_BY_SIDE), OURS).leader
    right = find_places(typeset(SIDE_BY_SIDE), THEIRS).leader
    assert right.left - left.left == pytest.approx(280, abs=3)
