"""What may be registered from the list without having been opened, and what somebody must see."""

from adapters.edxml.repairs import OF_FORM
from domain.verdicts import Verdict
from models.incoming import IncomingDocument

SOUND = (Verdict.VALID, "unsigned")


def is_plain(document: IncomingDocument) -> bool:
    """Nothing about the arrival asks for a look: its signatures hold or there are none, its files
    are the sender's own and whole, and nothing but its wrapping had to be mended."""
    return (
        document.verdict in SOUND
        and not document.doubts
        and not any(paper.is_damaged for paper in document.papers)
        and all(repair.partition(":")[0] in OF_FORM for repair in document.repairs)
    )
