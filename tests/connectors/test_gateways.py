"""The connectors to provincial gateways against simulators over real HTTP: they can be asked what
AxisClient can be asked, and say the same of what goes wrong."""

import random

import pytest

from adapters.axis.body import InMemory
from adapters.axis.client import AxisClient
from adapters.axis.connectors import ConnectorKind, Credentials, open_connector
from adapters.axis.errors import NotOffered, PermanentAxisError, TemporaryAxisError
from adapters.files import FileStore
from domain.errors import Invalid
from tests.connectors.simulators import CLIENT, LOCKED, ONE, TWO, UNIT_SECRETS, UNKNOWN

PACKAGE = "<edXML>Kế hoạch quý IV</edXML>\r\n".encode()


def connector(kind: str, endpoint: str, unit: str = ONE, **changes):
    values = {"secret": UNIT_SECRETS[unit], "client_id": CLIENT[0], "client_secret": CLIENT[1]}
    return open_connector(kind, endpoint, unit, Credentials(**values | changes))


def test_a_package_goes_from_one_to_the_other_and_is_acknowledged(gateway):
    kind, simulator, endpoint = gateway
    with connector(kind, endpoint) as sender, connector(kind, endpoint, TWO) as receiver:
        doc_id = sender.send_edoc(PACKAGE, "edoc", [TWO])
        assert sender.send_edoc(PACKAGE, "edoc", [TWO]) == doc_id
        [item] = receiver.received_list("edoc")
        assert (item.from_code, item.to_code) == (ONE, TWO)
        assert receiver.received_list("status") == []
        assert receiver.get_edoc(item.doc_id) == PACKAGE
        receiver.update_status(item.doc_id, "done")
        assert receiver.received_list("edoc") == []
        assert [kept.status for kept in simulator.kept] == ["done"]
        assert [agency.code for agency in sender.get_agencies_list()] == [ONE, TWO]


def test_a_larger_package_goes_out_of_a_file_and_into_one(gateway, tmp_path):
    kind, simulator, endpoint = gateway
    files, data = FileStore(tmp_path), b"<edXML>" + random.Random(1).randbytes(900_001)
    package = InMemory(data)
    with connector(kind, endpoint) as sender, connector(kind, endpoint, TWO) as receiver:
        if kind == "token":
            receiver.received_list()
            simulator.tokens.clear()
        sender.send_edoc(package, "edoc", [TWO])
        [kept] = simulator.kept
        assert kept.data == data
        assert receiver.get_edoc(kept.doc_id, files.put) == package.sha256
    assert files.read(package.sha256) == data


def test_statuses_travel_as_such(gateway):
    kind, _simulator, endpoint = gateway
    with connector(kind, endpoint) as sender, connector(kind, endpoint, TWO) as receiver:
        sender.send_edoc(PACKAGE, "status", [TWO])
        assert len(receiver.received_list("status")) == 1


@pytest.mark.parametrize("code", ["10", "15", "18", "19", "21", "22", "23", "77"])
def test_a_coded_refusal_is_final_and_keeps_its_code(gateway, code):
    kind, simulator, endpoint = gateway
    with connector(kind, endpoint) as sender:
        simulator.trouble = [code]
        with pytest.raises(PermanentAxisError) as refusal:
            sender.send_edoc(PACKAGE)
    assert (refusal.value.code, refusal.value.desc) == (code, f"Ma loi {code}")


@pytest.mark.parametrize("trouble", ["20", 500, 502, 503, 429, 302], ids=str)
def test_a_fault_over_there_may_be_tried_again(gateway, trouble):
    kind, simulator, endpoint = gateway
    with connector(kind, endpoint) as sender:
        simulator.trouble = [trouble]
        with pytest.raises(TemporaryAxisError):
            sender.send_edoc(PACKAGE)
        assert sender.send_edoc(PACKAGE)


@pytest.mark.parametrize(
    ("to", "data", "code"),
    [
        ([UNKNOWN], PACKAGE, "18"),
        ([LOCKED], PACKAGE, "23"),
        ([TWO], b"khong phai xml", "22"),
        ([TWO], b"", "10"),
    ],
)
def test_what_the_gateway_itself_refuses(gateway, to, data, code):
    kind, _simulator, endpoint = gateway
    with connector(kind, endpoint) as sender, pytest.raises(PermanentAxisError, match=code):
        sender.send_edoc(data, "edoc", to)


