"""The directory of agencies a document can be sent to: a copy of the hub's, kept by the exchange.

Search finds by code or name, with accents or without; agencies that are locked or dissolved are
not offered, and naming one is refused with its successor.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import bindparam, case, or_, select
from sqlalchemy.orm import Session

from domain.errors import Invalid
from domain.text import fold, nfc
from models.hub import DirectoryEntry
from models.search_words import has_words
from services.office import Office

MOST_FOUND = 1000  # of so many that have the words the best are chosen: more is no search
SUCCESSIONS = 5  # successors of successors; more is a circle
CANDIDATES = 200  # ranked in memory
CODES = bindparam("codes", expanding=True)
TOOK_OVER = (
    select(DirectoryEntry.code)
    .where(
        DirectoryEntry.successor_code.in_(bindparam("heirs", expanding=True)),
        DirectoryEntry.forwards,
        DirectoryEntry.code.not_in(CODES),
    )
    .order_by(DirectoryEntry.code)
)
FORMER = select(DirectoryEntry.old_code).where(
    DirectoryEntry.code.in_(CODES), DirectoryEntry.old_code != ""
)


def search(office: Office, text: str, limit: int = 20) -> list[DirectoryEntry]:
    """Agencies whose code or name has words that begin like each word of `text`; the exact spelling
    comes first. Part of a code is found anywhere in it."""
    if not fold(text):
        return []
    typed = nfc(text)
    as_spelled = DirectoryEntry.name.contains(typed, autoescape=True)
    exact = case((DirectoryEntry.code == typed, 0), (as_spelled, 1), else_=2)
    query = select(DirectoryEntry).where(
        or_(has_words(DirectoryEntry, text, MOST_FOUND), DirectoryEntry.code == typed)
    )
    found = office.session().scalars(query.order_by(exact).limit(CANDIDATES)).all()
    offered = [entry for entry in found if is_reachable(office, entry)]
    folded = fold(typed)
    return sorted(offered, key=lambda entry: _rank(entry, typed, folded))[:limit]


def resolve(office: Office, codes: Iterable[str]) -> list[DirectoryEntry]:
    """The entries of these codes, in their order, each once; old codes count.

    Raises Invalid: recipient-unknown(organ), recipient-locked(organ, name),
    recipient-dissolved(organ, name, successor); `organ` is the code.
    """
    usable, refused = sorted_out(office, codes)
    for refusal in refused.values():
        raise refusal
    return list({entry.code: entry for entry in usable.values()}.values())


def sorted_out(
    office: Office, codes: Iterable[str]
) -> tuple[dict[str, DirectoryEntry], dict[str, Invalid]]:
    """Each code with the entry that documents can be sent to, or else with what `resolve` would
    raise for it. As few statements for a thousand codes as for one."""
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    known = _by_code(office, wanted) if wanted else {}
    usable = {c: known[c] for c in wanted if c in known and takes_mail(office, known[c])}
    over = [known[c] for c in wanted if c in known and _is_over(office, known[c])]
    heirs = heirs_of(office, over)
    refused = {c: _refusal(office, c, known.get(c), heirs) for c in wanted if c not in usable}
    return usable, refused


def named(office: Office, codes: Iterable[str]) -> list[DirectoryEntry]:
    """Entries for codes already chosen, reachable or not, to show them; unknown codes keep their
    code as name."""
    wanted = list(dict.fromkeys(codes))
    known = _by_code(office, wanted) if wanted else {}
    return [known.get(code) or DirectoryEntry(code=code, name=code) for code in wanted]


def standing_for(office: Office, code: str) -> list[str]:
    """The codes under which an agency may have been written to: its own, its former one, those of
    dissolved agencies that it took over from."""
    session, codes, heirs = office.session(), [code], [code]
    for _ in range(SUCCESSIONS):
        heirs = session.scalars(TOOK_OVER, {"heirs": heirs, "codes": codes}).all()
        if not heirs:
            break
        codes += heirs
    return [*codes, *session.scalars(FORMER, {"codes": codes})]


def heirs_of(office: Office, over: Iterable[DirectoryEntry]) -> dict[str, DirectoryEntry]:
    """For the code of each dissolved agency who took over from it: the successor, or where that one
    is dissolved too the next."""
    goals = {entry.code: entry for entry in over}
    for _ in range(SUCCESSIONS):
        leaving = {c: e.successor_code for c, e in goals.items() if _is_over(office, e)}
        found = _by_code(office, list(set(filter(None, leaving.values()))))
        moved = {code: found[heir] for code, heir in leaving.items() if heir in found}
        if not moved:
            break
        goals |= moved
    return {code: entry for code, entry in goals.items() if entry.code != code}


def is_reachable(office: Office, entry: DirectoryEntry) -> bool:
    """Whether documents may be sent there today."""
    return not entry.is_locked and not _is_over(office, entry) and not _is_early(office, entry)


def takes_mail(office: Office, entry: DirectoryEntry) -> bool:
    """Reachable, or dissolved with a successor to whom the hub hands on what is sent there."""
    over = _is_over(office, entry) and not entry.forwards
    return not entry.is_locked and not over and not _is_early(office, entry)


def _by_code(office: Office, codes: Sequence[str]) -> dict[str, DirectoryEntry]:
    if not codes:
        return {}
    found = office.session().scalars(
        select(DirectoryEntry).where(
            or_(DirectoryEntry.code.in_(codes), DirectoryEntry.old_code.in_(codes))
        )
    )
    known: dict[str, DirectoryEntry] = {}
    for entry in found:
        if entry.old_code:
            known.setdefault(entry.old_code, entry)
        known[entry.code] = entry
    return known


def _refusal(
    office: Office, code: str, entry: DirectoryEntry | None, heirs: Mapping[str, DirectoryEntry]
) -> Invalid:
    """Why documents cannot be sent there."""
    if entry is None:
        return Invalid("recipient-unknown", field="recipients", organ=code)
    told = {"field": "recipients", "organ": entry.code, "name": entry.name}
    if not _is_over(office, entry):
        return Invalid("recipient-locked", **told)
    heir = heirs.get(entry.code)
    successor = f"{heir.name} ({heir.code})" if heir else "—"
    return Invalid("recipient-dissolved", **told, successor=successor)


def _is_over(office: Office, entry: DirectoryEntry) -> bool:
    return entry.valid_to is not None and entry.valid_to < office.today()


def _is_early(office: Office, entry: DirectoryEntry) -> bool:
    return entry.valid_from is not None and entry.valid_from > office.today()


def _rank(entry: DirectoryEntry, text: str, folded: str) -> tuple:
    """Smaller comes first: the code itself, the exact spelling, a name that begins so, the rest."""
    name = nfc(entry.name)
    bare = fold(name)
    return (
        entry.code != text,
        text.lower() not in name.lower(),
        not bare.startswith(folded),
        folded not in bare,
        entry.code,
    )


def later_codes(session: Session, codes: Collection[str]) -> dict[str, list[str]]:
    """Under which codes the hub may know an agency that we wrote otherwise, the next first: the
    present one for a former code, those of the successors for that of a dissolved agency."""
    entry, found = DirectoryEntry, {code: [code] for code in codes}
    former = select(entry.old_code, entry.code).where(entry.old_code.in_(found))
    for old, present in session.execute(former).all():
        found[old].append(present)
    for _ in range(SUCCESSIONS):
        ends = {each[-1] for each in found.values()}
        query = select(entry.code, entry.successor_code)
        heirs = dict(
            session.execute(query.where(entry.code.in_(ends), entry.successor_code != "")).all()
        )
        ahead = {code: heirs.get(each[-1], code) for code, each in found.items()}
        new = {code: heir for code, heir in ahead.items() if heir not in found[code]}
        if not new:
            break
        for code, heir in new.items():
            found[code].append(heir)
    return {code: each[1:] for code, each in found.items() if each[1:]}
