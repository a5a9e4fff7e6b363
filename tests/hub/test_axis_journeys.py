"""The whole axis against the real hub behind a real server: the unmodified SDK's behaviour and our
own client's, one journey each."""

import httpx
import pytest

from adapters.axis.client import AxisClient
from adapters.axis.wire import sign_headers
from services import audit_chain
from services.office import utc_now
from tests.axis.sdk_client import SdkClient
from tests.hub.packages import BINH_MINH, BINH_SON, SECRETS, SON_TINH, client, edoc, status


def sdk(url: str, code: str, version: str = "2.0.0", **options) -> SdkClient:
    return SdkClient(url, code, options.get("secret", SECRETS.get(code, "x")), version)


@pytest.fixture
def file(tmp_path):
    def write(data: bytes):
        path = tmp_path / "van-ban.edxml"
        path.write_bytes(data)
        return path

    return write


def header(sender: str = SON_TINH, kind: str = "edoc", **more) -> dict:
    return {"from": sender, "servicetype": "eDoc", "messagetype": kind, **more}


@pytest.mark.parametrize("version", ["2.0.0", "2.0.1"])
def test_the_unmodified_sdk_does_the_whole_journey(axis_url, file, tmp_path, version):
    sender, receiver = sdk(axis_url, SON_TINH, version), sdk(axis_url, BINH_SON, version)
    directory = {item["code"]: item["name"] for item in sender.getAgenciesList().items}
    assert directory[BINH_SON] == "Ủy ban nhân dân huyện Bình Sơn"
    package = edoc()
    sent = sender.sendEdoc(header(), file(package))
    assert (sent.status, sent.error_code, sent.error_desc) == ("OK", "0", "Thanh cong")
    [waiting] = receiver.getReceivedEdocList("edoc").items
    assert (waiting["from"], waiting["to"], waiting["status"]) == (SON_TINH, BINH_SON, "INITIAL")
    fetched = receiver.getEdoc(waiting["docId"], str(tmp_path))
    assert fetched.data.encode() == package
    assert receiver.updateStatus(waiting["docId"], "done").error_code == "0"
    assert receiver.getReceivedEdocList("edoc").items == []
    [row] = sender.getSentEdocList(sent.doc_id).items
    assert (row["senderDocId"], row["receiverDocId"]) == (sent.doc_id, waiting["docId"])
    assert (row["toCode"], row["receiveStatus"], row["notation"]) == (
        BINH_SON,
        "DONE",
        "45/UBND-NV",
    )
    assert row["title"] == "V/v báo cáo rà soát tài sản công, bản một"


def test_a_status_message_goes_back_to_the_sender_of_the_document(axis_url, file):
    receiver, sender = sdk(axis_url, BINH_SON), sdk(axis_url, SON_TINH)
    sent = receiver.sendEdoc(header(BINH_SON, "status"), file(status()))
    assert sent.error_code == "0"
    assert sender.getReceivedEdocList("edoc").items == []
    [waiting] = sender.getReceivedEdocList("status").items
    assert (waiting["messageType"], waiting["from"]) == ("status", BINH_SON)
    assert sender.getEdoc(waiting["docId"]).data.encode() == status()


def test_one_sdk_object_may_be_used_for_everything_although_its_headers_pile_up(axis_url, file):
    one = sdk(axis_url, BINH_SON)
    sdk(axis_url, SON_TINH).sendEdoc(header(), file(edoc()))
    [waiting] = one.getReceivedEdocList("edoc").items
    one.getEdoc(waiting["docId"])
    sent = one.sendEdoc(header(BINH_SON, "status"), file(status("01")))
    assert sent.error_code == "0", "docId and filePath of getEdoc are still in the headers"
    assert one.getReceivedEdocList("edoc").items[0]["status"] == "PROCESSING"
    assert one.getSentEdocList(sent.doc_id, "status").items[0]["toCode"] == SON_TINH
    assert one.getAgenciesList().error_code == "0"


