"""The unmodified SDK's bytes over real HTTP servers, answered through `wire` and `reply`."""

import time
from pathlib import Path

import pytest

from tests.axis.sdk_client import SdkClient

ONE, TWO = "99.99.01.H99", "99.99.02.H99"
SECRET_ONE, SECRET_TWO = "bi-mat-cua-don-vi-mot", "bi-mat-moi"
PACKAGE = "<?xml version='1.0'?><edXML>Báo cáo tình hình</edXML>"


@pytest.fixture(params=["hub_url", "gunicorn_url"])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["2.0.0", "2.0.1"])
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "goi.edxml"
    # Its own bytes each time: gunicorn's hub lives through all the tests.
    path.write_text(f"{PACKAGE}<!-- {tmp_path.name} -->", encoding="utf-8")
    return path


def send(client: SdkClient, path: Path, sender: str = ONE, to: tuple[str, ...] = (TWO,)):
    members = {"from": sender, "servicetype": "eDoc", "messagetype": "edoc", "to": list(to)}
    return client.sendEdoc(members, path)


def test_a_document_goes_from_one_to_the_other_and_is_acknowledged(url, version, package, tmp_path):
    sender = SdkClient(url, ONE, SECRET_ONE, version)
    receiver = SdkClient(url, TWO, SECRET_TWO, version)
    sent = send(sender, package)
    assert (sent.status, sent.error_code, sent.error_desc) == ("OK", "0", "Thanh cong")
    assert sent.doc_id in [item["docId"] for item in receiver.getReceivedEdocList().items]
    got = receiver.getEdoc(sent.doc_id, str(tmp_path))
    assert got.saved.read_bytes() == package.read_bytes()
    assert receiver.updateStatus(sent.doc_id, "done").status == "OK"
    # One object for all calls: docId, filePath and status are still among its headers.
    assert sent.doc_id not in [item["docId"] for item in receiver.getReceivedEdocList().items]
    listed = sender.getSentEdocList(sent.doc_id)
    assert [(i["toCode"], i["sendStatus"]) for i in listed.items] == [(TWO, "done")]


def test_lists_of_agencies_keep_their_accents(url, version):
    client = SdkClient(url, ONE, SECRET_ONE, version)
    names = [agency["name"] for agency in client.getAgenciesList().items]
    assert "Ủy ban nhân dân xã Đông Hải" in names
    assert client.getSynchronizeUnit().items[0]["version"] == "7"
    assert len(client.getAgenciesListQD20().items) == 2


def test_calls_with_a_body_are_told_to_continue_at_once(url):
    client = SdkClient(url, ONE, SECRET_ONE)
    began = time.monotonic()
    assert client.registerAgency('{"code":"99.99.03.H99","name":"Phòng Ba"}').error_code == "0"
    assert client.deleteAgency("99.99.03.H99").error_code == "0"
    assert client.countReceiveEdoc().count >= 0
    assert client.countReceiveStatus().count >= 0
    assert time.monotonic() - began < 2, "the SDK waits three seconds for a missing 100 Continue"


def test_the_same_file_sent_twice_has_the_same_id(url, package):
    client = SdkClient(url, ONE, SECRET_ONE)
    assert send(client, package).doc_id == send(client, package).doc_id


def test_update_status_may_spell_the_id_in_small_letters(url, package):
    doc_id = send(SdkClient(url, ONE, SECRET_ONE), package).doc_id
    receiver = SdkClient(url, TWO, SECRET_TWO)
    assert receiver.getEdoc(doc_id).data.startswith(PACKAGE)
    assert receiver.updateStatus(doc_id, "done", spelled="docid").error_code == "0"


def test_a_left_over_id_in_the_other_spelling_is_refused_with_words(url, package):
    receiver = SdkClient(url, TWO, SECRET_TWO)
    receiver.updateStatus("mot-ma-khac", "fail", spelled="docid")
    doc_id = send(SdkClient(url, ONE, SECRET_ONE), package).doc_id
    result = receiver.updateStatus(doc_id, "done")
    assert (result.status, result.error_code) == ("FAIL", "25")
    assert "docId va docid khac nhau" in result.error_desc
    assert receiver.getReceivedEdocList().status == "OK"


def test_a_foreign_from_is_refused_in_the_words_of_the_axis(url, version, package):
    result = send(SdkClient(url, ONE, SECRET_ONE, version), package, sender=TWO)
    assert (result.status, result.error_code, result.doc_id) == ("FAIL", "19", "")
    expected = f"Don vi gui {TWO} khong dung voi ma da dang ky: {ONE}"
    assert result.error_desc == expected


@pytest.mark.parametrize(
    ("system_id", "secret"), [(ONE, "sai"), ("99.99.77.H99", SECRET_ONE), (ONE, SECRET_TWO)]
)
def test_a_wrong_secret_or_id_fails_readably_in_every_operation(
    url, version, package, system_id, secret
):
    client = SdkClient(url, system_id, secret, version)
    assert send(client, package).error_code == "15"
    assert client.getAgenciesList().error_code == "15"
    assert client.getEdoc("1").error_code == ("15")
    assert client.updateStatus("1", "done").error_code == "15"


