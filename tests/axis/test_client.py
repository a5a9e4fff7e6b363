"""AxisClient against the loopback hub, in process and over gunicorn, and against bad servers."""

import json
import logging
import socket

import httpx
import pytest

from adapters.axis import reply
from adapters.axis.client import AxisClient, PermanentAxisError, TemporaryAxisError
from adapters.axis.records import AgencyRecord, ReceivedItem
from domain.errors import Invalid
from tests.axis.loopback_hub import LoopbackHub

ONE, TWO = "99.99.01.H99", "99.99.02.H99"
SECRET_ONE, SECRET_TWO = "bi-mat-cua-don-vi-mot", "bi-mat-moi"
PACKAGE = "<edXML>Kế hoạch quý IV</edXML>\r\n".encode()


def in_process(hub: LoopbackHub, system_id: str = ONE, secret: str = SECRET_ONE) -> AxisClient:
    return AxisClient("http://hub.example", system_id, secret, transport=httpx.WSGITransport(hub))


def answering(content: bytes, status: int = 200, headers: dict | None = None) -> AxisClient:
    """A client whose server is a WSGI app that always says the same."""

    def app(environ, start_response):
        start_response(f"{status} -", list((headers or {}).items()))
        return [content]

    return AxisClient("http://hub.example", ONE, "s", transport=httpx.WSGITransport(app))


def journey(sender: AxisClient, receiver: AxisClient, package: bytes) -> None:
    doc_id = sender.send_edoc(package, to=[TWO])
    assert sender.send_edoc(package, to=[TWO]) == doc_id
    waiting = {item.doc_id: item for item in receiver.received_list("edoc")}
    assert waiting[doc_id].from_code == ONE
    assert doc_id not in {item.doc_id for item in receiver.received_list("status")}
    assert receiver.get_edoc(doc_id) == package
    assert receiver.download_edoc(doc_id) == package
    receiver.update_status(doc_id, "done")
    assert doc_id not in {item.doc_id for item in receiver.received_list("edoc")}
    [listed] = sender.sent_list("edoc", doc_id)
    assert (listed.to_code, listed.send_status) == (TWO, "done")


def test_a_package_ending_in_its_own_line_end_travels_unchanged_in_process(hub):
    journey(in_process(hub), in_process(hub, TWO, SECRET_TWO), PACKAGE)


def test_the_same_journey_over_gunicorn(gunicorn_url):
    with (
        AxisClient(gunicorn_url, ONE, SECRET_ONE) as sender,
        AxisClient(gunicorn_url, TWO, SECRET_TWO) as receiver,
    ):
        journey(sender, receiver, b"<edXML>gunicorn</edXML>")


def test_the_other_operations_bring_typed_results(hub):
    client = in_process(hub)
    assert client.get_agencies_list()[1].name == "Ủy ban nhân dân xã Đông Hải"
    assert client.get_agencies_list_qd20("2")[0].code == ONE
    assert json.loads(json.dumps(hub.recorded[-1].environ["HTTP_XROADVNPT_LEVEL"])) == "2"
    unit = client.get_synchronize_unit()[0]
    assert (unit.version, unit.deleted, unit.is_agency, unit.pid) == (7, False, True, None)
    client.register_agency({"code": "99.99.05.H99", "name": "Phòng Năm"})
    assert hub.registered == [{"code": "99.99.05.H99", "name": "Phòng Năm"}]
    client.delete_agency("99.99.05.H99")
    assert hub.registered == []
    client.send_edoc(PACKAGE, to=[ONE])
    assert (client.count_receive_edoc(), client.count_receive_status()) == (1, 1)


def test_it_sends_the_bytes_and_headers_of_the_sdk(hub):
    client = in_process(hub)
    client.send_edoc(PACKAGE, "status")
    sent = hub.recorded[-1]
    assert sent.body == PACKAGE + b"\r\n"
    assert sent.environ["CONTENT_TYPE"] == "application/octet-stream"
    assert sent.environ["HTTP_USER_AGENT"] == "JAVASDKAgent/1.0.0 XRoad/VPCP"
    assert sent.environ["HTTP_XROADVNPT_MESSAGETYPE"] == "status"
    assert "HTTP_XROADVNPT_TO" not in sent.environ
    client.count_receive_edoc()
    assert hub.recorded[-1].body == b"{}"


def test_a_refusal_of_the_hub_is_permanent_and_carries_its_code_and_words(hub):
    with pytest.raises(PermanentAxisError) as caught:
        in_process(hub, ONE, "sai").send_edoc(PACKAGE)
    assert caught.value.code == "15"
    assert "Sai chu ky HMAC" in caught.value.desc
    with pytest.raises(PermanentAxisError, match="26: Khong tim thay van ban: x"):
        in_process(hub).download_edoc("x")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (reply.encode(reply.accepted("1")), 500),
        (reply.encode(reply.accepted("1")), 503),
        (b"<html>Bad gateway</html>", 502),
        (b"<html>welcome</html>", 200),
        (b"", 200),
        (b"[]", 200),
        (b'"OK"', 200),
        (b'{"status":"OK"}', 200),
        (b'{"status":"OK","ErrorCode":"0"}', 200),
        (b'{"status":"OK","ErrorCode":"0","DocId":null}', 200),
        (b"[" * 100_000, 200),
        (b"not found", 404),
    ],
)
def test_no_usable_answer_to_a_sending_is_temporary(content, status):
    with pytest.raises(TemporaryAxisError):
        answering(content, status).send_edoc(PACKAGE)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status):
    client = answering(b"", status, {"Location": "https://elsewhere.example/sendEdoc"})
    with pytest.raises(TemporaryAxisError, match=f"HTTP {status}"):
        client.send_edoc(PACKAGE)


