"""Saved groups of recipients: clerks and administrators keep them, every drafter of the agency
reads them (`group_lists`). A change is one transaction; who is in a group is not part of any
document: a document takes its members over when the group is added to it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from domain import permissions
from domain.errors import Conflict, Invalid, NotFound
from domain.permissions import Relation
from domain.roles import Actor
from domain.text import fold, nfc
from models.agencies import Agency
from models.hub import DirectoryEntry
from models.recipient_groups import GroupMember, RecipientGroup
from services import directory
from services.office import Office
from services.unit_of_work import Work, transaction

MOST = 1000
LONGEST_NAME = 100


@dataclass(frozen=True)
class Added:
    """What a paste came to: agencies that are new in the group, and those it had already."""

    group_id: int
    new: int
    known: int


def create(office: Office, actor: Actor, name: str, text: str, skip: bool = False) -> Added:
    """A new group with the agencies whose codes `text` lists, one a line.

    Raises Forbidden, Invalid: required("name"), too-long, group-name-taken and what `add` refuses.
    """
    _require(actor)
    with transaction(office, actor) as work:
        group = RecipientGroup(agency_id=actor.agency_id)
        _name(work, group, name)
        work.session.add(group)
        work.session.flush()
        added = _take_in(work, group, pasted(office, actor, text, skip))
        work.audit("recipient_group:create", group, name=group.name, added=_codes(added))
        return Added(group.id, len(added), 0)


def rename(office: Office, actor: Actor, group_id: int, version: int | None, name: str) -> None:
    """Raises Forbidden, NotFound, Conflict("stale"), Invalid as `create`."""
    _require(actor)
    with transaction(office, actor) as work:
        group = _load(work, actor, group_id, version)
        before = group.name
        _name(work, group, name)
        work.audit("recipient_group:edit", group, name=group.name, before=before)


def add(office: Office, actor: Actor, group_id: int, text: str, skip: bool = False) -> Added:
    """Adds the agencies whose codes `text` lists, one a line; what follows a code in its line is
    a remark. With `skip` the lines that are wrong are left out.

    Raises Forbidden, NotFound, Invalid: required("codes"), group-lines-wrong (count; `faults` are
    pairs of a line's number and its refusal), group-too-large(limit, count).
    """
    _require(actor)
    with transaction(office, actor) as work:
        group = _load(work, actor, group_id)
        entries = pasted(office, actor, text, skip)
        if not entries:
            raise Invalid("required", field="codes")
        added = _take_in(work, group, entries)
        work.audit("recipient_group:edit", group, name=group.name, added=_codes(added))
        return Added(group.id, len(added), len(entries) - len(added))


def remove(office: Office, actor: Actor, group_id: int, codes: Collection[str]) -> int:
    """Takes agencies out of the group; how many. Raises Forbidden, NotFound, required("codes")."""
    _require(actor)
    with transaction(office, actor) as work:
        group = _load(work, actor, group_id)
        inside = GroupMember.group_id == group.id, GroupMember.code.in_(set(codes))
        gone = list(work.session.scalars(select(GroupMember.code).where(*inside)))
        if not gone:
            raise Invalid("required", field="codes")
        work.session.execute(delete(GroupMember).where(*inside))
        _changed(work, group)
        work.audit("recipient_group:edit", group, name=group.name, removed=gone)
        return len(gone)


def dissolve(office: Office, actor: Actor, group_id: int) -> None:
    """Deletes the group; documents that it was added to keep their recipients. Raises Forbidden,
    NotFound."""
    _require(actor)
    with transaction(office, actor) as work:
        group = _load(work, actor, group_id)
        members = GroupMember.group_id == group.id
        codes = list(work.session.scalars(select(GroupMember.code).where(members)))
        work.audit("recipient_group:delete", group, name=group.name, removed=codes)
        work.session.execute(delete(GroupMember).where(members))
        work.session.delete(group)


def pasted(office: Office, actor: Actor, text: str, skip: bool = False) -> list[DirectoryEntry]:
    """The agencies of a pasted list, each once, in its order."""
    lines = [(n, line.split()[0]) for n, line in enumerate(text.splitlines(), 1) if line.split()]
    codes = [(n, code.strip(",;*")) for n, code in lines]
    usable, refused = directory.sorted_out(office, [code for _n, code in codes])
    own = office.session().get_one(Agency, actor.agency_id)
    for code in [code for code, entry in usable.items() if entry.code == own.code]:
        refused[code] = Invalid("group-has-self", name=usable.pop(code).name)
    faults = [(n, refused[code]) for n, code in codes if code in refused]
    if faults and not skip:
        raise Invalid("group-lines-wrong", field="codes", count=len(faults), faults=faults)
    named = (usable[code] for _n, code in codes if code in usable)
    return list({entry.code: entry for entry in named}.values())


def _take_in(
    work: Work, group: RecipientGroup, entries: Iterable[DirectoryEntry]
) -> list[DirectoryEntry]:
    """Those of `entries` that the group did not have."""
    known = set(
        work.session.scalars(select(GroupMember.code).where(GroupMember.group_id == group.id))
    )
    new = [entry for entry in entries if entry.code not in known]
    if len(known) + len(new) > MOST:
        raise Invalid("group-too-large", field="codes", limit=MOST, count=len(known) + len(new))
    if new:
        rows = [{"group_id": group.id, "code": e.code, "name": e.name} for e in new]
        work.session.execute(insert(GroupMember), rows)
    _changed(work, group)
    return new


def _name(work: Work, group: RecipientGroup, name: str) -> None:
    wanted = " ".join(nfc(name).split())
    if not wanted:
        raise Invalid("required", field="name")
    if len(wanted) > LONGEST_NAME:
        raise Invalid("too-long", field="name", limit=LONGEST_NAME)
    with work.session.no_autoflush:
        other = work.session.scalar(
            select(RecipientGroup).where(
                RecipientGroup.agency_id == work.actor.agency_id,
                RecipientGroup.folded_name == fold(wanted),
            )
        )
    if other is not None and other is not group:
        raise Invalid("group-name-taken", field="name", name=other.name)
    group.name, group.folded_name = wanted, fold(wanted)
    _changed(work, group)


def _changed(work: Work, group: RecipientGroup) -> None:
    group.changed_by, group.changed_at = work.actor.name, work.now


def _load(work: Work, actor: Actor, group_id: int, version: int | None = None) -> RecipientGroup:
    group = work.session.scalars(
        select(RecipientGroup)
        .where(RecipientGroup.id == group_id, RecipientGroup.agency_id == actor.agency_id)
        .with_for_update()
    ).one_or_none()
    if group is None:
        raise NotFound("not-found")
    if version is not None and group.version != version:
        raise Conflict("stale")
    return group


def _require(actor: Actor) -> None:
    permissions.require(actor, "recipient_group:edit", {Relation.AGENCY})


def _codes(entries: Iterable[DirectoryEntry]) -> list[str]:
    return [entry.code for entry in entries]
