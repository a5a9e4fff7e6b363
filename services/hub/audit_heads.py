"""Heads of the nodes' audit chains, lodged with the hub (law 9): who can write every row of a node
can write it a whole new chain, but not what lies here. Rows are only ever added."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from adapters.axis.errors import AxisRefusal
from domain.roles import Actor, Role
from models.hub import LodgedHead
from services.accounts import posts
from services.office import Office
from services.unit_of_work import Work, transaction

MOST_SHOWN = 1000


def lodge(office: Office, system_id: str, sequence: int, digest: str) -> None:
    """Keeps the head that a system's chain has now: entry `sequence` bears `digest` for ever.

    Raises AxisRefusal("axis-head-contradicts") where it has gone back or bears another hash; it is
    kept all the same, and the operators are told.
    """
    with transaction(office, Actor(name=system_id)) as work:
        last = _last(work, system_id)
        if last is not None and (last.sequence, last.hash) == (sequence, digest):
            return
        head = LodgedHead(system_id=system_id, sequence=sequence, hash=digest, at=work.now)
        head.contradicts = last is not None and sequence <= last.sequence
        work.session.add(head)
        work.session.flush()
        if head.contradicts:
            work.audit("hub:head_contradicts", head, system_id=system_id, sequence=sequence)
            _tell_operators(work, head)
    if head.contradicts:
        raise AxisRefusal("axis-head-contradicts", sequence=sequence)


def lodged(office: Office, system_id: str) -> Sequence[LodgedHead]:
    """The newest heads of a system, the newest first."""
    newest = select(LodgedHead).where(LodgedHead.system_id == system_id)
    return office.session().scalars(newest.order_by(LodgedHead.id.desc()).limit(MOST_SHOWN)).all()


def contradictions(office: Office) -> dict[str, datetime]:
    """When each system's chain last contradicted what it had lodged."""
    query = select(LodgedHead.system_id, func.max(LodgedHead.at)).where(LodgedHead.contradicts)
    return dict(office.session().execute(query.group_by(LodgedHead.system_id)).all())


def _last(work: Work, system_id: str) -> LodgedHead | None:
    newest = select(LodgedHead).where(LodgedHead.system_id == system_id)
    return work.session.scalars(newest.order_by(LodgedHead.id.desc()).limit(1)).one_or_none()


def _tell_operators(work: Work, head: LodgedHead) -> None:
    for post in posts.holders(work.session, None, {Role.OPERATOR}, work.office.today()):
        work.notify(post.person_id, "hub:head_contradicts", head, head.system_id)