def test_success_may_be_a_number_and_comes_with_any_4xx_but_a_fail_is_a_fail():
    assert answering(b'{"status":"OK","ErrorCode":0,"DocId":7}', 404).send_edoc(PACKAGE) == "7"
    with pytest.raises(PermanentAxisError):
        answering(b'{"status":"FAIL","ErrorCode":0,"DocId":"7"}').send_edoc(PACKAGE)


@pytest.mark.parametrize("data", [None, "", {}, [1], ["x"]])
def test_a_list_that_is_none_is_temporary_and_never_an_empty_list(data):
    content = json.dumps({"status": "OK", "ErrorCode": "0", "data": data}).encode()
    with pytest.raises(TemporaryAxisError):
        answering(content).received_list()


@pytest.mark.parametrize("data", [None, "", 7, "kh\u00f4ng", "abc"])
def test_a_package_that_is_not_base64_is_temporary(data):
    content = json.dumps({"status": "OK", "ErrorCode": "0", "data": data}).encode()
    with pytest.raises(TemporaryAxisError):
        answering(content).get_edoc("1")


def test_base64_in_lines_is_read():
    content = b'{"status":"OK","ErrorCode":"0","data":"PGEv\\r\\nPg==\\n"}'
    assert answering(content).get_edoc("1") == b"<a/>"


@pytest.mark.parametrize("page", [b"<html><body>502", b"<!DOCTYPE html><p>", b"\xef\xbb\xbf", b"x"])
def test_an_error_page_is_never_taken_for_a_downloaded_package(page):
    with pytest.raises(TemporaryAxisError):
        answering(page).download_edoc("1")


def test_a_server_that_hangs_up_or_is_not_there_is_temporary(blunt):
    server = blunt(None)
    with pytest.raises(TemporaryAxisError, match="sendEdoc"):
        AxisClient(server.url, ONE, "s").send_edoc(PACKAGE)
    assert server.calls == 1, "the outbox repeats, not the client"
    with pytest.raises(TemporaryAxisError, match="ConnectError"):
        AxisClient("http://127.0.0.1:1", ONE, "s").received_list()


def test_a_silent_server_is_given_up_after_the_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TemporaryAxisError, match="ReadTimeout"):
            AxisClient(url, ONE, "s", timeout=0.05).received_list()


def test_other_hubs_numbers_for_texts_and_unknown_members_are_read():
    item = {"docId": 12, "to": None, "status": ["x"], "contentLength": "34", "khac": 1}
    content = json.dumps({"status": "OK", "ErrorCode": "0", "data": [item]}).encode()
    [read] = answering(content).received_list()
    assert read == ReceivedItem(doc_id="12", content_length=34)


def test_records_go_to_the_wire_without_nulls_and_come_back_equal():
    record = AgencyRecord(id="1", code="H99", name="Tỉnh", old_code="000.00.00.H99")
    assert record.to_wire() == {
        "id": "1", "code": "H99", "name": "Tỉnh", "oldCode": "000.00.00.H99",
    }  # fmt: skip
    assert AgencyRecord.from_wire(record.to_wire()) == record


def test_the_secret_shows_neither_in_repr_nor_in_logs_nor_in_errors(hub, caplog):
    caplog.set_level(logging.DEBUG)
    client = in_process(hub, ONE, "bi-mat-khong-ai-thay")
    with pytest.raises(PermanentAxisError) as caught:
        client.received_list()
    seen = repr(client) + caplog.text + repr(caught.value)
    assert "bi-mat-khong-ai-thay" not in seen
    assert ONE in repr(client)


@pytest.mark.parametrize(
    "endpoint",
    ["", "hub.example", "ftp://hub.example", "https://h/api?x=1", "https://h/#a", "http://u:p@h"],
)
def test_an_address_that_cannot_carry_operations_is_refused(endpoint):
    with pytest.raises(Invalid, match="axis-endpoint-invalid"):
        AxisClient(endpoint, ONE, "s")


def test_a_path_and_a_trailing_slash_in_the_address_are_kept_apart():
    assert AxisClient("https://hub.example/api/", ONE, "s").endpoint == "https://hub.example/api"


def test_words_the_axis_does_not_know_are_refused_before_anything_is_sent(hub):
    client = in_process(hub)
    for call in (
        lambda: client.update_status("1", "01"),
        lambda: client.received_list("letter"),
        lambda: client.send_edoc(b"<a/>", "letter"),
    ):
        with pytest.raises(ValueError, match="no such"):
            call()
    assert hub.recorded == []


def test_an_untrusted_certificate_is_not_accepted(tmp_path):
    from tests.axis.tls import self_signed_server

    with self_signed_server(tmp_path) as (url, trusting):
        with pytest.raises(TemporaryAxisError, match="ConnectError"):
            AxisClient(url, ONE, "s").received_list()
        client = AxisClient(url, ONE, "s", transport=httpx.HTTPTransport(verify=trusting))
        assert client.received_list() == []
