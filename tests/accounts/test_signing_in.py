"""Signing in: the throttle, what it tells a stranger, and how long a session lives."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.errors import Forbidden, Invalid, Locked
from models.agencies import Appointment, LoginSession, Person
from models.audit import AuditEntry
from services import accounts
from services.accounts import passwords, sessions
from tests.conftest import PASSWORD

CLERK = "st.vanthu"


@pytest.fixture
def clock(office):
    """Moves the office's time: `clock(minutes=6)`."""
    ahead = [timedelta()]
    real = office.clock
    object.__setattr__(office, "clock", lambda: real() + ahead[0])

    def move(**by):
        ahead[0] += timedelta(**by)

    return move


def enter(office, password=PASSWORD, username=CLERK):
    return accounts.sign_in(office, username, password, "10.0.0.7", "Firefox")


def person(office, username=CLERK):
    office.session().rollback()
    return office.session().scalars(select(Person).where(Person.username == username)).one()


def tags(office):
    return list(office.session().scalars(select(AuditEntry.tag).order_by(AuditEntry.sequence)))


def test_the_right_password_opens_a_session_of_which_only_the_digest_is_kept(office):
    token = enter(office, username=" ST.VanThu ")
    session = accounts.find_session(office, token)
    assert session.person.username == CLERK
    assert session.address == "10.0.0.7"
    assert token not in session.token_sha256
    entry = (
        office.session().scalars(select(AuditEntry).where(AuditEntry.tag == "account:login")).one()
    )
    assert entry.agency_id == session.appointment.agency_id


@pytest.mark.parametrize("username", [CLERK, "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_refused_in_the_same_words(office, username):
    with pytest.raises(Invalid) as refused:
        enter(office, "sai-mat-khau", username)
    assert refused.value.code == "login-wrong"
    assert refused.value.fields == {"field": "password"}


def test_an_unknown_name_costs_as_much_as_a_known_one(office, monkeypatch):
    looked = []
    verify = passwords.HASHER.verify
    monkeypatch.setattr(
        passwords,
        "HASHER",
        type(
            "Counting",
            (),
            {
                "verify": lambda _, *a: looked.append(1) or verify(*a),
                "hash": lambda _, p: passwords.PasswordHasher().hash(p),
            },
        )(),
    )
    for name in (CLERK, "nobody"):
        with pytest.raises(Invalid):
            enter(office, "sai-mat-khau", name)
    assert len(looked) == 2


def test_five_wrong_passwords_lock_even_the_right_one_out_for_five_minutes(office, clock):
    for _ in range(5):
        with pytest.raises(Invalid):
            enter(office, "sai-mat-khau")
    with pytest.raises(Locked) as locked:
        enter(office)
    assert locked.value.fields["until"] > office.now()
    clock(minutes=4)
    with pytest.raises(Locked):
        enter(office)
    clock(minutes=2)
    assert enter(office)
    assert tags(office).count("account:login_refused") == 5


def test_a_right_password_gives_the_counted_attempts_back(office):
    for _ in range(4):
        with pytest.raises(Invalid):
            enter(office, "sai-mat-khau")
    enter(office)
    for _ in range(4):
        with pytest.raises(Invalid):
            enter(office, "sai-mat-khau")
    assert enter(office)
    assert person(office).failed_logins == 0


def test_guesses_sent_side_by_side_are_counted_before_any_of_them_is_answered(office, monkeypatch):
    """While one guess is being checked, the others already count."""
    from services.accounts import signing_in

    let_in = []

    def guess(_hash, _password):
        let_in.append(1)
        if len(let_in) < 20:
            with pytest.raises((Invalid, Locked)):
                enter(office, "sai-mat-khau")
        return False

    monkeypatch.setattr(signing_in, "password_matches", guess)
    with pytest.raises(Invalid):
        enter(office, "sai-mat-khau")
    assert len(let_in) == 5


def test_an_account_that_was_shut_is_refused_like_a_wrong_password(office):
    person(office).is_active = False
    office.session().commit()
    with pytest.raises(Invalid, match="login-wrong"):
        enter(office)


def test_without_an_appointment_that_holds_today_nobody_comes_in(office):
    for appointment in person(office).appointments:
        appointment.valid_to = office.today() - timedelta(days=1)
    office.session().commit()
    with pytest.raises(Forbidden, match="no-appointment"):
        enter(office)


@pytest.mark.parametrize(
    ("column", "age"),
    [("last_seen_at", sessions.IDLE), ("created_at", sessions.LIFETIME)],
)
def test_a_session_ends_by_itself(office, column, age):
    token = enter(office)
    session = accounts.find_session(office, token)
    setattr(session, column, office.now() - age - timedelta(seconds=1))
    office.session().commit()
    assert accounts.find_session(office, token) is None
    assert list(accounts.live_sessions(office, session.person_id)) == []


def test_a_session_ends_with_the_appointment_it_acts_in(office):
    token = enter(office)
    appointment = accounts.find_session(office, token).appointment
    office.session().get(Appointment, appointment.id).valid_to = office.today() - timedelta(days=1)
    office.session().commit()
    assert accounts.find_session(office, token) is None


def test_use_is_noted_at_most_every_few_minutes(office, clock):
    token = enter(office)
    first = accounts.find_session(office, token).last_seen_at
    clock(minutes=2)
    accounts.touch(office, accounts.find_session(office, token))
    assert accounts.find_session(office, token).last_seen_at == first
    clock(minutes=4)
    accounts.touch(office, accounts.find_session(office, token))
    assert accounts.find_session(office, token).last_seen_at > first


def test_a_passphrase_opens_whichever_way_its_accents_are_composed(office):
    hashed = accounts.hash_password("đồng lúa quê hương")
    assert accounts.password_matches(hashed, "đồng lúa quê hương")
    assert not accounts.password_matches(hashed, "dong lua que huong")


def test_a_cookie_of_an_ended_session_opens_nothing(office, actor):
    token = enter(office)
    accounts.sign_out(office, actor(CLERK), token)
    accounts.sign_out(office, actor(CLERK), token)
    assert accounts.find_session(office, token) is None
    assert tags(office).count("account:logout") == 1
    assert office.session().scalars(select(LoginSession.ended_at)).one() is not None
