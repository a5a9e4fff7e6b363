"""Brings an incoming document to any state, by the same doors as people use."""

from sqlalchemy import select

from domain.change_flow import ChangeKind
from domain.incoming_flow import IncomingState
from domain.roles import SYSTEM
from models.agencies import Unit
from models.assignments import Assignment
from models.incoming import IncomingDocument
from services import assignments, incoming
from services.changes import coming, effects
from services.unit_of_work import transaction

S = IncomingState


class Steps:
    def __init__(self, office, actor, arrive) -> None:
        self.office, self.actor, self.arrive = office, actor, arrive

    def do(self, username: str, document, action: str, **form):
        actor = self.actor(username)
        return incoming.perform(self.office, actor, document.id, action, form)

    def assigned(self, username: str, assignment, action: str, **form):
        actor = self.actor(username)
        return assignments.perform(self.office, actor, assignment.id, action, form)

    def unit(self, notation: str, agency_id: int | None = None) -> int:
        agency_id = agency_id or self.actor("st.vanthu").agency_id
        return self.office.session().scalar(
            select(Unit.id).where(Unit.notation == notation, Unit.agency_id == agency_id)
        )

    def appointment(self, username: str) -> int:
        return self.actor(username).appointment_id

    def registered(self, **changes):
        return self.do("st.vanthu", self.arrive(**changes), "register")

    def submitted(self, **changes):
        document = self.registered(**changes)
        chairman = self.appointment("st.chutich")
        return self.do("st.vanthu", document, "submit", director=chairman)

    def directed(self, lead="NV", support=("TCKH",), inform=("VP",), **changes):
        form = {
            "text": "Giao chủ trì tham mưu",
            "lead": self.unit(lead),
            "support": [self.unit(each) for each in support],
            "inform": [self.unit(each) for each in inform],
            "days": 5,
        }
        return self.do("st.chutich", self.submitted(**changes), "direct", **form)

    def handed_on(self, **changes) -> Assignment:
        """The officer's own assignment under the lead unit."""
        lead = self.lead(self.directed(**changes))
        officer = self.actor("st.chuyenvien").person_id
        self.assigned("st.truongphong", lead, "hand_on", person=officer, instruction="Dự thảo")
        return (
            self.office.session()
            .scalars(select(Assignment).where(Assignment.parent_id == lead.id))
            .one()
        )

    def lead(self, document) -> Assignment:
        return self.of_kind(document, "lead")

    def of_kind(self, document, kind: str) -> Assignment:
        return (
            self.office.session()
            .scalars(
                select(Assignment)
                .where(Assignment.document_id == document.id, Assignment.kind == kind)
                .order_by(Assignment.id)
            )
            .first()
        )

    def in_state(self, state: IncomingState):
        ways = {
            S.ARRIVED: self.arrive,
            S.REFUSED: self.refused,
            S.REGISTERED: self.registered,
            S.AWAITING_DIRECTION: self.submitted,
            S.DIRECTED: self.directed,
            S.IN_PROGRESS: self.started,
            S.DONE: self.closed,
            S.WITHDRAWN: self.withdrawn,
            S.REPLACED: self.replaced,
        }
        return ways[state]()

    def refused(self):
        return self.do("st.vanthu", self.arrive(), "refuse", reason="Gửi nhầm nơi nhận")

    def withdrawn(self):
        """The sender revoked it when an officer was at work on it."""
        return self.voided(self.started(), ChangeKind.REVOKE)

    def replaced(self):
        return self.voided(self.registered(), ChangeKind.REPLACE)

    def voided(self, document, kind: ChangeKind):
        new = self.arrive() if kind == ChangeKind.REPLACE else None
        with transaction(self.office, SYSTEM) as work:
            document = work.session.get(IncomingDocument, document.id)
            asked = coming.Asked(kind=kind, reason="Ban hành nhầm")
            change = coming.ask(work, document, asked)
            if new is not None:
                change.new_incoming_id = new.id
                new = work.session.get(IncomingDocument, new.id)
                effects.replaced(work, new, accepted=True)
        return document

    def started(self):
        return self.assigned("st.chuyenvien", self.handed_on(), "start").document

    def closed(self):
        return self.do("st.vanthu", self.registered(), "close", reason="Để biết")
