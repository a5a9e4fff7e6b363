"""What a node tells its hub of itself, as data: which entries of the audit chain are exchange
statuses, when a node counts as silent or behind, and which of two nodes needs a person first."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.change_flow import ChangeKind

PROTOCOL = 1
SOFTWARE = "vanthu"
WINDOW = timedelta(minutes=5)  # a signed request holds so long before and after its time stamp

# Entries of the audit chain that the hub may know, by what they are called there. The chain has one
# order on both kinds of database, an entry is never before one that was seen already: therefore its
# numbers serve as the cursor of the feed.
EVENTS = {
    "exchange:sent": "sent",
    "exchange:delivered": "delivered",
    "exchange:failed": "failed",
    "exchange:parked": "parked",
    "exchange:resumed": "resumed",
    "exchange:refused": "refused",
    "exchange:status_in": "status_in",
    "exchange:recipient_refused": "status_in",
    "exchange:status_out": "status_out",
    "incoming:arrive": "arrived",
    "incoming:come_again": "arrived",
    # What was called off before it left, and what became of documents that were sent.
    "exchange:cancelled": "cancelled",
    "outgoing:add_recipients": "recipients_added",
    "outgoing:replaced": "replaced",
    "incoming:withdraw": "withdrawn",
    "incoming:replaced": "replaced",
    "outgoing:revoke": "revoke_asked",
    "outgoing:take_back": "take_back_asked",
    "outgoing:update": "update_asked",
} | {
    f"change:{action}": verb
    for action, verb in {
        "waiting": "waiting",
        "came": "asked",
        "told": "told",
        "agree": "agreed",
        "take": "agreed",
        "agreed": "agreed",
        "refuse": "refused",
        "refused": "refused",
        "cancelled": "cancelled",
    }.items()
}


def event(tag: str, kind: object) -> str:
    """What an entry is called in the feed; one about a change bears the kind before it."""
    if not tag.startswith("change:"):
        return EVENTS[tag]
    return f"{kind}_{EVENTS[tag]}" if kind in set(ChangeKind) else f"change_{EVENTS[tag]}"


CODE = re.compile(r"[0-9A-Za-z._-]{1,35}")
# An identifier as QCVN 102:2016 builds it, such as 000.00.32.H48,2026/03/02,45/UBND-NV, or one
# drawn by lot. Neither a subject nor a person's name fits.
IDENTIFIER = re.compile(
    r"[0-9A-Za-z.]{1,35},[0-9]{4}/[0-9]{2}/[0-9]{2},[0-9]{1,7}[a-z]?/[0-9A-Za-zĐƯƠÂĂÊÔ.-]{1,30}"
    r"|[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
)


def identifier(text: str) -> str:
    """The id of a document as it is handed out. Senders write what they like into it: what does not
    look like one goes out as its SHA-256, which the hub can compare and nobody can read."""
    if IDENTIFIER.fullmatch(text):
        return text
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def codes(texts: list[str]) -> list[str]:
    """Those that are agency codes and nothing else."""
    return [text for text in texts if CODE.fullmatch(text)]


class Standing(StrEnum):
    """How a node stands, the worst first."""

    CONTRADICTED = "contradicted"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    BEHIND = "behind"
    NEW = "new"
    WELL = "well"


RANK = {standing: rank for rank, standing in enumerate(Standing)}
SILENT_AFTER = 3  # rounds without a word
LATE_OUT = timedelta(minutes=30)
LATE_IN = timedelta(hours=24)  # NĐ 30/2020, Điều 22: registered on the day of arrival


@dataclass(frozen=True)
class Facts:
    """What is known of a node, from its own report and from asking it."""

    contradicted: bool
    failures: int
    heard_at: datetime | None
    oldest_out_at: datetime | None
    oldest_in_at: datetime | None
    ailing: bool  # a worker or the database is not alive


def standing(facts: Facts, now: datetime, every: timedelta) -> Standing:
    """`every` is the pace at which nodes are asked, or push."""
    if facts.contradicted:
        return Standing.CONTRADICTED
    if facts.failures:
        return Standing.UNREACHABLE
    if facts.heard_at is None:
        return Standing.NEW
    if now - facts.heard_at > every * SILENT_AFTER:
        return Standing.SILENT
    late_out = facts.oldest_out_at is not None and now - facts.oldest_out_at > LATE_OUT
    late_in = facts.oldest_in_at is not None and now - facts.oldest_in_at > LATE_IN
    return Standing.BEHIND if facts.ailing or late_out or late_in else Standing.WELL
