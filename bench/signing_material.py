"""What the signing bench signs and with what: an invented agency's key, seal and font, and a
document of one page."""

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
from adapters.signing.increment import Increment
from adapters.signing.keys import SigningKey, open_key, seal_key, unlock
from adapters.signing.lettering import letter
from adapters.signing.pictures import read_picture
from adapters.signing.sign import sign_field
from adapters.signing.trust import VIETNAM
from adapters.signing.update import Wish
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


def signer(key: SigningKey, seal: bytes, font: bytes) -> Callable[[bytes], bytes]:
    """Our own way, as the product signs a field: drawn, signed, checked."""

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

    def sign(pdf: bytes) -> bytes:
        return sign_field(pdf, key, Wish("Stamp", AT), draw, place=PLACE)

    return sign
