"""What people do with their own account: sessions, password, appointments, language."""

import pytest
from sqlalchemy import select

from domain.errors import Forbidden, Invalid, NotFound
from models.agencies import Person
from models.audit import AuditEntry
from services import accounts
from tests.conftest import PASSWORD

NEW = "một câu thật là dài"


@pytest.fixture
def clerk(actor):
    return actor("st.vanthu")


def enter(office, username="st.vanthu", password=PASSWORD):
    return accounts.sign_in(office, username, password, "10.0.0.7", "Firefox")


def test_a_new_password_needs_the_old_one_and_ends_every_other_session(office, clerk):
    here, elsewhere = enter(office), enter(office)
    with pytest.raises(Invalid, match="password-wrong"):
        accounts.change_password(office, clerk, here, "không phải", NEW)
    assert accounts.find_session(office, elsewhere)
    assert accounts.change_password(office, clerk, here, PASSWORD, NEW) == 1
    assert accounts.find_session(office, here)
    assert accounts.find_session(office, elsewhere) is None
    with pytest.raises(Invalid, match="login-wrong"):
        enter(office)
    assert enter(office, password=NEW)


@pytest.mark.parametrize(
    ("new", "code"),
    [("ngắn", "password-too-short"), (PASSWORD, "password-unchanged"),
     ("d" * 201, "password-too-long")],
)  # fmt: skip
def test_a_poor_password_is_refused(office, clerk, new, code):
    token = enter(office)
    with pytest.raises(Invalid, match=code):
        accounts.change_password(office, clerk, token, PASSWORD, new)


def test_one_can_end_own_sessions_but_nobody_elses(office, clerk, actor):
    enter(office)
    session = accounts.live_sessions(office, clerk.person_id)[0]
    with pytest.raises(NotFound):
        accounts.end_session(office, actor("st.chutich"), session.id)
    accounts.end_session(office, clerk, session.id)
    assert list(accounts.live_sessions(office, clerk.person_id)) == []


def test_ending_all_others_keeps_this_one_and_other_people(office, clerk):
    here = enter(office)
    enter(office), enter(office)
    leader = enter(office, "st.chutich")
    assert accounts.end_others(office, clerk, here) == 2
    assert accounts.find_session(office, here)
    assert accounts.find_session(office, leader)


def test_acting_in_another_appointment_changes_agency_and_role(office, actor):
    head = actor("st.truongphong")
    division = actor("st.truongphong", "000.01.32.H48")
    token = enter(office, "st.truongphong")
    accounts.switch_appointment(office, head, token, division.appointment_id)
    acting = accounts.actor_of(accounts.find_session(office, token))
    assert (acting.agency_id, acting.role) == (division.agency_id, division.role)


def test_nobody_acts_in_an_appointment_of_someone_else(office, clerk, actor):
    token = enter(office)
    with pytest.raises(Forbidden, match="not-your-appointment"):
        accounts.switch_appointment(office, clerk, token, actor("st.chutich").appointment_id)


@pytest.mark.parametrize(
    ("email", "telephone", "code"),
    [("không phải thư", "", "email-wrong"), ("", "gọi tôi", "telephone-wrong")],
)
def test_contact_details_are_checked(office, clerk, email, telephone, code):
    with pytest.raises(Invalid, match=code):
        accounts.edit_profile(office, clerk, email, telephone)


def test_what_one_changes_is_in_the_audit_chain(office, clerk):
    accounts.edit_profile(office, clerk, "chi@congvu.vn", "0255 382 0000")
    accounts.change_language(office, clerk, "en")
    person = office.session().get(Person, clerk.person_id)
    assert (person.email, person.telephone, person.language) == (
        "chi@congvu.vn", "0255 382 0000", "en",
    )  # fmt: skip
    entries = office.session().scalars(
        select(AuditEntry).where(AuditEntry.tag == "account:profile_edit")
    )
    assert [entry.person_id for entry in entries] == [clerk.person_id] * 2
    with pytest.raises(Invalid, match="language-unknown"):
        accounts.change_language(office, clerk, "xx")
