"""What the axis refuses, and that it always says so in JSON under HTTP 200, never in HTML."""

import json
import logging
from datetime import timedelta

import httpx
import pytest

from adapters.axis.client import AxisClient, PermanentAxisError
from adapters.axis.wire import sign_headers
from domain.errors import Conflict
from models.hub import HubMessage
from services.hub import accounts, directory
from services.hub.lookup import find_by_code
from services.office import utc_now
from tests.axis.sdk_client import SdkClient
from tests.hub.packages import (
    BINH_MINH,
    BINH_SON,
    SECRETS,
    SON_TINH,
    TINH_HA,
    client,
    edoc,
    status,
)

UNKNOWN = "000.99.99.H48"


@pytest.fixture
def transport(hub_app):
    return httpx.WSGITransport(hub_app)


@pytest.fixture
def call(transport):
    def make(code: str = SON_TINH, **options) -> AxisClient:
        return client("http://hub.example/axis", code, transport=transport, **options)

    return make


def refusal(send) -> PermanentAxisError:
    with pytest.raises(PermanentAxisError) as caught:
        send()
    return caught.value


def messages(office) -> int:
    return office.session().query(HubMessage).count()


@pytest.mark.parametrize(
    ("system", "secret", "words"),
    [
        (SON_TINH, "sai", f"Sai chu ky HMAC cua {SON_TINH}"),
        (SON_TINH, SECRETS[BINH_SON], "Sai chu ky HMAC"),
        (UNKNOWN, "x", f"He thong chua dang ky: {UNKNOWN}"),
    ],
)
def test_a_wrong_secret_and_an_unknown_system_are_told_apart(call, system, secret, words):
    for operation in ("get_agencies_list", "received_list", "count_receive_edoc"):
        error = refusal(getattr(call(system, secret=secret), operation))
        assert error.code == "15"
        assert words in error.desc


def test_a_locked_system_is_refused_and_let_in_again(call, office, operator):
    account = accounts.find(office, SON_TINH).id
    accounts.set_locked(office, operator, account, True)
    assert refusal(call().received_list).code == "19"
    accounts.set_locked(office, operator, account, False)
    assert call().received_list() == []


def test_the_old_secret_is_good_for_a_week_after_a_rotation(call, office, operator, clock):
    account_id = accounts.find(office, SON_TINH).id
    _, fresh = accounts.rotate(office, operator, account_id, "")
    # A second click on the same page: a third secret would end the one that the system uses.
    with pytest.raises(Conflict, match="secret-rotated"):
        accounts.rotate(office, operator, account_id, "")
    assert call().received_list() == call(secret=fresh).received_list() == []
    clock.ahead += accounts.OVERLAP
    assert "Sai chu ky" in refusal(call().received_list).desc
    assert call(secret=fresh).received_list() == []


def test_a_sender_may_speak_only_for_itself(call, office):
    error = refusal(lambda: call(BINH_SON).send_edoc(edoc(SON_TINH), to=[BINH_MINH]))
    assert (error.code, error.desc) == (
        "19",
        f"Don vi gui {SON_TINH} khong dung voi ma da dang ky: {BINH_SON}",
    )
    assert messages(office) == 0


def test_the_from_header_must_be_the_system_too(hub_app, transport, office):
    arguments = {"from": BINH_SON, "servicetype": "eDoc", "messagetype": "edoc"}
    headers = sign_headers(
        arguments, SON_TINH, SECRETS[SON_TINH], "application/octet-stream", utc_now()
    )
    answer = hub_app.test_client().post("/axis/sendEdoc", headers=headers, data=edoc())
    assert (answer.status_code, answer.json["ErrorCode"], answer.json["DocId"]) == (200, "19", "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"day khong phai XML", "not-xml"),
        (b"<edXML/>", "no-envelope"),
        (edoc().replace(b"QCVN_102_2016", b"KHAC"), "namespace"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><edXML>&e;</edXML>', "dtd"),
    ],
)
def test_what_is_no_package_is_refused_with_the_reason_and_nothing_is_kept(
    call, office, data, reason
):
    error = refusal(lambda: call().send_edoc(data))
    assert error.code == "22"
    assert reason in error.desc
    assert messages(office) == 0
    assert not list(office.settings.files_dir.rglob("*/*/*"))


def test_a_status_sent_as_a_document_is_refused(call):
    error = refusal(lambda: call(BINH_SON).send_edoc(status(), "edoc"))
    assert (error.code, "messagetype edoc" in error.desc) == ("22", True)


def test_bytes_that_do_not_fit_the_signed_hash_are_refused(hub_app):
    arguments = {"from": SON_TINH, "messagetype": "edoc", "hash-file": "0" * 64}
    headers = sign_headers(
        arguments, SON_TINH, SECRETS[SON_TINH], "application/octet-stream", utc_now()
    )
    answer = hub_app.test_client().post("/axis/sendEdoc", headers=headers, data=edoc())
    assert (answer.json["ErrorCode"], answer.json["ErrorDesc"]) == (
        "10",
        "Tep khong khop voi hash-file",
    )


def test_one_wrong_recipient_refuses_the_whole_package(call, office):
    error = refusal(lambda: call().send_edoc(edoc(), to=[BINH_SON, UNKNOWN, "000.98.99.H48"]))
    assert error.code == "18"
    assert error.desc == f"Don vi nhan khong ton tai: {UNKNOWN}, 000.98.99.H48"
    assert messages(office) == 0


