"""A reply is drafted by whoever works on the incoming document, and both show each other."""

import pytest

from domain.errors import Forbidden, NotFound
from domain.roles import SYSTEM
from models.outgoing import OutgoingDocument
from services import outgoing
from services.incoming import dossier
from services.outgoing import drafting, queries
from services.unit_of_work import transaction
from tests.incoming.arrivals import arrive, clock, steps  # noqa: F401  fixtures
from tests.outgoing.drafts import drafted, force, letter


def test_the_officer_in_charge_drafts_a_reply_linked_both_ways(office, actor, steps):  # noqa: F811
    task = steps.handed_on()
    officer = actor("st.chuyenvien")
    own = drafted(office, officer, answers_id=str(task.document_id))
    doc = outgoing.load(office, officer, own)
    assert doc.answers.main.subject == task.document.main.subject
    shown = dossier.open_dossier(office, officer, task.document_id)
    assert [each.id for each in shown.answers] == [own]


def test_who_knows_the_document_need_not_know_what_others_draft(office, actor, steps):  # noqa: F811
    task = steps.handed_on()
    officer, clerk = actor("st.chuyenvien"), actor("st.vanthu")
    own = drafted(office, officer, answers_id=str(task.document_id))
    with transaction(office, SYSTEM) as work:
        doc = work.session.get(OutgoingDocument, own)
        doc.drafter_id, doc.unit_id = clerk.person_id, clerk.unit_id
    assert dossier.open_dossier(office, officer, task.document_id).answers == []
    assert [a.id for a in dossier.open_dossier(office, clerk, task.document_id).answers] == [own]


def test_a_link_survives_an_edit_and_cannot_be_changed_by_one(office, actor, steps):  # noqa: F811
    task = steps.handed_on()
    officer = actor("st.chuyenvien")
    own = drafted(office, officer, answers_id=str(task.document_id))
    outgoing.perform(office, officer, own, "edit", letter(office, officer, answers_id=""))
    assert outgoing.load(office, officer, own).answers_id == task.document_id


def test_nobody_else_can_tie_a_draft_to_it(office, actor, steps):  # noqa: F811
    task = steps.handed_on()
    with pytest.raises(NotFound):
        drafting.answered(office, actor("st.th.cv", "000.21.32.H48"), task.document_id)
    with pytest.raises(Forbidden):
        drafted(office, actor("st.vanthu"), answers_id=str(task.document_id))


def test_the_reply_that_came_is_shown_with_the_document_it_answers(office, actor, arrive):  # noqa: F811
    own = drafted(office, actor("st.chuyenvien"))
    force(office, own, "dispatched")
    arrival = arrive()
    arrival.answers_outgoing_id = own
    office.session().commit()
    clerk, officer = actor("st.vanthu"), actor("st.chuyenvien")
    doc = outgoing.load(office, clerk, own)
    assert [each.id for each in queries.answers_to(office, clerk, doc)] == [arrival.id]
    assert queries.answers_to(office, officer, doc) == []
