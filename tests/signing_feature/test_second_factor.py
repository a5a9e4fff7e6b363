"""The code of a person's own app beside the PIN: enrolled once, demanded by an administrator, never
taken twice, counted like a wrong PIN."""

import pyotp
import pytest
from sqlalchemy import select

from domain.errors import Conflict, Forbidden, Invalid, Locked
from domain.outgoing_flow import OutgoingState
from models.signing import CertificateBinding, SecondFactor
from services import outgoing
from services.signing import certificates, own_key, second_factor
from tests.conftest import PASSWORD, PIN
from tests.visitor import Visitor


class App:
    """The authenticator on the leader's telephone."""

    def __init__(self, journey) -> None:
        self._journey = journey
        secret = own_key.enrol(journey.office, journey.leader).secret
        self._totp = pyotp.TOTP(secret.replace(" ", ""))

    def code(self, steps: int = 0) -> str:
        return self._totp.at(self._journey.office.now(), counter_offset=steps)


@pytest.fixture
def admin(journey):
    return journey.actor("st.quantri")


@pytest.fixture
def app(journey, admin):
    found = App(journey)
    second_factor.confirm(journey.office, journey.leader, found.code())
    query = select(CertificateBinding.id).where(
        CertificateBinding.person_id == journey.leader.person_id
    )
    binding_id = journey.office.session().scalars(query).one()
    certificates.demand_code(journey.office, admin, binding_id, True)
    journey.later(minutes=1)  # the code of enrolling is used up
    return found


def approve(journey, doc, **typed):
    form = {"pin": PIN, "digest": doc.prepared_sha256} | typed
    return outgoing.perform(journey.office, journey.leader, doc.id, "approve", form)


def test_signing_needs_pin_and_code_where_it_is_demanded(journey, app):
    doc = journey.submitted()
    with pytest.raises(Invalid, match="required") as caught:
        approve(journey, doc)
    assert caught.value.fields["field"] == "code"
    assert approve(journey, doc, code=app.code()).state == OutgoingState.SIGNING


def test_a_code_is_taken_once(journey, app):
    first, second = journey.submitted(), journey.submitted()
    code = app.code()
    approve(journey, first, code=code)
    with pytest.raises(Invalid, match="code-wrong"):
        approve(journey, second, code=code)
    journey.later(seconds=31)
    approve(journey, second, code=app.code())


def test_a_clock_that_is_half_a_minute_wrong_does_no_harm_but_one_of_two_minutes(journey, app):
    with pytest.raises(Invalid, match="code-wrong"):
        approve(journey, journey.submitted(), code=app.code(steps=-4))
    approve(journey, journey.submitted(), code=app.code(steps=-1))


def test_wrong_codes_lock_the_key_like_wrong_pins(journey, app):
    doc = journey.submitted()
    for _ in range(4):
        with pytest.raises(Invalid, match="code-wrong"):
            approve(journey, doc, code="000000")
    with pytest.raises(Locked):
        approve(journey, doc, code="000000")
    with pytest.raises(Locked):
        approve(journey, doc, code=app.code())


def test_who_has_no_app_is_told_to_turn_it_on(journey, app, admin):
    second_factor.reset(journey.office, admin, journey.leader.person_id)
    with pytest.raises(Invalid, match="second-factor-missing"):
        approve(journey, journey.submitted(), code="123456")
    with pytest.raises(Forbidden):
        second_factor.reset(journey.office, journey.clerk, journey.leader.person_id)


def test_a_second_app_is_not_added_beside_the_first(journey, app):
    with pytest.raises(Conflict, match="second-factor-known"):
        own_key.enrol(journey.office, journey.leader)
    with pytest.raises(Invalid, match="password-wrong"):
        second_factor.remove(journey.office, journey.leader, "not the password")
    second_factor.remove(journey.office, journey.leader, PASSWORD)
    assert App(journey).code()


def test_the_secret_is_shown_once_and_rests_sealed(journey, node):
    leader = Visitor(node, "st.chutich", PASSWORD)
    assert "Chưa bật" in leader.get("/signing/code").text
    page = leader.submit("/signing/code", page="/signing/code").text
    secret = page.partition("<code>")[2].partition("</code>")[0].replace(" ", "")
    assert "<svg role" in page
    assert secret not in leader.get("/signing/code").text.replace(" ", "")
    journey.look_anew()
    kept = journey.office.session().scalars(select(SecondFactor.secret_sealed)).one()
    assert secret.encode() not in kept
    answer = leader.submit("/signing/code/confirm", {"code": "000000"}, page="/signing/code")
    assert answer.status_code == 422
    code = pyotp.TOTP(secret).at(journey.office.now())
    leader.submit("/signing/code/confirm", {"code": code}, page="/signing/code")
    assert "Đã bật" in leader.get("/signing/code").text


def test_the_page_of_the_document_asks_for_the_code(journey, app, node):
    leader, doc = Visitor(node, "st.chutich", PASSWORD), journey.submitted()
    page = leader.get(f"/outgoing/{doc.id}").text
    assert 'name="code"' in page
    assert 'name="otp"' not in page
    address = f"/outgoing/{doc.id}/approve"
    form = {"pin": PIN, "digest": doc.prepared_sha256, "code": "000000"}
    answer = leader.submit(address, form, page=f"/outgoing/{doc.id}")
    assert answer.status_code == 422
    assert "Mã xác thực không đúng" in answer.text
    assert PIN not in answer.text


def test_an_administrator_takes_away_the_app_of_a_lost_telephone(journey, app, node):
    admin = Visitor(node, "st.quantri", PASSWORD)
    person = f"/admin/people/{journey.leader.person_id}"
    assert "Xóa mã xác thực" in admin.get(person).text
    address = f"/signing/code/{journey.leader.person_id}/reset"
    assert admin.submit(address, page=person).status_code == 303
    assert "Xóa mã xác thực" not in admin.get(person).text
