"""What waits for a person: the home page, the lists it links to and the rules of who may act tell
the same, for every person of the demo node and work in every state."""

import re

import pytest
from lxml import html
from sqlalchemy import select

from blueprints.home import links
from domain.assignment_flow import AssignmentKind
from domain.errors import Invalid
from domain.roles import LEADERS, Actor, Role
from models.agencies import Appointment
from models.assignments import Assignment
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services import assignments, home, incoming, outgoing
from services.accounts.sessions import actor_in
from services.assignments import access
from services.assignments import waiting as of_assignments
from services.incoming import waiting as of_incoming
from services.outgoing import waiting as of_outgoing
from tests.conftest import PASSWORD
from tests.home.scene import COMMUNE, in_the_commune
from tests.outgoing.drafts import drafted, force
from tests.visitor import Visitor

# Steps beside the one that is due: for whoever may step in, correct or stop, unasked.
BESIDE = {
    "draft": {"edit", "cancel"},
    "in_review": {"return"},
    "form_check": {"return"},
    "awaiting_leader": {"return"},
    "issued": {"readdress"},
    "dispatched": {"add_recipients", "take_back", "update", "revoke"},
    "registered": {"close"},
    "awaiting_direction": {"close"},
}
# Nothing is due there any more, though something may still be done.
SETTLED = {"dispatched"}
CHIEF, CLERK = frozenset({Role.CHIEF_OF_OFFICE}), frozenset({Role.CLERK})
# Who may do another's step: for a head or a clerk who is away, for a leader who asked for it.
STANDING_IN = {"agree": CHIEF, "submit": CHIEF, "direct": CLERK, "hand_on": LEADERS}


def actors(office) -> list[Actor]:
    posts = office.session().scalars(select(Appointment).order_by(Appointment.id))
    return [actor_in(each.person, each) for each in posts]


def figures(node, office, actor: Actor) -> list[links.Figure]:
    with node.test_request_context():
        return [links.figure(queue) for queue in home.queues(office, actor)]


def rows(page: str, url: str = "") -> int:
    """Rows of the first table: a list, or what waits at this place on the page of signing."""
    tree, place = html.fromstring(page), url.partition("#")[2]
    for desk in tree.xpath("//section[@aria-labelledby=$place]", place=place or "cho-ky"):
        return len(desk.xpath(".//tbody/tr[@id]"))
    if place:
        return 0
    return len(tree.xpath(".//tbody/tr[@id]"))


def badge(page: str, feature: str) -> list[int]:
    """The count in the navigation and, after it, how much of it is late."""
    found = html.fromstring(page).xpath(f"//nav//a[starts-with(@href, '{feature}')]")[0]
    return [int(number) for number in re.findall(r"\d+", found.text_content())]


def test_every_figure_of_the_home_page_is_the_length_of_its_list(full, node):
    posts = full.session().scalars(select(Appointment).order_by(Appointment.id)).all()
    for post, actor in zip(posts, actors(full), strict=True):
        expected = figures(node, full, actor)
        visitor = Visitor(node, post.person.username, PASSWORD)
        visitor.submit("/account/appointment", {"appointment": actor.appointment_id})
        cards = html.fromstring(visitor.get("/").text).xpath("//a[contains(@class, 'figure')]")
        shown = [(card.get("href"), int(card.text)) for card in cards]
        assert shown == [(each.url, each.count) for each in expected if each.count]
        for each in expected:
            found = rows(visitor.get(each.url).text, each.url)
            assert found == each.count, (actor, each)


# The rules of one kind of database after the other would take long: the counts hold on both.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["outgoing", "incoming", "assignments"])
def test_whoever_is_to_act_finds_the_thing_in_a_queue_of_theirs(full, kind):
    office, today = full, full.today()
    model, conditions, available = KINDS[kind]
    things = office.session().scalars(select(model)).all()
    acting, queued = set(), set()
    for actor in actors(office):
        waiting = waiting_ids(office, model, conditions(actor, today))
        for thing in things:
            actions = available(office, actor, thing)
            due = {action for action in actions if not _beside(actor, thing, action)}
            assert not due or thing.id in waiting, (actor, thing.state, due)
            assert actions or thing.id not in waiting, (actor, thing.state)
            acting |= {thing.id} if actions and thing.state not in SETTLED else set()
        queued |= waiting
    assert acting == queued


def waiting_ids(office, model, conditions) -> set[int]:
    found = [id for where in conditions.values()
             for id in office.session().scalars(select(model.id).where(where))]  # fmt: skip
    assert len(found) == len(set(found)), "a thing is in two queues"
    return set(found)


