"""Picking recipients, the same on every page that does it: ticked one by one, listed one a line
where they are many, typed as codes, or taken from a saved group. All are plain fields of a form."""

from dataclasses import dataclass

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from blueprints.addresses import whole
from blueprints.words import words
from extensions import current_actor, office
from models.hub import DirectoryEntry
from services import directory
from services.outgoing import drafting, group_lists
from services.outgoing.group_lists import Expansion

FEW = 30  # as many are drawn as boxes to tick; more as one text, which stays light for a thousand
TOLD = 5
ONLY_INFORMED = "*"  # behind a code in a list: that recipient need not act, only know


@dataclass(frozen=True)
class Picked:
    """What a form says of recipients: their codes, who of them is only informed, and the group that
    was added with it."""

    codes: list[str]
    informed: frozenset[str]
    group: Expansion | None = None

    @property
    def note(self) -> str:
        return note_of(self.group) if self.group else ""


def picked(typed: MultiDict, known: frozenset[str] = frozenset()) -> Picked:
    """`known`: those who have the document already; a group is added without them."""
    tokens = [
        line.split()[0]
        for value in (*typed.getlist("recipients"), *typed.getlist("picked"))
        for line in value.splitlines()
        if line.split()
    ]
    tokens += typed.get("codes", "").split()
    group = chosen_group(typed, known)
    if group is not None:
        mark = ONLY_INFORMED if typed.get("group_informed") else ""
        tokens += [entry.code + mark for entry in group.entries]
    codes = list(dict.fromkeys(token.rstrip(ONLY_INFORMED) for token in tokens))
    marked = {token.rstrip(ONLY_INFORMED) for token in tokens if token.endswith(ONLY_INFORMED)}
    return Picked([c for c in codes if c], frozenset(marked | {*typed.getlist("informed")}), group)


def chosen_group(typed: MultiDict, known: frozenset[str] = frozenset()) -> Expansion | None:
    group_id = typed.get("group", type=whole)
    if not group_id:
        return None
    return group_lists.expanded(office(), current_actor(), group_id, known)


def picker(typed: MultiDict, known: frozenset[str] = frozenset()) -> dict:
    """What the picker shows: who is chosen, and what the search found."""
    said = picked(typed, known)
    chosen = directory.named(office(), said.codes)
    return {
        "chosen": chosen,
        "many": len(chosen) > FEW,
        "lines": listed(chosen, said.informed),
        "informed": said.informed,
        "groups": group_lists.groups(office(), current_actor()),
        "note": said.note,
        # What was ticked in the search is among the chosen now.
        **found(typed, frozenset(said.codes)) | {"picked": []},
    }


def found(typed: MultiDict, chosen: frozenset[str]) -> dict:
    """What a search found, without those chosen already; what was ticked before stays."""
    text = typed.get("recipient_search", "")
    offered = drafting.possible_recipients(office(), current_actor(), text)
    ticked = directory.named(office(), typed.getlist("picked"))
    taken = chosen | {entry.code for entry in ticked}
    return {
        "picked": ticked,
        "found": [entry for entry in offered if entry.code not in taken],
        "searched": text.strip(),
    }


def listed(entries: list[DirectoryEntry], informed: frozenset[str] = frozenset()) -> str:
    """Recipients as text, one a line; whatever follows the code is a remark."""
    marks = {code: ONLY_INFORMED for code in informed}
    return "\n".join(f"{e.code}{marks.get(e.code, '')} {e.name}" for e in entries)


def note_of(group: Expansion) -> str:
    """What became of a group that was added: how many, and who was left out and why."""
    parts = [_("Nhóm “%(name)s”: thêm %(n)s nơi nhận.", name=group.name, n=len(group.entries))]
    if group.known:
        parts.append(_("%(n)s nơi đã có, không thêm lần nữa.", n=group.known))
    if group.left_out:
        told = [words(member.refusal).reason for member in group.left_out[:TOLD]]
        parts.append(_("Không thêm %(n)s nơi:", n=len(group.left_out)) + " " + " ".join(told))
    if len(group.left_out) > TOLD:
        parts.append(_("Các nơi còn lại xem ở trang của nhóm."))
    return " ".join(parts)
