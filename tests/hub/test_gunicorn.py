"""The hub as it is deployed: gunicorn with our settings, headers far beyond its usual limits, and
real packages from outside."""

import http.client
import json
import re
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import NodeRole
from demo import province, seed
from domain.text import fold
from extensions import db
from models.hub import DirectoryEntry
from services.hub.envelope import open_envelope
from tests.axis.sdk_client import SdkClient
from tests.conftest import SHARED, make_node, make_settings
from tests.hub.packages import BINH_SON, SECRETS, SON_TINH, edoc
from tests.hub.serving import served

# As long as codes may be, so that the headers are as long as they can get.
MANY = [f"000.{n:02d}.{m:02d}.{'0' * 21}.H97" for n in range(1, 51) for m in range(1, 21)][:999]


@pytest.fixture(scope="module")
def hub_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    app = make_node(folder, province.HUB, role=NodeRole.HUB)
    with app.app_context():
        office = app.extensions["office"]
        seed.seed_hub_accounts(office, SECRETS)
        session = office.session()
        session.add_all(DirectoryEntry(code=c, name="Xã", search_text=fold(c)) for c in MANY)
        session.commit()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="module")
def axis(hub_folder):
    with served(make_settings(hub_folder, NodeRole.HUB, province.HUB.name)) as address:
        yield address


def test_a_thousand_recipients_in_the_header_and_a_slashed_endpoint(axis, tmp_path):
    assert {len(code) for code in MANY} == {35}
    path = tmp_path / "gui-nhieu.edxml"
    path.write_bytes(edoc())
    sender = SdkClient(axis + "/", SON_TINH, SECRETS[SON_TINH], "2.0.1")
    header = {"from": SON_TINH, "servicetype": "eDoc", "messagetype": "edoc"}
    sent = sender.sendEdoc(header | {"to": [*MANY, BINH_SON]}, path)
    assert (sent.error_code, sent.error_desc) == ("0", "Thanh cong")
    assert len(sender.getSentEdocList(sent.doc_id).items) == 1000
    receiver = SdkClient(axis, BINH_SON, SECRETS[BINH_SON])
    [item] = receiver.getReceivedEdocList().items
    started = time.monotonic()
    assert receiver.getEdoc(item["docId"]).data.encode() == edoc()
    assert time.monotonic() - started < 2.5, "the SDK waits 3 s where nobody says 100 Continue"


@pytest.mark.parametrize(
    ("lines", "status", "code"),
    [
        ([f"X-Left-Over-{n}: 1" for n in range(100)], 431, "21"),
        (["XroadVnpt-to: " + "9" * 300_000], 431, "21"),
        (["No header at all"], 400, "20"),
        (["Content-Length: viel"], 400, "20"),
    ],
)
def test_what_the_web_server_itself_refuses_is_json_too(axis, lines, status, code):
    url = urlsplit(axis)
    head = "\r\n".join([f"POST {url.path}/sendEdoc HTTP/1.1", "Host: hub", *lines, "", ""])
    with socket.create_connection((url.hostname, url.port), timeout=10) as caller:
        caller.sendall(head.encode())
        answer = http.client.HTTPResponse(caller)
        answer.begin()
        said = json.load(answer)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/json")
    assert (said["status"], said["ErrorCode"], said["DocId"]) == ("FAIL", code, "")


def packages() -> list[Path]:
    return sorted((SHARED / "edxml").glob("*.edxml"))


@pytest.mark.skipif(not packages(), reason="shared/data/edxml is not on this machine")
def test_envelopes_of_real_packages_are_read():
    kinds = {}
    for path in packages():
        envelope = open_envelope(path.read_bytes())
        assert envelope.sender, path.name
        assert envelope.addressed, path.name
        assert envelope.document_uid, path.name
        kinds[path.stem] = (str(envelope.kind), envelope.business_kind, envelope.status_code)
    for name, (kind, business, code) in kinds.items():
        expected = re.search(r"_(\d\d)$", name)
        assert kind == ("status" if expected else "edoc")
        assert code == (expected.group(1) if expected else "")
        assert (business == 0) == bool(expected), "the documents here revoke, update, replace"
