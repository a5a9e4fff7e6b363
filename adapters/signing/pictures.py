"""Pictures of signatures and seals: a transparent PNG is checked, cut to its ink and embedded.

NĐ 30/2020, Phụ lục I, Mục II, 7 and 8: the signature is a blue, the seal a red picture, both
transparent PNG; the seal has its real size.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO

from PIL import Image
from pyhanko.pdf_utils.images import pil_image

from adapters.signing.baked import Baked, bake
from domain.errors import Invalid

PIXELS_MOST = 25_000_000  # what a scanner gives; more is a decompression bomb
SIDE_MOST = 1200  # pixels: 600 dots an inch over two inches
FAINTEST = 8  # of 255: below this a pixel is no ink


@dataclass(frozen=True)
class Picture:
    """A picture cut to its ink."""

    image: Image.Image

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.image.width / self.image.height

    @cached_property
    def baked(self) -> Baked:
        """The picture as objects of a PDF, encoded once."""
        return bake(lambda writer: pil_image(self.image, writer))


@lru_cache(maxsize=32)
def read_picture(png: bytes) -> Picture:
    """The picture of a PNG.

    Refuses: "image-broken" (no PNG, damaged), "image-too-large", "image-not-transparent" (it would
    hide the text under it), "image-empty".
    """
    try:
        image = Image.open(BytesIO(png), formats=("PNG",))
        if image.width * image.height > PIXELS_MOST:
            raise Invalid("image-too-large", field="image", pixels=PIXELS_MOST)
        image = image.convert("RGBA")
    except Invalid:
        raise
    except Exception as error:  # Pillow's errors on damaged files are many
        raise Invalid("image-broken", field="image") from error
    alpha = image.getchannel("A")
    if alpha.getextrema()[0] == 255:
        raise Invalid("image-not-transparent", field="image")
    ink = alpha.point(lambda value: 255 if value >= FAINTEST else 0).getbbox()
    if ink is None:
        raise Invalid("image-empty", field="image")
    image = image.crop(ink)
    image.thumbnail((SIDE_MOST, SIDE_MOST), Image.Resampling.LANCZOS)
    return Picture(image)
