"""The 29 kinds of administrative document and their abbreviations (NĐ 30/2020, Điều 7 and
Phụ lục III), and the levels of urgency."""

from dataclasses import dataclass
from enum import IntEnum

from domain.errors import Invalid
from domain.text import fold


@dataclass(frozen=True)
class DocumentType:
    name: str
    abbreviation: str


CONG_VAN = "Công văn"

DOCUMENT_TYPES = tuple(
    DocumentType(name, abbreviation)
    for name, abbreviation in (
        (CONG_VAN, ""),
        ("Báo cáo", "BC"),
        ("Thông báo", "TB"),
        ("Tờ trình", "TTr"),
        ("Kế hoạch", "KH"),
        ("Quyết định", "QĐ"),
        ("Nghị quyết", "NQ"),
        ("Chỉ thị", "CT"),
        ("Quy chế", "QC"),
        ("Quy định", "QyĐ"),
        ("Thông cáo", "TC"),
        ("Hướng dẫn", "HD"),
        ("Chương trình", "CTr"),
        ("Phương án", "PA"),
        ("Đề án", "ĐA"),
        ("Dự án", "DA"),
        ("Biên bản", "BB"),
        ("Hợp đồng", "HĐ"),
        ("Công điện", "CĐ"),
        ("Bản ghi nhớ", "BGN"),
        ("Bản thỏa thuận", "BTT"),
        ("Giấy ủy quyền", "GUQ"),
        ("Giấy mời", "GM"),
        ("Giấy giới thiệu", "GGT"),
        ("Giấy nghỉ phép", "GNP"),
        ("Phiếu gửi", "PG"),
        ("Phiếu chuyển", "PC"),
        ("Phiếu báo", "PB"),
        ("Thư công", ""),
    )
)
_BY_NAME = {fold(kind.name): kind for kind in DOCUMENT_TYPES}


def document_type(name: str) -> DocumentType:
    """The kind of this name, accents or none; refuses with Invalid("document-type-unknown")."""
    try:
        return _BY_NAME[fold(name)]
    except KeyError:
        raise Invalid("document-type-unknown", field="type_name", name=name) from None


class Urgency(IntEnum):
    """Codes of the package's `Priority`; HỎA TỐC, THƯỢNG KHẨN, KHẨN of NĐ 30/2020, Điều 4."""

    NORMAL = 0
    URGENT = 1
    VERY_URGENT = 2
    FLASH = 3
    FLASH_TIMED = 4


# The levels of the law on state secrets (29/2018/QH14, Điều 8; now 117/2025/QH15). QĐ 28/2018 does
# not reach such documents: they are registered by their metadata only (law 10).
SECRECY_LEVELS = ("", "Mật", "Tối mật", "Tuyệt mật")
HIGHEST_SECRECY = SECRECY_LEVELS[-1]
