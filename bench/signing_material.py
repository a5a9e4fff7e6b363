"""What the signing bench signs and with what: an invented agency's key, seal and font, a document
of one page, and scans of any size."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import typst
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name

from adapters.signing.appearance import set_appearance
from adapters.signing.demo_ca import DemoCA
from adapters.signing.demo_images import seal_image
from adapters.signing.finding import Field
from adapters.signing.finishing import finish
from adapters.signing.increment import Increment
from adapters.signing.keys import SigningKey, open_key, seal_key, unlock
from adapters.signing.lettering import letter
from adapters.signing.pictures import read_picture
from adapters.signing.sign import ready_field
from adapters.signing.trust import VIETNAM
from adapters.signing.update import SignatureToMake, Wish
from adapters.typeset import HERE, font_bytes
from domain.places import Box

AGENCY = "Ủy ban nhân dân huyện Bình Sơn"
LINES = (f"Ký bởi: {AGENCY}", "Số: 123/BC-UBND", "Thời gian ký: 05-11-2026 10:30:00 +07:00")
PLACE = Box(0, 330, 760, 240, 60)  # as bench/signing_peers/Peer.java has it
SIZE, LEADING = 9.0, 14.0
PASSPHRASE, PIN, NODE_KEY = "mat-khau-cua-cuoc-do", "246810", bytes(range(32))
AT = datetime.now(VIETNAM).replace(microsecond=0)
LETTER = """
#set page(paper: "a4", margin: 20mm)
#set text(font: "Liberation Serif", size: 13pt, lang: "vi")
#align(center)[*V/v báo cáo tình hình chuyển đổi số quý IV*]
#lorem(90)
"""


@dataclass(frozen=True)
class Material:
    """Bytes of the key's file and of what is drawn, and files that other processes read."""

    folder: Path
    root: bytes
    p12: bytes
    seal: bytes
    font: bytes

    @property
    def files(self) -> tuple[str, str, str, str]:
        """Key, its passphrase, seal and font, as the peers are given them."""
        paths = {"key.p12": self.p12, "seal.png": self.seal, "font.ttf": self.font}
        for file, data in paths.items():
            (self.folder / file).write_bytes(data)
        key, seal, font = (str(self.folder / file) for file in paths)
        return key, PASSPHRASE, seal, font

    def key(self) -> SigningKey:
        sealed = seal_key(self.p12, PASSPHRASE, PIN, NODE_KEY)
        return open_key(sealed, unlock(sealed, PIN, NODE_KEY))


def make_material(folder: Path) -> Material:
    created = AT - timedelta(days=30)
    ca = DemoCA.create("Chứng thực của cuộc đo", created)
    p12 = ca.issue_agency(AGENCY, code="H48.15", passphrase=PASSPHRASE, at=created)
    font = font_bytes("Regular")
    seal = seal_image("Huyện Bình Sơn", "Tỉnh Quảng Ngãi", font)
    return Material(folder, ca.root_der, p12, seal, font)


def one_page() -> bytes:
    return typst.compile(
        LETTER.encode(), font_paths=[str(HERE / "fonts")], ignore_system_fonts=True
    )


def scans(pages: int, side: int) -> bytes:
    """A scanned document: each page is a square picture of noise, which does not compress."""
    kids = " ".join(f"{3 * page + 3} 0 R" for page in range(pages))
    bodies = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Count {pages} /Kids [{kids}]>>".encode(),
    ]
    for page in range(pages):
        here, content = 3 * page + 3, b"q 595 0 0 595 0 120 cm /Im Do Q"
        bodies += [
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {here + 1} 0 R"
            f" /Resources <</XObject <</Im {here + 2} 0 R>>>>>>".encode(),
            _stream("", content),
            _stream(
                f"/Type /XObject /Subtype /Image /Width {side} /Height {side}"
                " /ColorSpace /DeviceGray /BitsPerComponent 8 ",
                os.urandom(side * side),
            ),
        ]
    return _file(bodies)


def _stream(entries: str, data: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries.encode(), len(data), data)


def _file(bodies: list[bytes]) -> bytes:
    pieces, offsets, at = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], [], 0
    for number, body in enumerate(bodies, 1):
        at += len(pieces[-1])
        offsets.append(at)
        pieces.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    at += len(pieces[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(bodies) + 1
    pieces.append(
        b"xref\n0 %d\n0000000000 65535 f \n%s"
        b"trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, at)
    )
    return b"".join(pieces)


def readier(key: SigningKey, seal: bytes, font: bytes) -> Callable[[bytes], SignatureToMake]:
    """The first step of our own way, as the product signs a field: drawn, ready for the key."""

    def draw(update: Increment, field: Field) -> None:
        lettering, side = letter(font, "".join(LINES)), field.box.height
        codes, up = lettering.codes, side - lettering.ascent * SIZE
        content = [f"q {side} 0 0 {side} 0 0 cm /Picture Do Q BT 0 g /F {SIZE} Tf"]
        for line in LINES:
            here, codes = codes[: 4 * len(line)], codes[4 * len(line) :]
            content.append(f"1 0 0 1 {side + 4} {up:.3f} Tm <{here}> Tj")
            up -= LEADING
        picture = update.embed(read_picture(seal).baked)
        resources = {
            name("/Font"): generic.DictionaryObject({name("/F"): update.embed(lettering.font)}),
            name("/XObject"): generic.DictionaryObject({name("/Picture"): picture}),
        }
        set_appearance(update, field, " ".join([*content, "ET"]), resources)

    return lambda pdf: ready_field(pdf, key, Wish("Stamp", AT), draw, place=PLACE)


def signer(key: SigningKey, seal: bytes, font: bytes) -> Callable[[bytes], bytes]:
    """Our own way, both steps: signed and checked."""
    ready = readier(key, seal, font)
    return lambda pdf: finish(ready(pdf), key)
