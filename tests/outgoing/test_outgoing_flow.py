"""Every forbidden pair of state and action is refused, whoever asks; each allowed one needs its
role, its relation and its inputs."""

import pytest

from domain.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from domain.outgoing_flow import OUTGOING_FLOW, OutgoingState
from domain.permissions import Relation
from models.audit import AuditEntry, Notification
from models.outgoing import OutgoingDocument
from services import outgoing
from services.outgoing import access
from tests.outgoing.drafts import drafted, force, letter

WHO = {
    "edit": "st.chuyenvien",
    "submit": "st.chuyenvien",
    "cancel": "st.chuyenvien",
    "agree": "st.truongphong",
    "return": "st.truongphong",
    "forward": "st.chanhvp",
    "approve": "st.chutich",
    "issue": "st.vanthu",
    "reseal": "st.vanthu",
    "readdress": "st.vanthu",
    "dispatch": "st.vanthu",
    "add_recipients": "st.vanthu",
    "take_back": "st.vanthu",
    "update": "st.vanthu",
    "revoke": "st.vanthu",
}
ALLOWED = {
    (state, step.action) for step in OUTGOING_FLOW.steps for state in step.frm if not step.by_system
}
FORBIDDEN = [
    (state, action) for state in OutgoingState for action in WHO if (state, action) not in ALLOWED
]
EVERYTHING = {
    "dispatch": "1",
    "reason": "r",
    "pin": "1",
    "digest": "d",
    "issued_date": "2026-01-01",
}


@pytest.fixture
def document(office, actor):
    return drafted(office, actor("st.chuyenvien"))


def state_of(office, document_id: int) -> OutgoingState:
    office.session().expire_all()
    return office.session().get(OutgoingDocument, document_id).state


def test_no_action_that_the_flow_lacks_is_done_in_any_state(office, actor, document):
    for state, action in FORBIDDEN:
        force(office, document, state)
        with pytest.raises(Conflict) as refused:
            outgoing.perform(office, actor(WHO[action]), document, action, EVERYTHING)
        assert refused.value.code == "wrong-state", (state, action)
        assert state_of(office, document) == state


def test_no_person_can_take_a_step_of_the_system(office, actor, document):
    for step in OUTGOING_FLOW.steps:
        if step.by_system:
            force(office, document, next(iter(step.frm)))
            for username in sorted(set(WHO.values())):
                with pytest.raises(Forbidden):
                    outgoing.perform(office, actor(username), document, step.action, EVERYTHING)


def test_only_the_right_people_are_allowed_and_offered_each_step(office, actor, document):
    people = [
        "st.chuyenvien",
        "st.truongphong",
        "st.chanhvp",
        "st.chutich",
        "st.phochutich",
        "st.vanthu",
    ]
    also = {
        "agree": {"st.chanhvp"},
        "return": {"st.chanhvp", "st.chutich"},
        "revoke": {"st.chutich", "st.phochutich"},
    }
    for state, action in sorted(ALLOWED):
        force(office, document, state)
        right = {WHO[action]} | also.get(action, set())
        for username in people:
            who = actor(username)
            doc = outgoing.load(office, who, document)
            offered = {step.action for step in outgoing.available_steps(who, doc)}
            assert (action in offered) == (username in right), (state, action, username)
            if username not in right:
                with pytest.raises(Forbidden):
                    outgoing.perform(office, who, document, action, EVERYTHING)


@pytest.mark.parametrize(
    ("username", "agency"),
    [
        ("st.tptaichinh", "000.00.32.H48"),
        ("st.cvtaichinh", "000.00.32.H48"),
        ("st.quantri", "000.00.32.H48"),
        ("st.chuyenvien", "000.01.32.H48"),
        ("st.truongphong", "000.01.32.H48"),
        ("st.th.chutich", "000.21.32.H48"),
        ("st.th.vanthu", "000.21.32.H48"),
    ],
)
def test_for_others_the_document_does_not_exist(office, actor, document, username, agency):
    who = actor(username, agency)
    doc = office.session().get(OutgoingDocument, document)
    assert outgoing.available_steps(who, doc) == []
    if agency != "000.00.32.H48":
        assert access.relations(who, doc) == frozenset()
    with pytest.raises(NotFound):
        outgoing.load(office, who, document)
    for action in WHO:
        with pytest.raises(NotFound):
            outgoing.perform(office, who, document, action, EVERYTHING)


def test_a_missing_input_is_named(office, actor, document):
    for step in OUTGOING_FLOW.steps:
        for need in step.needs:
            force(office, document, next(iter(step.frm)))
            who = "st.chutich" if step.action == "return" else WHO[step.action]
            if step.action == "return":
                force(office, document, OutgoingState.AWAITING_LEADER)
            form = {key: value for key, value in EVERYTHING.items() if key != need}
            with pytest.raises(Invalid) as refused:
                outgoing.perform(office, actor(who), document, step.action, form | {need: "  "})
            assert (refused.value.code, refused.value.fields["field"]) == ("required", need)