def test_a_package_addressed_to_nobody_is_refused(call):
    assert refusal(lambda: call().send_edoc(edoc(), to=[])).code == "18"
    assert "khong co don vi nhan" in refusal(lambda: call().send_edoc(edoc(), to=[" "])).desc


def test_a_dissolved_recipient_is_refused_with_its_successor(call, office, operator):
    entry = directory.listing(office, operator, BINH_MINH)[0][0]
    ending = directory.Ending(office.today(), BINH_SON)
    directory.dissolve(office, operator, entry.id, entry.version, ending)
    error = refusal(lambda: call().send_edoc(edoc(), to=[BINH_MINH]))
    assert error.desc == f"Don vi nhan da giai the: {BINH_MINH}, don vi ke thua: {BINH_SON}"
    assert BINH_MINH not in {agency.code for agency in call().get_agencies_list()}
    [unit] = [u for u in call().get_synchronize_unit() if u.code == BINH_MINH]
    assert unit.deleted
    assert unit.version == 2


def test_a_recipient_that_does_not_exist_yet_is_neither_listed_nor_written_to(call, office):
    """Reorganisations are entered before their day."""
    entry = find_by_code(office, {BINH_MINH})[BINH_MINH]
    entry.valid_from = office.today() + timedelta(days=1)
    office.session().commit()
    error = refusal(lambda: call().send_edoc(edoc(), to=[BINH_MINH]))
    assert (error.code, entry.valid_from.strftime("%d/%m/%Y") in error.desc) == ("18", True)
    assert BINH_MINH not in {agency.code for agency in call().get_agencies_list()}
    entry.valid_from = office.today()
    office.session().commit()
    assert call().send_edoc(edoc(), to=[BINH_MINH])


def test_a_locked_recipient_is_refused(call, office, operator):
    entry = directory.listing(office, operator, BINH_MINH)[0][0]
    directory.set_locked(office, operator, entry.id, entry.version, True)
    assert refusal(lambda: call().send_edoc(edoc(), to=[BINH_MINH])).code == "23"


def test_nobody_may_fetch_or_acknowledge_what_is_not_theirs(call):
    sent = call().send_edoc(edoc(), to=[BINH_SON])
    [item] = call(BINH_SON).received_list()
    for doc_id in (sent, item.doc_id, "khong-co"):
        for act in (
            lambda d=doc_id: call(TINH_HA).get_edoc(d),
            lambda d=doc_id: call(TINH_HA).download_edoc(d),
            lambda d=doc_id: call(TINH_HA).update_status(d, "done"),
            lambda d=doc_id: call(TINH_HA).sent_list("edoc", d),
        ):
            error = refusal(act)
            assert (error.code, error.desc) == ("26", f"Khong tim thay van ban: {doc_id}")
    assert refusal(lambda: call().update_status(item.doc_id, "done")).code == "26"
    assert call(BINH_SON).received_list()[0].status == "INITIAL"


@pytest.mark.parametrize(
    "path",
    ["/axis", "/axis/", "/axis//", "/axis/khong-co", "/axis/sendEdoc", "/axis//a/b", "/axis/.."],
)
def test_never_a_page_and_never_a_redirect_under_axis(hub_app, path):
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = hub_app.test_client().open(path, method=method)
        assert (answer.status_code, answer.content_type) == (200, "application/json")
        if method != "HEAD":
            assert json.loads(answer.data)["status"] == "FAIL"
            assert answer.data.isascii()


def test_a_fault_of_ours_is_json_too_and_tells_nothing_of_it(hub_app, call, monkeypatch, caplog):
    from services.hub import lookup

    monkeypatch.setattr(lookup, "agency_records", lambda _: 1 / 0)
    caplog.set_level(logging.CRITICAL)
    headers = sign_headers({}, SON_TINH, SECRETS[SON_TINH], "application/json", utc_now())
    answer = hub_app.test_client().post("/axis/getAgenciesList", headers=headers)
    assert (answer.status_code, answer.json["ErrorCode"]) == (503, "20")
    assert b"ZeroDivision" not in answer.data


def test_a_body_over_the_limit_is_refused_in_json(hub_app, office):
    object.__setattr__(office.settings, "max_package", 100)
    arguments = {"from": SON_TINH, "messagetype": "edoc", "hash-file": "0" * 64}
    headers = sign_headers(
        arguments, SON_TINH, SECRETS[SON_TINH], "application/octet-stream", utc_now()
    )
    answer = hub_app.test_client().post("/axis/sendEdoc", headers=headers, data=edoc())
    assert (answer.status_code, answer.json["ErrorCode"], answer.json["DocId"]) == (200, "21", "")


def test_an_sdk_with_a_wrong_secret_reads_why_even_after_a_large_package(axis_url, tmp_path):
    path = tmp_path / "lon.edxml"
    path.write_bytes(edoc(text="x" * 3_000_000))
    sender = SdkClient(axis_url, SON_TINH, "sai", "2.0.0")
    result = sender.sendEdoc({"from": SON_TINH, "messagetype": "edoc"}, path)
    assert result.error_code == "15"
    assert "Sai chu ky HMAC" in result.error_desc


def test_a_district_node_has_no_axis_and_says_so_in_json(tmp_path):
    from demo import province
    from tests.conftest import make_node

    app = make_node(tmp_path / "st", province.SON_TINH)
    answer = app.test_client().post("/axis/sendEdoc", data=b"x")
    assert (answer.status_code, answer.json["status"]) == (200, "FAIL")
