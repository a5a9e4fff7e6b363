"""Work in every state at the district committee, whose divisions have heads and whose office has
none but its chief, and at a commune, whose units have no head at all."""

from domain.incoming_flow import IncomingState
from domain.outgoing_flow import OutgoingState
from services import assignments, incoming
from tests.outgoing.drafts import drafted, force

COMMUNE = "000.21.32.H48"


def fill(office, steps) -> None:
    for username in ("st.chuyenvien", "st.chanhvp", "st.chutich"):
        outgoing(office, steps.actor(username), "st.chutich")
    outgoing(office, steps.actor("st.th.cv", COMMUNE), "st.th.chutich")
    for state in IncomingState:
        steps.in_state(state)
    handed_on(steps)
    steps.assigned("st.tptaichinh", steps.of_kind(steps.directed(), "support"), "start")
    for unit in ("KT", "VP"):
        for person in (None, "st.th.cv" if unit == "KT" else "st.th.vanthu"):
            in_the_commune(office, steps, unit, person)


def outgoing(office, drafter, signer: str) -> None:
    for state in OutgoingState:
        force(office, drafted(office, drafter, signer=signer, recipients=[]), state)


def handed_on(steps) -> None:
    """By the chief of office to a clerk and to himself, who sit in the office too."""
    for username in ("st.vanthu", "st.chanhvp"):
        document = steps.directed(lead="VP", support=("NV",), inform=("TCKH",))
        person = steps.actor(username).person_id
        steps.assigned("st.chanhvp", steps.lead(document), "hand_on", person=person)
        officer = steps.actor("st.cvtaichinh").person_id
        informed = steps.of_kind(document, "inform")
        steps.assigned("st.tptaichinh", informed, "hand_on", person=officer)


def in_the_commune(office, steps, unit: str, person: str | None):
    """Directed to a unit without a head of its own, and handed on where a person is named."""
    clerk, leader, chief = (
        steps.actor(f"st.th.{name}", COMMUNE) for name in ("vanthu", "chutich", "vp")
    )
    document = steps.arrive(COMMUNE)
    form = {"director": leader.appointment_id}
    incoming.perform(office, clerk, document.id, "register", form)
    form = {"text": "Xử lý", "lead": steps.unit(unit, leader.agency_id), "days": 3}
    incoming.perform(office, leader, document.id, "direct", form)
    lead = steps.lead(document)
    if person:
        form = {"person": steps.actor(person, COMMUNE).person_id}
        assignments.perform(office, chief, lead.id, "hand_on", form)
    return lead