def test_the_old_secret_is_good_while_it_is_being_replaced(url):
    assert SdkClient(url, TWO, "bi-mat-cu").getAgenciesList().error_code == "0"


def test_an_unknown_document_is_a_readable_failure_for_both_versions(url, version):
    result = SdkClient(url, ONE, SECRET_ONE, version).getEdoc("khong-co")
    assert (result.status, result.error_code) == ("FAIL", "26")
    assert result.error_desc == "Khong tim thay van ban: khong-co"


def test_accented_arguments_are_refused_with_a_hint_at_ascii(url):
    # Letters whose low byte is a control character (ă, Đ) get a 400 from gunicorn itself.
    result = SdkClient(url, ONE, SECRET_ONE).getEdoc("1", filePath="/tmp/hạtế")
    assert result.error_code == "15"
    assert "ASCII" in result.error_desc


def test_a_thousand_recipients_pass_where_the_header_limit_is_raised(url, package):
    to = tuple(f"99.{n:03}.77.H99" for n in range(1000))
    sender = SdkClient(url, ONE, SECRET_ONE)
    doc_id = send(sender, package, to=to).doc_id
    assert len(sender.getSentEdocList(doc_id).items) == 1000


def test_a_doubled_slash_in_the_address_is_accepted(url):
    assert SdkClient(url + "/", ONE, SECRET_ONE).getAgenciesList().error_code == "0"


def test_download_gives_the_file_itself(url, package, tmp_path):
    client = SdkClient(url, ONE, SECRET_ONE, "2.0.1")
    doc_id = send(client, package).doc_id
    assert client.downloadEdoc(doc_id, str(tmp_path)).read_bytes() == package.read_bytes()


def test_what_reaches_the_server_is_what_the_sdk_is_known_to_send(hub, hub_url, package):
    client = SdkClient(hub_url, ONE, SECRET_ONE)
    client.getReceivedEdocList()
    client.getEdoc("1")
    send(client, package)
    listed, fetched, sent = hub.recorded
    assert (listed.environ["CONTENT_LENGTH"], "HTTP_EXPECT" in listed.environ) == ("0", False)
    assert (fetched.body, fetched.environ["HTTP_EXPECT"]) == (b"{}", "100-continue")
    assert sent.environ["CONTENT_TYPE"] == "application/octet-stream"
    assert sent.body == package.read_bytes() + b"\r\n"
    assert sent.environ["HTTP_USER_AGENT"] == "JAVASDKAgent/1.0.0 XRoad/VPCP"
    stamps = {call.environ["HTTP_XROADVNPT_TIMESTAMP"] for call in hub.recorded}
    assert len(stamps) == 1, "one stamp for the object's life"
    assert "HTTP_XROADVNPT_DOCID" in sent.environ, "left over from getEdoc"


def test_members_come_in_the_order_of_a_java_hash_map(hub, hub_url):
    SdkClient(hub_url, ONE, SECRET_ONE).getEdoc("1")
    key = hub.recorded[0].environ["HTTP_XROADVNPT_SIGN_HEADER_KEY"]
    assert key == "systemid;docId;filePath;timestamp;Content-Type"


def test_two_spellings_reach_a_wsgi_server_merged_and_are_read_apart(hub, hub_url):
    client = SdkClient(hub_url, TWO, SECRET_TWO)
    client.updateStatus("a", "done", spelled="docid")
    client.updateStatus("b", "done")
    merged = hub.recorded[-1].environ["HTTP_XROADVNPT_DOCID"]
    assert sorted(merged.split(",")) == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "lists", "edoc", "sent"),
    [
        (b"", "empty", "empty", "empty"),
        (b"<html>502</html>", None, None, None),
        (None, "empty", None, None),
        (b'{"status":"FAIL","ErrorCode":"9","ErrorDesc":"x"}', "9", "empty", "empty"),
        (b'{"status":null,"ErrorCode":"0","ErrorDesc":"x"}', "empty", "empty", "empty"),
    ],
)
def test_the_emulated_sdk_loses_answers_as_the_real_one_does(
    blunt, package, content, lists, edoc, sent
):
    server = blunt(content)
    client = SdkClient(server.url, ONE, SECRET_ONE, "2.0.0")
    for result, expected in (
        (client.getAgenciesList(), lists),
        (client.getEdoc("1"), edoc),
        (send(client, package), sent),
    ):
        code = result and (result.error_code or "empty")
        assert code == expected
    assert server.calls == (3 + 3 + 2 if content is None else 3)


def test_the_newer_sdk_takes_garbage_for_an_empty_list_and_one_null_loses_the_list(blunt):
    newer = SdkClient(blunt(b"<html>").url, ONE, SECRET_ONE, "2.0.1")
    assert newer.getReceivedEdocList().items == []
    null = b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":[{"docId":"1","to":null}]}'
    result = SdkClient(blunt(null).url, ONE, SECRET_ONE).getReceivedEdocList()
    assert (result.status, result.items) == ("OK", None)
