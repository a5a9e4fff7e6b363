"""Who a person is in an agency. Roles are of any level: a commune's chairman is a LEADER as well as
a province's; the name of the position is data."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    CLERK = "clerk"
    LEADER = "leader"
    DEPUTY_LEADER = "deputy_leader"
    CHIEF_OF_OFFICE = "chief_of_office"
    UNIT_HEAD = "unit_head"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"


LEADERS = frozenset({Role.LEADER, Role.DEPUTY_LEADER})
STAFF = frozenset(Role) - {Role.ADMINISTRATOR, Role.OPERATOR}
ASSIGNABLE = STAFF - LEADERS  # a leader directs; work is not handed up to them


@dataclass(frozen=True)
class Actor:
    """Who acts: a person in one of their appointments, or the system itself (`person_id` None)."""

    name: str
    person_id: int | None = None
    appointment_id: int | None = None
    agency_id: int | None = None
    unit_id: int | None = None
    role: Role | None = None
    position: str = ""
    agency_name: str = ""
    unit_name: str = ""


SYSTEM = Actor(name="Hệ thống")