def test_a_draft_goes_to_the_leader_and_each_next_person_is_told(office, actor, document):
    for action in ("submit", "agree", "forward"):
        outgoing.perform(office, actor(WHO[action]), document, action, {})
    assert state_of(office, document) == OutgoingState.AWAITING_LEADER
    told = [(n.person_id, n.kind) for n in office.session().query(Notification)]
    assert told == [
        (actor("st.truongphong").person_id, "outgoing:submit"),
        (actor("st.chanhvp").person_id, "outgoing:agree"),
        (actor("st.chutich").person_id, "outgoing:forward"),
    ]
    tags = [e.tag for e in office.session().query(AuditEntry) if e.tag.startswith("outgoing:")]
    assert tags == ["outgoing:create", "outgoing:submit", "outgoing:agree", "outgoing:forward"]


def test_the_drafter_is_told_why_a_draft_came_back_and_can_submit_again(office, actor, document):
    outgoing.perform(office, actor("st.chuyenvien"), document, "submit", {})
    reason = "Thiếu số liệu tháng 10"
    outgoing.perform(office, actor("st.truongphong"), document, "return", {"reason": reason})
    word = office.session().query(Notification).order_by(Notification.id.desc()).first()
    assert word.person_id == actor("st.chuyenvien").person_id
    assert word.details["reason"] == reason
    doc = outgoing.load(office, actor("st.chuyenvien"), document)
    assert [(r.action, r.comment) for r in doc.reviews] == [("return", reason)]
    outgoing.perform(office, actor("st.chuyenvien"), document, "submit", {})
    assert state_of(office, document) == OutgoingState.IN_REVIEW


@pytest.mark.parametrize("username", ["st.truongphong", "st.chanhvp", "st.vanthu", "st.phochutich"])
def test_heads_clerks_and_deputies_who_draft_themselves_get_through(office, actor, username):
    own = drafted(office, actor(username))
    outgoing.perform(office, actor(username), own, "submit", {})
    reviewer = "st.truongphong" if username == "st.truongphong" else "st.chanhvp"
    outgoing.perform(office, actor(reviewer), own, "agree", {})
    outgoing.perform(office, actor("st.chanhvp"), own, "forward", {})
    assert state_of(office, own) == OutgoingState.AWAITING_LEADER


def test_in_a_commune_without_unit_heads_the_office_agrees(office, actor):
    commune = "000.21.32.H48"
    officer = actor("st.th.cv", commune)
    form = letter(office, officer, signer="st.th.chutich")
    own = outgoing.create(office, officer, form)
    outgoing.perform(office, officer, own, "submit", {})
    told = office.session().query(Notification).one()
    assert told.person_id == actor("st.th.vp", commune).person_id
    outgoing.perform(office, actor("st.th.vp", commune), own, "agree", {})
    outgoing.perform(office, actor("st.th.vp", commune), own, "forward", {})


def test_a_second_click_and_a_stale_page_are_refused(office, actor, document):
    who = actor("st.chuyenvien")
    seen = outgoing.load(office, who, document).version
    outgoing.perform(office, who, document, "edit", letter(office, who, version=seen))
    with pytest.raises(Conflict, match="stale"):
        outgoing.perform(office, who, document, "submit", {"version": str(seen)})
    outgoing.perform(office, who, document, "submit", {})
    with pytest.raises(Conflict, match="wrong-state"):
        outgoing.perform(office, who, document, "submit", {})


def test_a_refused_action_changes_nothing(office, actor, document):
    before = outgoing.load(office, actor("st.chuyenvien"), document).version
    with pytest.raises(Refusal):
        outgoing.perform(office, actor("st.chuyenvien"), document, "cancel", {"reason": ""})
    assert outgoing.load(office, actor("st.chuyenvien"), document).version == before


def test_lists_show_exactly_what_relations_allow(office, actor):
    numbers = [
        drafted(office, actor("st.chuyenvien")),
        drafted(office, actor("st.cvtaichinh")),
        drafted(office, actor("st.chanhvp")),
        outgoing.create(
            office,
            actor("st.th.cv", "000.21.32.H48"),
            letter(office, actor("st.th.cv", "000.21.32.H48"), signer="st.th.chutich"),
        ),
        outgoing.create(
            office,
            actor("st.chuyenvien", "000.01.32.H48"),
            letter(office, actor("st.chuyenvien", "000.01.32.H48"), signer="st.truongphong"),
        ),
    ]
    outgoing.perform(office, actor("st.cvtaichinh"), numbers[1], "submit", {})
    outgoing.perform(office, actor("st.chanhvp"), numbers[1], "agree", {})
    seen_any = 0
    for username, agency in [
        *((name, "000.00.32.H48") for name in sorted(set(WHO.values()))),
        ("st.tptaichinh", "000.00.32.H48"),
        ("st.cvtaichinh", "000.00.32.H48"),
        ("st.quantri", "000.00.32.H48"),
        ("st.chuyenvien", "000.01.32.H48"),
        ("st.truongphong", "000.01.32.H48"),
        ("st.th.cv", "000.21.32.H48"),
        ("st.th.vp", "000.21.32.H48"),
    ]:
        who = actor(username, agency)
        listed = {doc.id for doc in outgoing.listing(office, who, outgoing.Filters(), 1).rows}
        documents = [office.session().get(OutgoingDocument, each) for each in numbers]
        allowed = {doc.id for doc in documents if access.grant_to_view(who, doc)}
        assert listed == allowed, username
        seen_any += len(listed)
    assert seen_any > 10
    assert Relation.PARTICIPANT in access.relations(
        actor("st.chanhvp"), office.session().get(OutgoingDocument, numbers[1])
    )
