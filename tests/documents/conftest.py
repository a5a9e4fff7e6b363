"""Forms of invented documents, and the real ones where they are at hand."""

import csv
from pathlib import Path

import pytest

from adapters.typeset import DocumentForm

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "documents"

LETTER_BODY = """\
Thực hiện Kế hoạch số 15/KH-UBND ngày 12 tháng 01 năm 2026 của Ủy ban nhân dân \
tỉnh Quảng Ngãi về cải cách hành chính, Ủy ban nhân dân huyện đề nghị các cơ quan báo cáo như sau:
1. Kết quả thực hiện các nhiệm vụ được giao trong 6 tháng đầu năm 2026.
- Tổng số hồ sơ tiếp nhận;
- Số hồ sơ giải quyết đúng hạn, quá hạn.
2. Khó khăn, vướng mắc và kiến nghị.
Đề nghị Thủ trưởng các cơ quan, đơn vị quan tâm thực hiện./."""

DECISION_BODY = """CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN BÌNH SƠN
Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
Theo đề nghị của Trưởng phòng Nội vụ tại Tờ trình số 27/TTr-NV ngày 03 tháng 02 năm 2026.
QUYẾT ĐỊNH:
Điều 1. Thành lập Tổ công tác rà soát thủ tục hành chính trên địa bàn huyện Bình Sơn.
Điều 2. Quyết định này có hiệu lực kể từ ngày ký./."""


@pytest.fixture(scope="session")
def letter() -> DocumentForm:
    return DocumentForm(
        type_name="Công văn",
        issuer_name="Ủy ban nhân dân huyện Sơn Tịnh",
        notation="UBND-NV",
        place="Sơn Tịnh",
        subject="V/v báo cáo kết quả cải cách hành chính 6 tháng đầu năm 2026",
        body=LETTER_BODY,
        addressees=("Các phòng, ban chuyên môn thuộc huyện", "Ủy ban nhân dân các xã"),
        authority=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        signer_name="Trần Văn Thử",
        to_places=("Như trên;", "CT, các PCT UBND huyện;", "Lưu: VT, NV."),
        urgency="HỎA TỐC",
        typist="LTM",
    )


@pytest.fixture(scope="session")
def decision() -> DocumentForm:
    return DocumentForm(
        type_name="Quyết định",
        issuer_name="Ủy ban nhân dân huyện Bình Sơn",
        notation="QĐ-UBND",
        place="Bình Sơn",
        subject="Về việc thành lập Tổ công tác rà soát, đơn giản hóa thủ tục hành chính trên địa "
        "bàn huyện Bình Sơn",
        body=DECISION_BODY,
        authority=("CHỦ TỊCH",),
        signer_name="Phạm Thị Kiểm Thử",
        to_places=("Như Điều 2;", "Lưu: VT, NV."),
    )


@pytest.fixture(scope="session")
def submission() -> DocumentForm:
    return DocumentForm(
        type_name="Tờ trình",
        superior_name="Ủy ban nhân dân huyện Bình Sơn",
        issuer_name="Phòng Tài chính - Kế hoạch",
        notation="TTr-TCKH",
        place="Bình Sơn",
        subject="Về việc bổ sung kinh phí",
        body="Phòng Tài chính - Kế hoạch kính trình Ủy ban nhân dân huyện xem xét./.",
        addressees=("Ủy ban nhân dân huyện Bình Sơn",),
        authority=("TRƯỞNG PHÒNG",),
        signer_name="Võ Văn Thí Nghiệm",
        to_places=("Như trên;", "Lưu: VT."),
    )


@pytest.fixture(scope="session")
def real_documents() -> list[tuple[dict[str, str], bytes]]:
    """Rows of the manifest with the bytes they describe."""
    manifest = SHARED / "manifest.tsv"
    if not manifest.exists():
        pytest.skip(f"the real documents are not at {SHARED}")
    with manifest.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [(row, (SHARED / row["file"]).read_bytes()) for row in rows]
