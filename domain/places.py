"""Where things stand on a page: the places an official document keeps for number, date, signature
and seal.

Lengths are PDF points (1/72 inch), the origin is the lower left corner of the page as displayed.
"""

from dataclasses import asdict, dataclass

POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class Box:
    """A rectangle on one page; `page` counts from 0."""

    page: int
    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True)
class Places:
    """The places of an outgoing document.

    `number` and `date` take text when the clerk issues; `leader` frames the signature image between
    title and name; `seal` is where the seal's image goes, one third over the leader's image, on its
    left (NĐ 30/2020, Phụ lục I). `others` frame the images of leaders who sign after the first.
    """

    number: Box
    date: Box
    leader: Box
    seal: Box
    others: tuple[Box, ...] = ()

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Places":
        four = {name: Box(**data[name]) for name in ("number", "date", "leader", "seal")}
        return cls(**four, others=tuple(Box(**each) for each in data.get("others", ())))
