"""The clerk's answer to what a sender asks: agree (status 15) or refuse with the reason (16)."""

from collections.abc import Mapping

from sqlalchemy import select

from domain.change_flow import CHANGE_FLOW, ChangeKind
from domain.errors import Conflict, Invalid, NotFound
from domain.exchange_flow import BusinessCode
from domain.incoming_flow import VOID
from domain.permissions import Relation, allowing, require
from domain.roles import Actor
from models.changes import Change
from models.exchange import Direction
from services.changes import comparing, early, effects
from services.changes.files import arrival_of
from services.changes.state import move
from services.exchange import statuses
from services.incoming.text import typed
from services.office import Office
from services.unit_of_work import Work, transaction

# A replacement is answered by registering or refusing the document that came with it.
ANSWERED = frozenset({ChangeKind.TAKE_BACK, ChangeKind.UPDATE})


def perform(office: Office, actor: Actor, change_id: int, action: str, form: Mapping) -> Change:
    """Agrees to a change or refuses it, for the actor's agency; takes an update whose document
    never came as the document itself.

    Raises NotFound, Forbidden("not-allowed"), Conflict: wrong-state, update-without-files;
    Invalid("required"), Unavailable("file-damaged").
    """
    with transaction(office, actor) as work:
        change = locked(work, change_id)
        require(actor, f"change:{action}", {Relation.AGENCY})
        step = CHANGE_FLOW.step(action, change.state)
        if change.kind not in ANSWERED or (action == "take" and change.kind != ChangeKind.UPDATE):
            raise Conflict("wrong-state", action=action, state=change.state)
        said = typed(form, "reason", 500)
        if "reason" in step.needs and not said:
            raise Invalid("required", field="reason")
        if action == "take":
            early.enter(work, change)
        move(work, change, action, said)
        if action == "agree":
            _carry_out(work, change)
        code = BusinessCode.DISAGREED if action == "refuse" else BusinessCode.AGREED
        statuses.answer(work, change.incoming, code, said)
        return change


def available(actor: Actor, change: Change) -> list[str]:
    """The answers this person may give now."""
    if change.direction != Direction.IN or change.kind not in ANSWERED:
        return []
    return [
        step.action
        for step in CHANGE_FLOW.from_state(change.state)
        if not (step.action == "take" and change.kind != ChangeKind.UPDATE)
        and not step.by_system
        and allowing(actor, CHANGE_FLOW.permission(step), {Relation.AGENCY})
    ]


def locked(work: Work, change_id: int) -> Change:
    """A change asked of the actor's agency, for an answer. Raises NotFound."""
    found = work.session.scalars(
        select(Change)
        .where(
            Change.id == change_id,
            Change.agency_id == work.actor.agency_id,
            Change.direction == Direction.IN,
        )
        .with_for_update(of=Change)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("not-found")
    return found


def _carry_out(work: Work, change: Change) -> None:
    document = change.incoming
    if change.kind == ChangeKind.TAKE_BACK or change.drops_us:
        effects.withdraw(work, document, change)
    elif document.state not in VOID:
        comparing.apply(work, document, change.differences, arrival_of(work, change))
        people = effects.followers(work, document)
        effects.tell(work, change, "change:agree", people, reason=change.reason)
