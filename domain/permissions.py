"""Who may do what, as data: action × role × relation to the thing. Printed to
`docs/permissions.md`; the grant that allowed an action is also the answer to
"vì sao tôi xem được văn bản này"."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Forbidden
from domain.roles import LEADERS, STAFF, Actor, Role


class Relation(StrEnum):
    """How the actor stands to the thing asked for. AGENCY holds for anything of the agency in
    which the actor acts; nothing of another agency has any relation at all."""

    AGENCY = "agency"
    DRAFTER = "drafter"
    UNIT = "unit"
    SIGNER = "signer"
    # Signer by delegation (NĐ 30/2020, Điều 13): of this document only, and while it is in force.
    DELEGATE = "delegate"
    PARTICIPANT = "participant"
    ASSIGNED_UNIT = "assigned_unit"
    ASSIGNEE = "assignee"
    DIRECTOR = "director"
    # An assigned unit of the agency that has nobody at its head: else the document would be stuck.
    UNHEADED_UNIT = "unheaded_unit"


@dataclass(frozen=True)
class Grant:
    action: str
    roles: frozenset[Role]
    relation: Relation


R = Relation
OFFICE = frozenset({Role.CLERK, Role.CHIEF_OF_OFFICE})
OVERSIGHT = LEADERS | OFFICE
HEADS = frozenset({Role.UNIT_HEAD, Role.CHIEF_OF_OFFICE})
DELEGATES = HEADS | {Role.OFFICER}  # a unit's deputy is an officer by role


def _grant(action: str, roles: Collection[Role], relation: Relation) -> Grant:
    return Grant(action, frozenset(roles), relation)


GRANTS = (
    _grant("outgoing:create", STAFF, R.AGENCY),
    _grant("outgoing:view", OVERSIGHT, R.AGENCY),
    _grant("outgoing:view", {Role.UNIT_HEAD}, R.UNIT),
    _grant("outgoing:view", STAFF, R.DRAFTER),
    _grant("outgoing:view", STAFF, R.PARTICIPANT),
    _grant("outgoing:edit", STAFF, R.DRAFTER),
    _grant("outgoing:submit", STAFF, R.DRAFTER),
    _grant("outgoing:cancel", STAFF, R.DRAFTER),
    _grant("outgoing:agree", {Role.UNIT_HEAD}, R.UNIT),
    _grant("outgoing:agree", {Role.CHIEF_OF_OFFICE}, R.AGENCY),
    _grant("outgoing:return", {Role.UNIT_HEAD}, R.UNIT),
    _grant("outgoing:return", {Role.CHIEF_OF_OFFICE}, R.AGENCY),
    _grant("outgoing:return", LEADERS, R.SIGNER),
    # NĐ 30/2020, Điều 12: a designated person checks the form before the leader signs.
    _grant("outgoing:forward", {Role.CHIEF_OF_OFFICE}, R.AGENCY),
    _grant("outgoing:approve", LEADERS, R.SIGNER),
    _grant("outgoing:view", DELEGATES, R.DELEGATE),
    _grant("outgoing:return", DELEGATES, R.DELEGATE),
    _grant("outgoing:approve", DELEGATES, R.DELEGATE),
    _grant("delegation:view", OVERSIGHT | {Role.ADMINISTRATOR}, R.AGENCY),
    _grant("delegation:edit", {Role.ADMINISTRATOR}, R.AGENCY),
    # Whoever gave the authority may take it back at once.
    _grant("delegation:end", {Role.ADMINISTRATOR, Role.LEADER}, R.AGENCY),
    # NĐ 30/2020, Điều 32–33: the clerk personally gives the number and applies the agency's seal.
    _grant("outgoing:issue", {Role.CLERK}, R.AGENCY),
    _grant("outgoing:reseal", {Role.CLERK}, R.AGENCY),
    _grant("outgoing:readdress", {Role.CLERK}, R.AGENCY),
    _grant("outgoing:dispatch", {Role.CLERK}, R.AGENCY),
    _grant("outgoing:add_recipients", {Role.CLERK}, R.AGENCY),
    # Nothing of a state secret but its row in the register; not for administrators.
    _grant("secret_document:view", OVERSIGHT, R.AGENCY),
    _grant("secret_document:create", {Role.CLERK}, R.AGENCY),
    _grant("secret_document:correct", {Role.CLERK}, R.AGENCY),
    _grant("secret_document:cancel", {Role.CLERK}, R.AGENCY),
    _grant("recipient_group:view", STAFF | {Role.ADMINISTRATOR}, R.AGENCY),
    _grant("recipient_group:edit", {Role.CLERK, Role.ADMINISTRATOR}, R.AGENCY),
    _grant("outgoing:take_back", {Role.CLERK}, R.AGENCY),
    _grant("outgoing:update", {Role.CLERK}, R.AGENCY),
    # NĐ 30/2020, Điều 18.4: whoever has the authority to issue revokes; the clerk carries it out.
    _grant("outgoing:revoke", LEADERS | {Role.CLERK}, R.AGENCY),
    _grant("incoming:create", {Role.CLERK}, R.AGENCY),
    _grant("incoming:view", OVERSIGHT, R.AGENCY),
    _grant("incoming:view", {Role.UNIT_HEAD}, R.ASSIGNED_UNIT),
    _grant("incoming:view", STAFF, R.ASSIGNEE),
    _grant("incoming:register", {Role.CLERK}, R.AGENCY),
    _grant("incoming:refuse", {Role.CLERK}, R.AGENCY),
    _grant("incoming:submit", OFFICE, R.AGENCY),
    _grant("incoming:close", OFFICE, R.AGENCY),
    _grant("incoming:close", LEADERS, R.AGENCY),
    _grant("incoming:stamp", {Role.CLERK}, R.AGENCY),
    _grant("incoming:direct", LEADERS, R.DIRECTOR),
    # A clerk may enter the direction of a leader who does not use the program; recorded as such.
    _grant("incoming:direct", {Role.CLERK}, R.AGENCY),
    _grant("incoming:answer", STAFF, R.ASSIGNEE),
    _grant("incoming:answer", HEADS, R.ASSIGNED_UNIT),
    _grant("assignment:hand_on", HEADS, R.ASSIGNED_UNIT),
    _grant("assignment:hand_on", {Role.CHIEF_OF_OFFICE} | LEADERS, R.UNHEADED_UNIT),
    _grant("assignment:start", STAFF, R.ASSIGNEE),
    _grant("assignment:start", HEADS, R.ASSIGNED_UNIT),
    _grant("assignment:progress", STAFF, R.ASSIGNEE),
    _grant("assignment:progress", HEADS, R.ASSIGNED_UNIT),
    _grant("assignment:complete", STAFF, R.ASSIGNEE),
    _grant("assignment:complete", HEADS, R.ASSIGNED_UNIT),
    # The officer may have left: whoever may hand on may also close what stayed open.
    _grant("assignment:complete", {Role.CHIEF_OF_OFFICE}, R.UNHEADED_UNIT),
    _grant("assignment:acknowledge", STAFF, R.ASSIGNEE),
    _grant("assignment:acknowledge", HEADS, R.ASSIGNED_UNIT),
    _grant("assignment:acknowledge", {Role.CHIEF_OF_OFFICE}, R.UNHEADED_UNIT),
    _grant("change:agree", {Role.CLERK}, R.AGENCY),
    _grant("change:refuse", {Role.CLERK}, R.AGENCY),
    _grant("change:take", {Role.CLERK}, R.AGENCY),
    _grant("change:choose", {Role.CLERK}, R.AGENCY),
    _grant("copy:create", STAFF, R.AGENCY),
    _grant("copy:view", OVERSIGHT, R.AGENCY),
    _grant("copy:view", STAFF, R.DRAFTER),
    # NĐ 30/2020, Điều 27: the head says who may sign copies: `services/copies/authority.py`.
    _grant("copy:approve", LEADERS | {Role.CHIEF_OF_OFFICE}, R.SIGNER),
    _grant("copy:refuse", LEADERS | {Role.CHIEF_OF_OFFICE}, R.SIGNER),
    _grant("copy:view", DELEGATES, R.DELEGATE),
    _grant("copy:approve", DELEGATES, R.DELEGATE),
    _grant("copy:refuse", DELEGATES, R.DELEGATE),
    _grant("copy:cancel", STAFF, R.DRAFTER),
    # Điều 32–33: the clerk personally numbers the copy and applies the agency's signature.
    _grant("copy:sign", {Role.CLERK}, R.AGENCY),
    _grant("copy:sign_again", {Role.CLERK}, R.AGENCY),
    _grant("copy:print", {Role.CLERK}, R.AGENCY),
    _grant("copy:send", {Role.CLERK}, R.AGENCY),
    _grant("registers:view", OVERSIGHT, R.AGENCY),
    _grant("exchange:view", OVERSIGHT | {Role.ADMINISTRATOR}, R.AGENCY),
    # A raw package holds the document itself: not for administrators.
    _grant("exchange:download", OVERSIGHT, R.AGENCY),
    _grant("exchange:resume", {Role.CLERK, Role.ADMINISTRATOR}, R.AGENCY),
    _grant("exchange:reconcile", {Role.CLERK, Role.ADMINISTRATOR}, R.AGENCY),
    _grant("exchange:rotate_key", {Role.ADMINISTRATOR}, R.AGENCY),
    _grant("audit:view", {Role.ADMINISTRATOR}, R.AGENCY),
    _grant("admin:people", {Role.ADMINISTRATOR}, R.AGENCY),
    _grant("admin:agencies", {Role.ADMINISTRATOR}, R.AGENCY),
    _grant("admin:stamps", {Role.ADMINISTRATOR}, R.AGENCY),
    _grant("hub:view", {Role.OPERATOR, Role.ADMINISTRATOR}, R.AGENCY),
    _grant("hub:manage", {Role.OPERATOR, Role.ADMINISTRATOR}, R.AGENCY),
)
ACTIONS = frozenset(grant.action for grant in GRANTS)


def allowing(actor: Actor, action: str, relations: Collection[Relation]) -> Grant | None:
    """The first grant that lets the actor do this to a thing they stand in `relations` to."""
    for grant in GRANTS:
        if grant.action == action and actor.role in grant.roles and grant.relation in relations:
            return grant
    return None


def require(actor: Actor, action: str, relations: Collection[Relation]) -> Grant:
    """The grant, or Forbidden("not-allowed")."""
    grant = allowing(actor, action, relations)
    if grant is None:
        raise Forbidden("not-allowed", action=action)
    return grant


def relations_granting(actor: Actor, action: str) -> frozenset[Relation]:
    """All relations that would let this actor do the action: what a list filters by."""
    return frozenset(g.relation for g in GRANTS if g.action == action and actor.role in g.roles)
