"""A demo authority, its people, and small official documents to sign; made once per session."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from adapters.signing.demo_ca import DemoCA
from adapters.signing.demo_images import seal_image, signature_image
from adapters.signing.fields import prepare
from adapters.signing.keys import Pkcs12Key, open_key, seal_key, unlock
from adapters.signing.sign import issue, sign_leader
from domain.places import POINTS_PER_MM, Box, Places

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
FONTS = ROOT / "adapters" / "typeset" / "fonts"
NODE_KEY = bytes(range(32))
PIN = "482913"
PASSPHRASE = "demo passphrase"
SEAL_MM = 36.0
AT = datetime(2026, 11, 5, 9, 30, tzinfo=timezone(timedelta(hours=7)))
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
SEAL_SIDE = SEAL_MM * POINTS_PER_MM
PLACES = Places(
    number=Box(0, 102, 743.7, 33, 14.4),
    date=Box(0, 324, 743.7, 160, 14.4),
    leader=Box(0, 340, 170, 147, 71),
    seal=Box(0, 340 + 147 / 3 - SEAL_SIDE, 205 - SEAL_SIDE / 2, SEAL_SIDE, SEAL_SIDE),
)
LETTER = """
#set page(paper: "a4", margin: 20mm)
#set text(font: "Liberation Serif", size: 13pt, lang: "vi")
#place(top + left, dx: 22pt, dy: 30pt)[Số: #h(38pt)/UBND-VP]
#place(top + left, dx: 210pt, dy: 30pt)[_Bình Sơn,_]
#v(80pt)
#align(center)[*V/v báo cáo tình hình chuyển đổi số quý IV*]
#lorem(90)
#place(bottom + right, dx: -20pt, dy: -195pt)[*CHỦ TỊCH*]
#place(bottom + right, dx: -20pt, dy: -95pt)[*Đặng Thị Ngọc Ánh*]
"""


def typeset(source: str = LETTER) -> bytes:
    typst = pytest.importorskip("typst")
    return typst.compile(source.encode(), font_paths=[str(FONTS)], ignore_system_fonts=True)


def opened(p12: bytes) -> Pkcs12Key:
    sealed = seal_key(p12, PASSPHRASE, PIN, NODE_KEY)
    return open_key(sealed, unlock(sealed, PIN, NODE_KEY))


@pytest.fixture(scope="session")
def ca() -> DemoCA:
    return DemoCA.create("Chứng thực thử nghiệm", CREATED)


@pytest.fixture(scope="session")
def person_p12(ca: DemoCA) -> bytes:
    return ca.issue_person(
        "Đặng Thị Ngọc Ánh", title="Chủ tịch", organisation="UBND huyện Bình Sơn",
        passphrase=PASSPHRASE, at=CREATED,
    )  # fmt: skip


@pytest.fixture(scope="session")
def agency_p12(ca: DemoCA) -> bytes:
    return ca.issue_agency(
        "Ủy ban nhân dân huyện Bình Sơn", code="H48.15", passphrase=PASSPHRASE, at=CREATED
    )


@pytest.fixture(scope="session")
def person(person_p12: bytes) -> Pkcs12Key:
    return opened(person_p12)


@pytest.fixture(scope="session")
def agency(agency_p12: bytes) -> Pkcs12Key:
    return opened(agency_p12)


@pytest.fixture(scope="session")
def font() -> bytes:
    return (FONTS / "LiberationSerif-Regular.ttf").read_bytes()


@pytest.fixture(scope="session")
def italic() -> bytes:
    return (FONTS / "LiberationSerif-Italic.ttf").read_bytes()


@pytest.fixture(scope="session")
def signature_png() -> bytes:
    return signature_image("Đặng Thị Ngọc Ánh")


@pytest.fixture(scope="session")
def seal_png(font: bytes) -> bytes:
    return seal_image("Huyện Bình Sơn", "Tỉnh Quảng Ngãi", font)


@pytest.fixture(scope="session")
def draft() -> bytes:
    return typeset()


@pytest.fixture(scope="session")
def prepared(draft: bytes) -> bytes:
    return prepare(draft, PLACES)


@pytest.fixture(scope="session")
def signed(prepared: bytes, person: Pkcs12Key, signature_png: bytes) -> bytes:
    return sign_leader(prepared, person, signature_png, signer_name="Đặng Thị Ngọc Ánh", at=AT)


@pytest.fixture(scope="session")
def issuing(seal_png: bytes, font: bytes, italic: bytes) -> dict:
    """What the clerk gives when issuing."""
    return {
        "number": "123",
        "date_text": "ngày 05 tháng 11 năm 2026",
        "seal_png": seal_png,
        "seal_mm": SEAL_MM,
        "font": font,
        "date_font": italic,
        "at": AT + timedelta(hours=1),
    }


@pytest.fixture(scope="session")
def issued(signed: bytes, agency: Pkcs12Key, issuing: dict) -> bytes:
    return issue(signed, agency, **issuing)
