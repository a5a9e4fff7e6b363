"""How far a file's signatures are kept provable, in the steps of ETSI EN 319 142-1 (PAdES): the
signature alone, with a time stamp, with what tells of revocation, carried on for decades."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.verdicts import Verdict

KNOWN = frozenset({"good", "revoked"})  # how a certificate stands, where that was answered


class Level(StrEnum):
    B = "b-b"
    T = "b-t"
    LT = "b-lt"
    LTA = "b-lta"


# What is worth least first: a document is kept as well as the worst of its files.
ORDER = tuple(Level)


@dataclass(frozen=True)
class Kept:
    """What this office keeps of a file: since when its own time stamps vouch for it and until when,
    how the worst certificate behind it stands, whether an archive form was made. `is_alone`: the
    file never gets one, the chain beside it is all (a received file, a signature of its own);
    `is_whole`: nothing is still to come."""

    stamped_at: datetime | None = None
    stamp_ends: datetime | None = None
    standing: str = "unknown"
    has_archive: bool = False
    is_alone: bool = False
    is_whole: bool = False

    @property
    def is_archived(self) -> bool:
        """Whether stamps that are carried on lie over the file and all evidence about it: in its
        archive form (PAdES B-LTA), or in the chain beside it, which says the same."""
        return self.has_archive or (self.is_alone and self.is_whole)

    def lapsed(self, now: datetime) -> bool:
        """The newest stamp's certificate ended and nobody carried it on: it proves nothing more."""
        return self.stamp_ends is not None and self.stamp_ends <= now

    def vouches(self, now: datetime) -> bool:
        return self.stamped_at is not None and not self.lapsed(now)


def level(signatures: Sequence[Mapping], kept: Kept | None, now: datetime) -> Level | None:
    """The level that the worst of these signatures (facts as `Report.to_json` has them) reached;
    None where there is none, or one of them does not hold: nothing keeps what is broken."""
    counted = [each for each in signatures if each.get("purpose") != "timestamp"]
    if not counted or not all(Verdict(each["verdict"]).intact for each in counted):
        return None
    kept = kept or Kept(standing=_told(counted))
    stamped = all(each.get("time_source") == "timestamp" for each in counted)
    if not (stamped or kept.vouches(now)):
        return Level.B
    if kept.lapsed(now) or kept.standing not in KNOWN:
        return Level.T
    return Level.LTA if kept.is_archived and kept.vouches(now) else Level.LT


def lowest(levels: Sequence[Level | None]) -> Level | None:
    """Of several files or signatures; one that reached none leaves none."""
    if not levels or None in levels:
        return None
    return min(levels, key=ORDER.index)


def _told(signatures: Sequence[Mapping]) -> str:
    """Without anything kept beside it: what the file itself tells of revocation."""
    told = {str(each.get("revocation")) for each in signatures}
    return "good" if told <= KNOWN else "unknown"
