"""Signed headers that somebody caught and uses again: the protocol has no nonce and does not sign
the operation, so what they are good for is held as small as it can be."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from adapters.axis.body import CRLF, hash_forms
from adapters.axis.wire import sign_headers
from models.hub import Delivery, HubMessage
from services.office import utc_now
from tests.axis.sdk_client import SdkClient
from tests.hub.packages import BINH_SON, SECRETS, SON_TINH, edoc
from tests.hub.test_axis_journeys import file, header  # noqa: F401

JSON, OCTETS = "application/json", "application/octet-stream"
LIST = {"servicetype": "eDoc", "messagetype": "edoc"}


def caught(arguments: dict, kind: str = JSON, at=None, code: str = SON_TINH) -> list:
    return sign_headers(arguments, code, SECRETS[code], kind, at or utc_now())


def sending(data: bytes) -> dict:
    import hashlib

    return {"from": SON_TINH, **LIST, "hash-file": hash_forms(hashlib.sha256(data).digest())[1]}


@pytest.fixture
def replay(hub_app):
    """Uses caught headers for an operation of one's choice; gives the ErrorCode."""
    with httpx.Client(transport=httpx.WSGITransport(hub_app), base_url="http://hub/axis") as line:

        def call(headers, operation: str, body: bytes = b"") -> str:
            answer = line.post(f"/{operation}", headers=headers, content=body)
            return answer.json()["ErrorCode"]

        yield call


def count(office, model) -> int:
    return office.session().scalar(select(func.count()).select_from(model))


def test_a_caught_sending_sends_nothing_new(office, replay):
    headers = caught(sending(edoc()), OCTETS)
    assert [replay(headers, "sendEdoc", edoc() + CRLF) for _ in range(3)] == ["0"] * 3
    assert (count(office, HubMessage), count(office, Delivery)) == (1, 1)
    assert replay(headers, "sendEdoc", edoc(text="khác") + CRLF) == "10"
    assert count(office, HubMessage) == 1


def test_what_was_caught_of_a_list_sends_nothing(office, replay):
    """Neither bare nor with what the object still carries from a sending before."""
    bare, carried = caught(LIST), caught(sending(edoc()))
    assert replay(bare, "sendEdoc", edoc() + CRLF) == "19"
    assert replay(carried, "sendEdoc", edoc(text="khác") + CRLF) == "10"
    assert count(office, HubMessage) == 0


def test_an_acknowledgement_again_changes_nothing(office, replay):
    replay(caught(sending(edoc()), OCTETS), "sendEdoc", edoc() + CRLF)
    doc_id = office.session().scalar(select(Delivery.doc_id))
    failed = caught({"docId": doc_id, "status": "fail"}, code=BINH_SON)
    done = caught({"docId": doc_id, "status": "done"}, code=BINH_SON)
    assert [replay(each, "updateStatus") for each in (failed, done, failed)] == ["0"] * 3
    office.session().expire_all()
    assert office.session().scalar(select(Delivery.state)) == "DONE", "done is the end"


@pytest.mark.parametrize("ahead", [-3, 3], ids=["old", "of-the-future"])
def test_an_operator_may_let_caught_calls_grow_too_old(office, replay, ahead):
    stale = caught(LIST, at=utc_now() + timedelta(days=ahead))
    assert replay(stale, "getReceivedEdocList") == "0", "an SDK's object lives for months"
    object.__setattr__(office.settings, "stamp_days", 2)
    assert replay(stale, "getReceivedEdocList") == "15"
    assert replay(caught(LIST), "getReceivedEdocList") == "0"


@pytest.mark.parametrize("version", ["2.0.0", "2.0.1"])
def test_the_unmodified_sdk_passes_with_all_of_this(office, axis_url, file, version):  # noqa: F811
    object.__setattr__(office.settings, "stamp_days", 1)
    one = SdkClient(axis_url, SON_TINH, SECRETS[SON_TINH], version)
    assert one.sendEdoc(header(), file(edoc())).error_code == "0"
    assert one.getReceivedEdocList().items == []
    assert one.sendEdoc(header(), file(edoc())).error_code == "0"
    assert one.getAgenciesList().error_code == "0"