def test_a_wrong_secret_of_the_unit_is_final(gateway):
    kind, _simulator, endpoint = gateway
    with connector(kind, endpoint, secret="sai") as sender:
        for call in (lambda: sender.send_edoc(PACKAGE), sender.received_list):
            with pytest.raises(PermanentAxisError, match="15"):
                call()


def test_nobody_there_is_temporary(gateway):
    kind, _simulator, _endpoint = gateway
    with (
        connector(kind, "http://127.0.0.1:9/v") as sender,
        pytest.raises(TemporaryAxisError, match="ConnectError"),
    ):
        sender.send_edoc(PACKAGE)


@pytest.mark.parametrize("content", [b"<html>200</html>", b"", b"[", b"[1]", b'{"data": []}', None])
def test_an_answer_that_is_none_is_temporary(blunt, content):
    server = blunt(content)
    with connector("multipart", server.url) as sender:
        for call in (lambda: sender.send_edoc(PACKAGE), sender.received_list):
            with pytest.raises(TemporaryAxisError):
                call()
    with connector("token", server.url) as sender, pytest.raises(TemporaryAxisError):
        sender.send_edoc(PACKAGE)


def test_what_a_gateway_does_not_have_is_said_so(gateway):
    kind, _simulator, endpoint = gateway
    with connector(kind, endpoint) as line:
        for call in (
            lambda: line.poll_received({}),
            lambda: line.await_received({}, "", 1),
            lambda: line.directory_changes(0),
            lambda: line.lodge_audit_head(1, "a"),
            line.audit_heads,
        ):
            with pytest.raises(NotOffered):
                call()


def test_the_multipart_gateway_tells_what_became_of_a_package(multipart_gateway):
    _simulator, endpoint = multipart_gateway
    with connector("multipart", endpoint) as sender:
        doc_id = sender.send_edoc(PACKAGE, "edoc", [ONE, TWO])
        told = {item.to_code: item.receive_status for item in sender.sent_list("edoc", doc_id)}
    assert told == {ONE: "initial", TWO: "initial"}


# --- tokens ------------------------------------------------------------------------------------


def test_a_token_is_asked_for_once_and_again_when_its_time_is_over(token_gateway):
    simulator, endpoint = token_gateway
    with connector("token", endpoint) as line:
        for _ in range(3):
            line.received_list()
        assert simulator.calls.count("POST /token") == 1
    simulator.lasts = 0
    with connector("token", endpoint) as line:
        for _ in range(3):
            line.received_list()
    assert simulator.calls.count("POST /token") == 4


def test_a_token_that_the_gateway_has_forgotten_is_replaced_within_the_call(token_gateway):
    simulator, endpoint = token_gateway
    with connector("token", endpoint) as line:
        line.received_list()
        simulator.tokens.clear()
        assert line.received_list() == []
    assert simulator.calls.count("POST /token") == 2


def test_wrong_client_credentials_are_final(token_gateway):
    _simulator, endpoint = token_gateway
    with (
        connector("token", endpoint, client_secret="sai") as line,
        pytest.raises(PermanentAxisError, match="15"),
    ):
        line.received_list()


def test_an_unknown_document_is_final(token_gateway):
    _simulator, endpoint = token_gateway
    with connector("token", endpoint) as line, pytest.raises(PermanentAxisError, match="26"):
        line.get_edoc("khong/co")


# --- what they share ---------------------------------------------------------------------------


def test_the_axis_is_a_connector_like_the_others():
    line = open_connector(ConnectorKind.AXIS, "http://hub.example", ONE, Credentials("s"))
    assert isinstance(line, AxisClient)


@pytest.mark.parametrize("kind", list(ConnectorKind))
@pytest.mark.parametrize("address", ["ftp://x", "http://", "http://a/b?c=d", "http://u:p@a"])
def test_an_address_that_is_none_is_refused(kind, address):
    with pytest.raises(Invalid, match="axis-endpoint-invalid"):
        open_connector(kind, address, ONE, Credentials("s"))


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials("khoa"),
        Credentials('{"khoa'),
        Credentials('{"secret": "x"}'),
        Credentials("khoa", "a:b", "c"),
        Credentials("", "a", ""),
    ],
)
def test_credentials_are_read_as_they_were_written_and_not_shown(credentials):
    assert Credentials.read(str(credentials)) == credentials
    assert "khoa" not in repr(credentials)


def test_no_secret_is_in_what_a_connector_says_of_itself(token_gateway):
    _simulator, endpoint = token_gateway
    with connector("token", endpoint) as line:
        assert UNIT_SECRETS[ONE] not in repr(line)
        assert CLIENT[1] not in repr(line)
