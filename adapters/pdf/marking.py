"""A page's picture with labelled boxes drawn on it: what a person placing fields by hand looks at,
without scripts."""

import io
from collections.abc import Mapping

from PIL import Image, ImageDraw

from adapters.pdf.images import PageImage, page_image
from adapters.pdf.opening import inspect
from domain.places import Box

COLOURS = {"leader": (0, 0, 160), "seal": (190, 0, 0)}
INK = (0, 110, 60)


def marked_page(data: bytes, page: int, boxes: Mapping[str, Box], dpi: int = 80) -> PageImage:
    """Page `page` (from 0) with each box outlined; colours: signature blue, seal red, others green.
    Boxes of other pages are left out. Raises as `page_image`."""
    plain = page_image(data, page, dpi)
    picture = Image.open(io.BytesIO(plain.webp)).convert("RGB")
    width, height = inspect(data).page_sizes[page]
    across, up = picture.width / width, picture.height / height
    draw = ImageDraw.Draw(picture, "RGBA")
    for name, box in boxes.items():
        if box.page == page and box.width > 0 and box.height > 0:
            colour = COLOURS.get(name, INK)
            left, top = box.left * across, (height - box.bottom - box.height) * up
            corners = (left, top, left + box.width * across, top + box.height * up)
            draw.rectangle(corners, fill=(*colour, 40), outline=colour, width=2)
    out = io.BytesIO()
    picture.save(out, "WEBP", lossless=True, quality=60, method=2)
    return PageImage(out.getvalue(), picture.width, picture.height)
