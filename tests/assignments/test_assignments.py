"""Assignments: who may do what, what closes what, what the sender is told and when."""

from datetime import date

import pytest
from sqlalchemy import select

from domain.assignment_flow import ASSIGNMENT_FLOW, FITTING, AssignmentKind, AssignmentState
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.incoming_flow import IncomingState
from models.agencies import Appointment
from models.assignments import Assignment, Directive
from models.audit import Notification
from models.exchange import StatusEvent
from services import assignments, incoming
from services.unit_of_work import transaction

HUMAN = sorted({step.action for step in ASSIGNMENT_FLOW.steps if not step.by_system})


def codes(steps, document) -> list[str]:
    return list(
        steps.office.session().scalars(
            select(StatusEvent.code)
            .where(StatusEvent.incoming_id == document.id)
            .order_by(StatusEvent.id)
        )
    )


def put(steps, assignment, state: AssignmentState):
    """Straight into a state: these tests are about what follows."""
    actor = steps.actor("st.truongphong")
    with transaction(steps.office, actor) as work:
        row = work.session.get_one(Assignment, assignment.id)
        row.state = state
    return row


@pytest.mark.parametrize("kind", AssignmentKind)
def test_every_step_the_tables_do_not_name_is_refused(steps, kind):
    assignment = steps.of_kind(steps.directed(lead="NV", support=("TCKH",), inform=("VP",)), kind)
    head = {"lead": "st.truongphong", "support": "st.tptaichinh", "inform": "st.chanhvp"}[kind]
    for state in AssignmentState:
        put(steps, assignment, state)
        for action in HUMAN:
            fits = action in FITTING[kind]
            named = action in {step.action for step in ASSIGNMENT_FLOW.from_state(state)}
            if fits and named:
                continue
            with pytest.raises(Conflict) as refused:
                steps.assigned(head, assignment, action, note="x", result="x", person=1)
            assert refused.value.code == ("wrong-state" if fits else "wrong-kind")
        with pytest.raises(Forbidden):
            steps.assigned(head, assignment, "child_done")


def test_the_whole_way_is_told_once_in_order(steps):
    child = steps.handed_on()
    steps.assigned("st.chuyenvien", child, "start")
    steps.assigned("st.chuyenvien", child, "progress", note="Đã có số liệu")
    done = steps.assigned("st.chuyenvien", child, "complete", result="Báo cáo 55/BC-UBND")
    document = done.document
    assert document.state == IncomingState.DONE
    assert document.done_at == done.done_at
    lead = steps.lead(document)
    assert (lead.state, lead.result) == (AssignmentState.DONE, "Báo cáo 55/BC-UBND")
    assert codes(steps, document) == ["03", "04", "05", "06"]
    events = steps.office.session().scalars(select(StatusEvent).order_by(StatusEvent.id)).all()
    assert [event.staff for event in events][-2:] == ["Đinh Công Toàn"] * 2
    assert events[-1].department == "Phòng Nội vụ"


def test_a_supporting_unit_closes_only_its_own_part(steps):
    document = steps.directed()
    support = steps.of_kind(document, "support")
    steps.assigned("st.tptaichinh", support, "start")
    assert codes(steps, document) == ["03", "04"]
    steps.assigned("st.tptaichinh", support, "complete", result="Đã góp ý")
    assert incoming.load(steps.office, steps.actor("st.vanthu"), document.id).state == "directed"
    assert codes(steps, document) == ["03", "04"]


def test_to_know_closes_at_once(steps):
    document = steps.directed()
    known = steps.of_kind(document, "inform")
    assert known.deadline is None
    assert steps.assigned("st.chanhvp", known, "acknowledge").state == AssignmentState.DONE
    assert codes(steps, document) == ["03", "04"]


def test_a_second_start_is_refused_and_told_once(steps):
    lead = steps.lead(steps.directed())
    steps.assigned("st.truongphong", lead, "start")
    with pytest.raises(Conflict):
        steps.assigned("st.truongphong", lead, "start")
    assert codes(steps, lead.document).count("05") == 1


@pytest.mark.parametrize(
    ("username", "refused"),
    [
        ("st.chuyenvien", NotFound),
        ("st.cvtaichinh", NotFound),
        ("st.quantri", NotFound),
        ("st.tptaichinh", Forbidden),
        ("st.vanthu", Forbidden),
        ("st.chanhvp", Forbidden),
        ("st.chutich", Forbidden),
    ],
)
def test_only_the_head_of_the_unit_hands_on_and_starts(steps, username, refused):
    lead = steps.lead(steps.directed())
    officer = steps.actor("st.chuyenvien").person_id
    for action in ("hand_on", "start"):
        with pytest.raises(refused):
            steps.assigned(username, lead, action, person=officer)


def test_an_assignment_of_another_agency_does_not_exist(steps, actor):
    lead = steps.lead(steps.directed())
    for username, agency in (("st.truongphong", "000.01.32.H48"), ("st.th.vp", "000.21.32.H48")):
        stranger = actor(username, agency)
        with pytest.raises(NotFound):
            assignments.perform(steps.office, stranger, lead.id, "start", {})
        assert assignments.listing(steps.office, stranger, "unit", 1).total == 0


def test_only_people_of_the_unit_can_be_given_work(steps):
    lead = steps.lead(steps.directed())
    for person in (steps.actor("st.cvtaichinh").person_id, 0, "x; drop table"):
        with pytest.raises(Invalid) as refused:
            steps.assigned("st.truongphong", lead, "hand_on", person=person)
        assert refused.value.code in ("person-unknown", "required")