def _beside(actor: Actor, thing, action: str) -> bool:
    if isinstance(thing, Assignment):
        others = thing.person_id not in (None, actor.person_id)
        return others or (actor.role in LEADERS and action == "hand_on")
    standing_in = actor.role in STANDING_IN.get(action, ())
    return action in BESIDE.get(thing.state, ()) or standing_in


def _steps(_office, actor: Actor, doc: OutgoingDocument) -> list[str]:
    return [step.action for step in outgoing.available_steps(actor, doc)]


def _handling(office, actor: Actor, assignment: Assignment) -> list[str]:
    headed = access.headed_units(office.session(), assignment.agency_id, office.today())
    return assignments.available(actor, assignment, assignment.unit_id in headed)


KINDS = {
    "outgoing": (OutgoingDocument, of_outgoing.conditions, _steps),
    "incoming": (
        IncomingDocument,
        lambda actor, _day: of_incoming.conditions(actor),
        lambda _office, actor, document: incoming.available(actor, document),
    ),
    "assignments": (Assignment, of_assignments.conditions, _handling),
}


def count_of(office, actor: Actor, key: str) -> int:
    return next((each.count for each in home.queues(office, actor) if each.key == key), 0)


@pytest.mark.parametrize(
    ("drafter", "agency", "chief", "waits"),
    [
        ("st.th.cv", COMMUNE, "st.th.vp", 1),
        ("st.vanthu", "000.00.32.H48", "st.chanhvp", 1),
        ("st.chuyenvien", "000.00.32.H48", "st.chanhvp", 0),
    ],
)
def test_drafts_of_units_without_a_head_wait_for_the_chief_of_office(
    office, actor, drafter, agency, chief, waits
):
    signer = "st.th.chutich" if agency == COMMUNE else "st.chutich"
    draft = drafted(office, actor(drafter, agency), signer=signer, recipients=[])
    outgoing.perform(office, actor(drafter, agency), draft, "submit", {})
    assert count_of(office, actor(chief, agency), "to_review") == waits
    assert count_of(office, actor("st.truongphong"), "to_review") == 1 - waits


def test_work_for_a_unit_without_a_head_waits_for_the_chief_to_hand_it_on(office, actor, steps):
    lead = in_the_commune(office, steps, "KT", None)
    chief, officer = actor("st.th.vp", COMMUNE), actor("st.th.cv", COMMUNE)
    assert count_of(office, chief, "to_hand_on") == 1
    assignments.perform(office, chief, lead.id, "hand_on", {"person": officer.person_id})
    assert count_of(office, chief, "to_hand_on") == 0
    assert count_of(office, officer, "to_do") == 1


def test_work_handed_on_to_a_clerk_is_theirs_to_do_and_never_handed_up_to_a_leader(
    office, actor, steps
):
    lead = steps.lead(steps.directed(lead="VP", support=(), inform=()))
    assert lead.kind == AssignmentKind.LEAD
    with pytest.raises(Invalid, match="person-unknown"):
        steps.assigned("st.chanhvp", lead, "hand_on", person=actor("st.chutich").person_id)
    steps.assigned("st.chanhvp", lead, "hand_on", person=actor("st.vanthu").person_id)
    assert count_of(office, actor("st.vanthu"), "to_do") == 1


def test_what_its_head_began_is_to_be_done_not_to_be_handed_on(office, actor, steps):
    steps.assigned("st.truongphong", steps.lead(steps.directed()), "start")
    assert count_of(office, actor("st.truongphong"), "to_hand_on") == 0
    assert count_of(office, actor("st.truongphong"), "to_do") == 1


def test_the_navigation_counts_a_late_document_once(node, steps, clock):
    late = steps.arrive()
    steps.do("st.vanthu", late, "register", deadline=steps.office.today())
    steps.do("st.vanthu", late, "submit", director=steps.appointment("st.chutich"))
    steps.submitted()
    steps.directed()
    clock(2026, 12, 15)
    # Before the chairman one late and one not, and one late at work; his deputy watches the late.
    assert badge(Visitor(node, "st.chutich", PASSWORD).get("/").text, "/incoming") == [3, 2]
    assert badge(Visitor(node, "st.phochutich", PASSWORD).get("/").text, "/incoming") == [2, 2]


def test_a_draft_that_came_back_to_a_leader_waits_for_them(office, actor):
    leader = actor("st.chutich")
    force(office, drafted(office, leader), "draft")
    assert count_of(office, leader, "my_drafts") == 1
