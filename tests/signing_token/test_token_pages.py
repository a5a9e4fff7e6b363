"""The pages of a person who signs with a token: no PIN is asked for, every page shows the way."""

import pytest

from domain.errors import Forbidden
from domain.roles import SYSTEM
from services import delegations
from services.delegations.keeping import Wish
from services.signing import devices, token_bindings
from services.unit_of_work import transaction
from tests.signing_token.conftest import held, leaders_p12
from tests.signing_token.test_agent_calls import last_request


def test_the_way_of_a_document_on_the_pages(journey):
    journey.bind_seal()
    leader, clerk = journey.page("st.chutich"), journey.page("st.vanthu")
    doc = journey.submitted()
    address = f"/outgoing/{doc.id}"
    page = leader.get(address).text
    assert "Duyệt, ký bằng token" in page
    assert 'name="pin"' not in page
    sent = leader.submit(
        f"{address}/approve", {"version": doc.version, "digest": doc.prepared_sha256}, page=address
    )
    waiting = f"/signing/{last_request(journey).id}/token"
    assert sent.location.endswith(waiting)
    assert "Ghép máy có token" in leader.get(waiting).text
    assert "Đang chờ token của bạn" in leader.get(address).text
    assert "Chờ token của tôi" in leader.get("/signing/").text
    assert "ký bằng token cá nhân" in clerk.get(address).text
    clerk.get(waiting, status=404)
    again = leader.get(f"{waiting.removesuffix('/token')}/status", 204, **{"HX-Request": "true"})
    assert again.headers["HX-Redirect"].endswith(waiting)  # which tells what hinders
    journey.paired(journey.leader).sign(journey.token)
    journey.work()
    assert leader.get(waiting, status=303).location.endswith("/status")
    page = clerk.get(address).text
    assert "Cấp số, đóng dấu bằng token" in page
    assert 'name="pin"' not in page
    day = journey.office.today().isoformat()
    form = {"version": journey.now(doc.id).version, "issued_date": day}
    assert clerk.submit(f"{address}/issue", form, page=address).status_code == 303
    journey.look_anew()
    waiting = f"/signing/{last_request(journey).id}/token"
    assert clerk.submit(f"{waiting}/abandon", page=waiting).status_code == 303
    assert "Đóng dấu bằng token" in clerk.get(address).text


def test_own_computers_are_listed_and_revoked_on_the_page(journey):
    leader = journey.page("st.chutich")
    assert "Token cá nhân" in leader.get("/account/").text
    machine = journey.paired(journey.leader)
    page = leader.get("/signing/token").text
    assert "Máy thử" in page
    action = page.partition('action="/signing/token/devices/')[2].partition('"')[0]
    sent = leader.submit(f"/signing/token/devices/{action}", page="/signing/token")
    assert sent.status_code == 303
    machine.call("GET", "/tasks", 401)
    assert "Máy thử" not in leader.get("/signing/token").text


def test_who_has_no_key_here_is_told_so_where_a_pin_would_be_changed(journey):
    leader = journey.page("st.chutich")
    form = {"pin": "246810", "pin_new": "135791", "pin_again": "135791"}
    refused = leader.submit("/signing/pin", form, page="/signing/pin")
    assert refused.status_code == 422
    assert "nằm trong token của bạn" in refused.text


def test_the_administrators_page_lists_tokens(journey):
    admin = journey.page("st.quantri")
    page = admin.get("/signing/certificates").text
    assert "Token cá nhân" in page
    assert journey.page("st.chutich").get("/signing/key").status_code == 200


def test_who_signs_by_delegation_pairs_a_computer_and_is_offered_its_certificate(journey):
    """TL. and TUQ. (NĐ 30/2020, Điều 13): they need a certificate as a leader does."""
    office, chief = journey.office, journey.actor("st.chanhvp")
    assert not devices.may_pair(office, chief)
    with pytest.raises(Forbidden):
        devices.new_code(office, chief)
    today = office.today()
    wish = Wish(
        "tl", journey.leader.appointment_id, chief.appointment_id, ["Công văn"], "Văn bản",
        "Quy chế làm việc", today, today,
    )  # fmt: skip
    given = delegations.grant(office, journey.actor("st.quantri"), wish)
    assert devices.may_pair(office, chief)  # on its last day as well
    assert "Ghép máy có token" in journey.page("st.chanhvp").get("/signing/token").text
    p12 = leaders_p12(office.now(), chief.name)
    with transaction(office, SYSTEM) as work:
        offered = token_bindings.offer(work, chief.person_id, [held(p12).certificate])
    assert offered == [(chief.name, "")]
    delegations.end(office, journey.leader, given, "thôi giao")
    assert not devices.may_pair(office, chief)
