"""Mail to a dissolved agency goes to whoever took over from it, where the directory says so. The
sender keeps seeing it under the code that it wrote; the rest of the hub knows the successor."""

from collections.abc import Iterable, Mapping
from datetime import date

from models.hub import DirectoryEntry
from services.hub.lookup import find_by_code, is_dissolved
from services.office import Office

HOPS = 5  # successors of successors; more is a circle


def followed(office: Office, found: Mapping[str, DirectoryEntry]) -> dict[str, DirectoryEntry]:
    """For each code the agency that gets what is sent to it. Who forwards to nobody that exists
    stands for itself: the sender is told that it is dissolved."""
    today, goals = office.today(), dict(found)
    for _ in range(HOPS):
        leaving = {code: entry for code, entry in goals.items() if _forwards(entry, today)}
        if not leaving:
            return goals
        heirs = find_by_code(office, {e.successor_code for e in leaving.values()})
        moved = {
            c: heirs[e.successor_code] for c, e in leaving.items() if e.successor_code in heirs
        }
        if not moved:
            return goals
        goals |= moved
    return {code: found[code] if _forwards(goals[code], today) else goals[code] for code in goals}


def heir(office: Office, entry: DirectoryEntry) -> str:
    """The code of whoever can be written to instead of a dissolved agency: the successor, or where
    that one is dissolved too the next; without such the one that the directory names."""
    today, following = office.today(), entry
    for _ in range(HOPS):
        code = following.successor_code
        following = find_by_code(office, {code}).get(code) if code else None
        if following is None:
            break
        if not is_dissolved(following, today):
            return following.code
    return entry.successor_code


def _forwards(entry: DirectoryEntry, today: date) -> bool:
    return entry.forwards and bool(entry.successor_code) and is_dissolved(entry, today)


def written_as(wanted: Iterable[str], goals: Mapping[str, DirectoryEntry]) -> dict[str, str]:
    """For each recipient the codes that the sender wrote for it, as they stand in the delivery:
    empty where it is only its own."""
    written: dict[str, list[str]] = {}
    for code in wanted:
        recipient = goals[code].code if code in goals else code  # another axis knows it
        written.setdefault(recipient, []).append(code)
    return {code: "" if codes == [code] else " ".join(codes) for code, codes in written.items()}


def codes_of(addressed: str, recipient_code: str) -> list[str]:
    """The codes by which a sender knows a delivery."""
    return addressed.split() or [recipient_code]


def joined(before: str, now: str, code: str) -> str:
    """What a delivery's `addressed` becomes when the sender writes to it once more."""
    codes = list(dict.fromkeys([*codes_of(before, code), *codes_of(now, code)]))
    return "" if codes == [code] else " ".join(codes)


def includes(known: Mapping[str, str], code: str, written: str) -> bool:
    """Whether the sender has written to this recipient by all of these codes before."""
    return code in known and set(codes_of(written, code)) <= set(codes_of(known[code], code))
