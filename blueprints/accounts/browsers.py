"""A browser as its owner would name it, from what it says of itself; the rest is noise."""

from flask_babel import gettext as _

BROWSERS = (
    ("Edg", "Edge"),
    ("coc_coc", "Cốc Cốc"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def name(agent: str) -> str:
    """`Firefox, Windows`; what cannot be told stays unsaid."""
    parts = [_first(BROWSERS, agent), _first(SYSTEMS, agent)]
    return ", ".join(part for part in parts if part) or _("Trình duyệt khác")


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((said for mark, said in known if mark in agent), "")