def test_both_spellings_of_an_id_that_differ_are_refused_with_the_reason(axis_url, file):
    receiver = sdk(axis_url, BINH_SON)
    sdk(axis_url, SON_TINH).sendEdoc(header(to=[BINH_SON]), file(edoc()))
    [waiting] = receiver.getReceivedEdocList("edoc").items
    assert receiver.updateStatus(waiting["docId"], "processing", spelled="docid").error_code == "0"
    refused = receiver.updateStatus("khac", "done", spelled="docId")
    assert (refused.status, refused.error_code) == ("FAIL", "25")
    assert "docId va docid" in refused.error_desc


def test_an_endpoint_with_a_trailing_slash_works(axis_url, file):
    assert sdk(axis_url + "/", SON_TINH).getAgenciesList().error_code == "0"
    assert sdk(axis_url + "/", SON_TINH).sendEdoc(header(), file(edoc())).error_code == "0"


def test_counts_and_downloads_of_the_newer_sdk(axis_url, file, tmp_path):
    sender, receiver = sdk(axis_url, SON_TINH, "2.0.1"), sdk(axis_url, BINH_SON, "2.0.1")
    sender.sendEdoc(header(), file(edoc()))
    assert (receiver.countReceiveEdoc().count, receiver.countReceiveStatus().count) == (1, 0)
    [waiting] = receiver.getReceivedEdocList("edoc").items
    assert receiver.downloadEdoc(waiting["docId"], str(tmp_path)).read_bytes() == edoc()
    assert {item["code"] for item in receiver.getAgenciesListQD20().items} >= {SON_TINH}
    [unit] = [u for u in receiver.getSynchronizeUnit().items if u["code"] == SON_TINH]
    assert (unit["deleted"], unit["isAgency"]) == ("false", "true")
    assert unit["centerCode"] == "000.00.00.H48"


def test_registering_by_protocol_is_refused_in_words(axis_url):
    for refused in (
        sdk(axis_url, SON_TINH).registerAgency('{"code":"000.09.99.H48"}'),
        sdk(axis_url, SON_TINH).deleteAgency(BINH_SON),
    ):
        assert (refused.status, refused.error_code) == ("FAIL", "29")
        assert "sau khi don vi van hanh truc cho phep" in refused.error_desc


def test_our_client_does_the_same_journey_in_process(hub_app):
    transport = httpx.WSGITransport(hub_app)
    sender = client("http://hub.example/axis", SON_TINH, transport=transport)
    receiver = client("http://hub.example/axis", BINH_SON, transport=transport)
    doc_id = sender.send_edoc(edoc(), to=[BINH_SON, BINH_MINH])
    [item] = receiver.received_list("edoc")
    assert receiver.get_edoc(item.doc_id) == receiver.download_edoc(item.doc_id) == edoc()
    receiver.update_status(item.doc_id, "done")
    states = {row.to_code: row.receive_status for row in sender.sent_list("edoc", doc_id)}
    assert states == {BINH_SON: "DONE", BINH_MINH: "INITIAL"}
    assert sender.get_edoc(doc_id) == edoc(), "a sender may look at what it sent"
    assert len(sender.get_synchronize_unit()) == len(sender.get_agencies_list()) == 9
    assert list(audit_chain.verify(hub_app.extensions["office"].session())) == []


def test_the_client_takes_a_fault_of_the_hub_for_temporary(hub_app, monkeypatch):
    from adapters.axis.client import TemporaryAxisError
    from services.hub import acceptance

    monkeypatch.setattr(acceptance, "accept", lambda *_: 1 / 0)
    wsgi = httpx.WSGITransport(hub_app)
    sender = AxisClient("http://hub.example/axis", SON_TINH, SECRETS[SON_TINH], transport=wsgi)
    with pytest.raises(TemporaryAxisError, match="HTTP 503"):
        sender.send_edoc(edoc())


@pytest.mark.parametrize("operation", ["getReceivedEdocList", "getSentEdocList"])
def test_a_kind_of_message_left_empty_is_the_usual_one(hub_app, operation):
    arguments, own = {"servicetype": "eDoc", "messagetype": " "}, SECRETS[SON_TINH]
    headers = sign_headers(arguments, SON_TINH, own, "application/json", utc_now())
    answer = hub_app.test_client().post(f"/axis/{operation}", headers=headers)
    assert (answer.status_code, answer.json["ErrorCode"]) == (200, "0")
