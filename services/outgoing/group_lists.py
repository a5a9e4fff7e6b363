"""Reading saved groups of recipients: all of an agency, one with its members as the directory knows
them today, and the members of one that a document is to go to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import permissions
from domain.errors import Invalid, NotFound
from domain.permissions import Relation
from domain.roles import Actor
from domain.text import alphabetical, fold
from models.agencies import Agency
from models.hub import DirectoryEntry
from models.recipient_groups import GroupMember, RecipientGroup
from services import directory
from services.office import Office

PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A group in a list."""

    id: int
    name: str
    size: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Member:
    """`refusal` says why documents cannot be sent there, as a draft with it would be told."""

    code: str
    name: str
    refusal: Invalid | None = None


@dataclass(frozen=True)
class Opened:
    """One page of a group. `found` of its `size` members fit the search, `unreachable` of all of
    them cannot be written to."""

    group: RecipientGroup
    members: list[Member]
    page: int
    found: int
    size: int
    unreachable: int


@dataclass(frozen=True)
class Expansion:
    """A group as recipients: who of it can be written to, who cannot, and how many were there
    already."""

    name: str
    entries: list[DirectoryEntry]
    left_out: list[Member]
    known: int = 0


def groups(office: Office, actor: Actor) -> list[Line]:
    """The agency's groups by the alphabet; none for whoever may not use them."""
    if not permissions.allowing(actor, "recipient_group:view", {Relation.AGENCY}):
        return []
    counted = (
        select(RecipientGroup, func.count(GroupMember.id))
        .outerjoin(GroupMember, GroupMember.group_id == RecipientGroup.id)
        .where(RecipientGroup.agency_id == actor.agency_id)
        .group_by(RecipientGroup.id)
    )
    lines = [
        Line(group.id, group.name, size, group.changed_by, group.changed_at)
        for group, size in office.session().execute(counted)
    ]
    return sorted(lines, key=lambda line: alphabetical(line.name))


def opened(office: Office, actor: Actor, group_id: int, text: str = "", page: int = 1) -> Opened:
    """Members that cannot be written to come first. Raises Forbidden, NotFound."""
    group, everybody = _members(office, actor, group_id)
    wanted = fold(text).split()
    fitting = [m for m in everybody if all(word in fold(f"{m.code} {m.name}") for word in wanted)]
    fitting.sort(key=lambda member: (member.refusal is None, alphabetical(member.name)))
    page = max(1, min(page, (len(fitting) + PER_PAGE - 1) // PER_PAGE))
    return Opened(
        group=group,
        members=fitting[(page - 1) * PER_PAGE : page * PER_PAGE],
        page=page,
        found=len(fitting),
        size=len(everybody),
        unreachable=sum(member.refusal is not None for member in everybody),
    )


def expanded(
    office: Office, actor: Actor, group_id: int, known: Collection[str] = frozenset()
) -> Expansion:
    """The members to write to, without those whose codes are `known` and without the agency itself.
    Raises Forbidden, NotFound."""
    group = _load(office, actor, group_id)
    rows = _rows(office.session(), group)
    usable, refused = directory.sorted_out(office, [row.code for row in rows])
    own = office.session().get_one(Agency, actor.agency_id).code
    others = {e.code: e for e in usable.values() if e.code != own}
    left_out = [Member(r.code, r.name, refused[r.code]) for r in rows if r.code in refused]
    new = [entry for code, entry in others.items() if code not in known]
    return Expansion(group.name, new, left_out, len(others) - len(new))


def _members(office: Office, actor: Actor, group_id: int) -> tuple[RecipientGroup, list[Member]]:
    group = _load(office, actor, group_id)
    rows = _rows(office.session(), group)
    usable, refused = directory.sorted_out(office, [row.code for row in rows])
    return group, [
        Member(row.code, _name_today(row, usable.get(row.code)), refused.get(row.code))
        for row in rows
    ]


def _name_today(row: GroupMember, entry: DirectoryEntry | None) -> str:
    return entry.name if entry is not None else row.name


def _rows(session: Session, group: RecipientGroup) -> list[GroupMember]:
    query = select(GroupMember).where(GroupMember.group_id == group.id).order_by(GroupMember.id)
    return list(session.scalars(query))


def _load(office: Office, actor: Actor, group_id: int) -> RecipientGroup:
    permissions.require(actor, "recipient_group:view", {Relation.AGENCY})
    group = (
        office.session()
        .scalars(
            select(RecipientGroup).where(
                RecipientGroup.id == group_id, RecipientGroup.agency_id == actor.agency_id
            )
        )
        .one_or_none()
    )
    if group is None:
        raise NotFound("not-found")
    return group
