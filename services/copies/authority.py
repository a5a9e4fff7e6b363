"""Who may approve copies (NĐ 30/2020, Điều 27): the head of the agency decides, and says who else
signs them: by position, as the administrator sets it, or by a delegation that names copies. Asked
when a copy is asked for and again when it is approved."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from domain.copies import DELEGATED
from domain.errors import Forbidden, Invalid
from domain.roles import Role
from models.agencies import Agency, Appointment
from models.copies import CertifiedCopy
from models.delegations import Delegation
from services import delegations
from services.accounts import posts
from services.office import Office


@dataclass(frozen=True)
class Approver:
    """`delegation` is None for who approves by position."""

    post: Appointment
    delegation: Delegation | None = None

    @property
    def value(self) -> str:
        """As a form names it."""
        return f"{self.post.id}-{self.delegation.id}" if self.delegation else str(self.post.id)


def approvers(office: Office, agency_id: int) -> list[Approver]:
    """Who may approve copies today, the head first."""
    session, day = office.session(), office.today()
    named = named_roles(session.get_one(Agency, agency_id))
    held = posts.holders(session, agency_id, named, day)
    by_position = sorted(held, key=lambda post: post.role != Role.LEADER)
    known = {post.id for post in by_position}
    given = [
        each
        for each in delegations.offered(session, agency_id, day)
        if DELEGATED in each.types and each.holder_id not in known
    ]
    return [
        *(Approver(post) for post in by_position),
        *(Approver(each.holder, each) for each in given),
    ]


def chosen(office: Office, agency_id: int, value: str) -> Approver:
    """Raises Invalid("signer-not-approver")."""
    for each in approvers(office, agency_id):
        if each.value == value:
            return each
    raise Invalid("signer-not-approver", field="signer_id")


def require(session: Session, copy: CertifiedCopy, day: date) -> None:
    """Whether who is to approve the copy still may. Raises Forbidden("copy-approver-not-named") and
    what `delegations.used` refuses."""
    if copy.delegation_id is not None:
        found = delegations.find(session, copy.agency_id, copy.delegation_id)
        delegations.used(found, DELEGATED, day)
    elif copy.signer.role not in named_roles(copy.agency):
        raise Forbidden("copy-approver-not-named", person=copy.signer.person.full_name)


def named_roles(agency: Agency) -> frozenset[Role]:
    return frozenset({Role.LEADER, *map(Role, agency.copy_approvers)})