def test_the_deadline_handed_on_stays_within_the_units(steps, clock):
    lead = steps.lead(steps.directed())
    officer = steps.actor("st.chuyenvien").person_id
    # Five working days from Friday the 20th: the 24th is the Day of Vietnamese Culture.
    assert lead.deadline == date(2026, 11, 30)
    for day, code in ((date(2026, 12, 1), "deadline-after-parent"),
                      (date(2026, 11, 19), "deadline-past")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            steps.assigned("st.truongphong", lead, "hand_on", person=officer, deadline=day)
        assert refused.value.code == code
    steps.assigned("st.truongphong", lead, "hand_on", person=officer)
    child = (
        steps.office.session()
        .scalars(select(Assignment).where(Assignment.parent_id == lead.id))
        .one()
    )
    assert child.deadline == lead.deadline


def test_working_days_step_over_tet(steps, clock):
    """Tết Đinh Mùi: 6 February 2027 is the first day of the year."""
    clock(2027, 2, 3)
    document = steps.directed()
    assert document.deadline >= date(2027, 2, 15)
    assert document.deadline.weekday() < 5


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"lead": None}, "required"),
        ({"lead": 999}, "unit-unknown"),
        ({"lead": "NV", "support": ["NV"]}, "unit-twice"),
        ({"lead": "NV", "support": ["TCKH"], "inform": ["TCKH"]}, "unit-twice"),
        ({"lead": "NV", "days": 0}, "days-range"),
        ({"lead": "NV", "deadline": date(2026, 11, 1)}, "deadline-past"),
    ],
)
def test_a_direction_names_exactly_one_lead_and_each_unit_once(steps, form, code):
    document = steps.submitted()
    named = {
        key: [steps.unit(v) for v in value] if isinstance(value, list)
        else steps.unit(value) if isinstance(value, str) else value
        for key, value in form.items()
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        steps.do("st.chutich", document, "direct", text="Xử lý", **named)
    assert refused.value.code == code
    assert steps.office.session().scalars(select(Directive)).all() == []


def test_a_unit_of_another_agency_cannot_be_directed(steps, actor):
    commune = actor("st.th.chutich", "000.21.32.H48")
    foreign = steps.unit("KT", commune.agency_id)
    with pytest.raises(Invalid) as refused:
        steps.do("st.chutich", steps.submitted(), "direct", text="Xử lý", lead=foreign)
    assert refused.value.code == "unit-unknown"


def test_a_clerk_records_the_direction_of_a_leader_as_such(steps):
    document = steps.submitted()
    steps.do("st.vanthu", document, "direct", text="Xử lý", lead=steps.unit("NV"))
    directive = steps.office.session().scalars(select(Directive)).one()
    assert directive.leader_name == "Trần Quang Vinh"
    assert directive.entered_by == "Nguyễn Thị Hồng Vân"


def test_a_leader_directs_only_what_was_submitted_to_them(steps):
    with pytest.raises(Forbidden):
        steps.do("st.phochutich", steps.submitted(), "direct", text="x", lead=steps.unit("NV"))


def test_where_a_unit_has_no_head_the_chief_of_office_hands_on(office, actor, arrive, steps):
    """A commune's units have officers but nobody at their head."""
    code = "000.21.32.H48"
    clerk, leader, chief, officer = (
        actor(f"st.th.{name}", code) for name in ("vanthu", "chutich", "vp", "cv")
    )
    document = arrive(code)
    form = {"director": leader.appointment_id}
    incoming.perform(office, clerk, document.id, "register", form)
    form = {"text": "Xử lý", "lead": steps.unit("KT", leader.agency_id), "days": 3}
    incoming.perform(office, leader, document.id, "direct", form)
    lead = steps.lead(document)
    told = select(Notification.person_id).where(Notification.kind == "assignment:new")
    assert office.session().scalars(told).all() == [chief.person_id]
    assert [a.id for a in assignments.listing(office, chief, "mine", 1).rows] == [lead.id]
    with pytest.raises(Forbidden):
        assignments.perform(office, clerk, lead.id, "hand_on", {"person": officer.person_id})
    assignments.perform(office, chief, lead.id, "hand_on", {"person": officer.person_id})
    mine = assignments.listing(office, officer, "mine", 1)
    assert [a.parent_id for a in mine.rows] == [lead.id]
    child = mine.rows[0]
    assignments.perform(office, officer, child.id, "start", {})
    assignments.perform(office, officer, child.id, "complete", {"result": "Xong"})
    assert incoming.load(office, clerk, document.id).state == IncomingState.DONE


def test_who_left_gets_no_work_and_the_head_can_still_finish(steps, office):
    child = steps.handed_on()
    with transaction(office, steps.actor("st.vanthu")) as work:
        officer = work.session.get_one(Appointment, steps.appointment("st.chuyenvien"))
        officer.valid_to = date(2026, 11, 1)
    steps.assigned("st.truongphong", child, "start")
    done = steps.assigned("st.truongphong", child, "complete", result="Trưởng phòng tự xử lý")
    assert done.document.state == IncomingState.DONE


def test_a_stale_row_is_refused(steps):
    lead = steps.lead(steps.directed())
    with pytest.raises(Conflict) as stale:
        steps.assigned("st.truongphong", lead, "start", version=lead.version + 1)
    assert stale.value.code == "stale"


def test_the_list_puts_the_overdue_first(steps, clock, office, actor):
    later = steps.lead(steps.directed())
    clock(2026, 11, 23)
    sooner = steps.submitted()
    steps.do("st.chutich", sooner, "direct", text="x", lead=steps.unit("NV"), days=1)
    clock(2026, 12, 15)
    rows = assignments.listing(office, actor("st.truongphong"), "mine", 1).rows
    assert [row.document_id for row in rows] == [sooner.id, later.document_id]
