"""Where an agency's seal goes: measured in millimetres, never in pixels (NĐ 30/2020, Phụ lục I)."""

from domain.places import POINTS_PER_MM, Box

# NĐ 30/2020, Phụ lục I, Mục II.8: "about one third of the signature", and what still is that.
FAIR_SHARE = (0.30, 0.36)


def seal_box(leader: Box, diameter_mm: float = 36.0) -> Box:
    """The round seal's box: over the left third of the leader's image, at its middle height."""
    side = diameter_mm * POINTS_PER_MM
    left = leader.left + leader.width / 3 - side
    bottom = leader.bottom + (leader.height - side) / 2
    return Box(leader.page, left, bottom, side, side)
