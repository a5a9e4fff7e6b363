"""Pictures for demonstration: an invented handwriting-like signature and a round agency seal."""

import hashlib
import math
import random
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

BLUE = (20, 52, 164)
RED = (206, 17, 28)
OVERSAMPLE = 3
LETTER_SPACE = 0.09  # ems
SEAL_PIXELS = 620  # 36 mm at about 440 dots an inch
Point = tuple[float, float]


def signature_image(name: str) -> bytes:
    """A blue transparent PNG, about 2:1; the same name always signs alike."""
    dice = random.Random(hashlib.sha256(name.encode()).digest())  # noqa: S311 a drawing, no secret
    width, height = 640 * OVERSAMPLE, 300 * OVERSAMPLE
    mask = Image.new("L", (width, height))
    pen = ImageDraw.Draw(mask)
    for stroke in _strokes(dice):
        _ink(pen, stroke, width, height)
    return _png(mask.resize((640, 300), Image.Resampling.LANCZOS), BLUE)


def seal_image(agency_name: str, superior: str, font: bytes) -> bytes:
    """A round red transparent PNG: superior above, agency below along the ring, a star inside.

    `font` is a TrueType font with Vietnamese letters. The picture is as wide as the seal.
    """
    side = SEAL_PIXELS * OVERSAMPLE
    mask = Image.new("L", (side, side))
    pen = ImageDraw.Draw(mask)
    middle = side / 2
    for radius, thick in ((0.495, 0.016), (0.468, 0.005), (0.300, 0.006)):
        _circle(pen, middle, radius * side, thick * side)
    _along_ring(mask, superior.upper(), font, 0.384 * side, upper=True)
    _along_ring(mask, agency_name.upper(), font, 0.384 * side, upper=False)
    for angle in (180, 0):
        centre = _on_ring(middle, 0.384 * side, angle)
        pen.polygon(_star(centre, 0.024 * side), fill=255)
    pen.polygon(_star((middle, middle), 0.2 * side), fill=235)
    return _png(mask.resize((SEAL_PIXELS, SEAL_PIXELS), Image.Resampling.LANCZOS), RED)


def _strokes(dice: random.Random) -> list[list[Point]]:
    """Curves in the unit square: a tall capital, a run of joined letters, a flourish under them."""
    capital = [
        (0.10 + dice.uniform(-0.02, 0.02), 0.30),
        (0.20, 0.05 + dice.uniform(0, 0.08)),
        (0.24, 0.45),
        (0.12 + dice.uniform(-0.03, 0.03), 0.86),
        (0.08, 0.60),
        (0.30, 0.34 + dice.uniform(-0.06, 0.06)),
    ]
    run, across = [capital[-1]], 0.30
    for _ in range(dice.randint(5, 8)):
        step = dice.uniform(0.045, 0.075)
        tall = dice.choice((0.10, 0.14, 0.16, 0.34))
        run += [(across + step * 0.4, 0.56 - tall), (across + step * 0.1, 0.60)]
        run += [(across + step, 0.56 + dice.uniform(-0.03, 0.06))]
        across += step
    run += [(min(across + 0.16, 0.97), 0.24 + dice.uniform(-0.06, 0.1))]
    flourish = [
        (0.92, 0.62 + dice.uniform(-0.04, 0.04)),
        (0.55, 0.72),
        (0.16, 0.84 + dice.uniform(-0.04, 0.06)),
        (0.30, 0.94),
        (0.62 + dice.uniform(-0.1, 0.1), 0.80),
        (0.80, 0.90),
    ]
    return [capital, run, flourish]


def _ink(pen: ImageDraw.ImageDraw, points: list[Point], width: int, height: int) -> None:
    """Draw a smooth curve whose pen presses harder downwards, as a hand does."""
    path = _smooth(points)
    for (x1, y1), (x2, y2) in pairwise(path):
        press = 1.9 + 2.1 * max(0.0, math.sin(math.atan2(y2 - y1, x2 - x1)))
        radius = press * OVERSAMPLE
        x, y = x2 * width, y2 * height
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _smooth(points: list[Point], steps: int = 260) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    padded = [points[0], *points, points[-1]]
    path = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            path.append(tuple(_between(a[i], b[i], c[i], d[i], t) for i in (0, 1)))
    return path


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def _circle(pen: ImageDraw.ImageDraw, middle: float, radius: float, thick: float) -> None:
    box = (middle - radius, middle - radius, middle + radius, middle + radius)
    pen.ellipse(box, outline=255, width=max(1, round(thick)))


def _on_ring(middle: float, radius: float, degrees: float) -> Point:
    """A point on the ring; 0 is right, 90 is up."""
    angle = math.radians(degrees)
    return middle + radius * math.cos(angle), middle - radius * math.sin(angle)


def _along_ring(mask: Image.Image, text: str, font: bytes, radius: float, *, upper: bool) -> None:
    """Set text along the ring's upper or lower half, upright from outside or inside."""
    size = round(mask.width * 0.08)
    face = ImageFont.truetype(BytesIO(font), size)
    widest = math.radians(150) * radius
    while _set_width(text, face, size) > widest and size > 20:
        size -= 2
        face = ImageFont.truetype(BytesIO(font), size)
    turn = -1 if upper else 1
    angle = (90 if upper else 270) - turn * math.degrees(_set_width(text, face, size) / radius) / 2
    for char in text:
        half = math.degrees(_set_width(char, face, size) / radius) / 2
        angle += turn * half
        tile = _tile(char, face, size).rotate(
            angle - 90 if upper else angle + 90, resample=Image.Resampling.BICUBIC
        )
        x, y = _on_ring(mask.width / 2, radius, angle)
        mask.paste(255, (round(x - tile.width / 2), round(y - tile.height / 2)), tile)
        angle += turn * half


def _set_width(text: str, face: ImageFont.FreeTypeFont, size: int) -> float:
    """How long a text is along the ring, with some air between its letters."""
    return sum(map(face.getlength, text)) + len(text) * size * LETTER_SPACE


def _tile(char: str, face: ImageFont.FreeTypeFont, size: int) -> Image.Image:
    """One letter on a square tile, its capital height centred, so that accents may stand out."""
    side = size * 3
    tile = Image.new("L", (side, side))
    baseline = side / 2 + size * 0.33
    ImageDraw.Draw(tile).text(
        (side / 2, baseline), char, font=face, fill=255, anchor="ms",
        stroke_width=max(1, size // 60),
    )  # fmt: skip
    return tile


def _star(centre: Point, radius: float) -> list[Point]:
    inner = radius * 0.382
    return [
        (
            centre[0] + (radius if corner % 2 == 0 else inner) * math.sin(corner * math.pi / 5),
            centre[1] - (radius if corner % 2 == 0 else inner) * math.cos(corner * math.pi / 5),
        )
        for corner in range(10)
    ]


def _png(mask: Image.Image, colour: tuple[int, int, int]) -> bytes:
    """One colour everywhere, the drawing in the transparency: small, and smooth at the edges."""
    image = Image.new("RGBA", mask.size, colour)
    image.putalpha(mask)
    output = BytesIO()
    image.save(output, "PNG", optimize=True)
    return output.getvalue()
