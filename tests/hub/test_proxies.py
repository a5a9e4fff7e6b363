"""The proxies of deploy/, with our own files, in front of a hub: what they say by themselves on the
axis is the axis' JSON, for the SDK takes a page of HTML for a lost answer."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.axis.client import AxisClient
from adapters.axis.errors import PermanentAxisError, TemporaryAxisError
from tests.axis.sdk_client import SdkClient
from tests.hub.packages import BINH_SON, SECRETS, SON_TINH, client, edoc

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
MANY = [f"000.{n:02d}.{m:02d}.{'0' * 21}.H97" for n in range(1, 51) for m in range(1, 21)]
UPSTREAM = "127.0.0.1:8000"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx(folder: Path, upstream: str, port: int) -> list[str]:
    text = (DEPLOY / "nginx.conf").read_text()
    ours = {UPSTREAM: upstream, "listen 443 ssl": f"listen 127.0.0.1:{port}",
            "proxy_read_timeout 600s": "proxy_read_timeout 1s",
            "client_max_body_size 125m": "client_max_body_size 1m"}  # fmt: skip
    for before, after in ours.items():
        assert before in text
        text = text.replace(before, after)
    text = re.sub(r"\n *ssl_certificate.*", "", text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    whole = (
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {temporary}\n{text}\n}}"
    )
    (folder / "nginx.conf").write_text(whole)
    return ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


def caddy(folder: Path, upstream: str, port: int) -> list[str]:
    text = (DEPLOY / "Caddyfile").read_text().replace(UPSTREAM, upstream)
    text = text.replace("vanban.example.gov.vn", f"http://127.0.0.1:{port}")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@contextmanager
def proxied(program, folder: Path, upstream: str):
    """The address of the axis behind the running program."""
    if shutil.which(program.__name__) is None:
        pytest.skip(f"{program.__name__} is not installed on this machine")
    port = free_port()
    environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "said").open("wb") as said:
        running = subprocess.Popen(
            program(folder, upstream, port), env=environment, stdout=said, stderr=said
        )
    try:
        until = time.monotonic() + 20
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert running.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/axis"
    finally:
        running.terminate()
        running.wait(10)


each_program = pytest.mark.parametrize("program", [nginx, caddy])


def ask(url: str, lines: list[str] = (), path: str = "/axis/sendEdoc", body: bytes = b""):
    """Status, media type and text of the answer to a request as it is written here."""
    address = urlsplit(url)
    length = [f"Content-Length: {len(body)}"]
    head = "\r\n".join(
        [f"POST {path} HTTP/1.1", f"Host: {address.netloc}", *length, *lines, "", ""]
    )
    with socket.create_connection((address.hostname, address.port), timeout=10) as caller:
        caller.sendall(head.encode() + body)
        answer = http.client.HTTPResponse(caller)
        answer.begin()
        return answer.status, answer.headers.get("Content-Type") or "", answer.read().decode()


def is_said(answer, code: str) -> bool:
    _status, media_type, text = answer
    said = json.loads(text)
    told = (said["status"], said["ErrorCode"], said["DocId"], said["data"])
    return media_type == "application/json" and told == ("FAIL", code, "", "")


@each_program
def test_the_journey_and_a_thousand_recipients_pass(program, axis_url, tmp_path):
    with proxied(program, tmp_path, urlsplit(axis_url).netloc) as url:
        path = tmp_path / "gui.edxml"
        path.write_bytes(edoc())
        sender = SdkClient(url + "/", SON_TINH, SECRETS[SON_TINH], "2.0.1")
        header = {"from": SON_TINH, "servicetype": "eDoc", "messagetype": "edoc"}
        assert sender.sendEdoc(header, path).error_code == "0"
        many = SdkClient(url, SON_TINH, SECRETS[SON_TINH]).sendEdoc(header | {"to": MANY}, path)
        assert many.error_code == "18", "all of them unknown, but the header was read"
        [item] = client(url, BINH_SON).received_list("edoc")
        assert client(url, BINH_SON).get_edoc(item.doc_id) == edoc()


@each_program
def test_while_the_hub_is_away_machines_read_json_and_people_a_page(program, tmp_path):
    with proxied(program, tmp_path, f"127.0.0.1:{free_port()}") as url:
        for path in ("/axis/getAgenciesList", "/axis//sendEdoc", "/axis/getEdoc?x=1"):
            assert is_said(ask(url, path=path), "20")
        with pytest.raises(TemporaryAxisError):
            AxisClient(url, SON_TINH, "x").received_list("edoc")
        result = SdkClient(url, SON_TINH, "x").getReceivedEdocList()
        assert (result.status, result.error_code) == ("FAIL", "20")
        status, media_type, text = ask(url, path="/account/login")
        assert (status // 100, media_type.partition("/")[0], bool(text)) == (5, "text", True)


def test_a_hub_that_does_not_answer_is_told_in_json(tmp_path):
    port = free_port()
    silent = socket.create_server(("127.0.0.1", port))
    with silent, proxied(nginx, tmp_path, f"127.0.0.1:{port}") as url:
        assert is_said(ask(url), "20")


def test_what_nginx_refuses_by_itself_is_json_on_the_axis_only(tmp_path):
    with proxied(nginx, tmp_path, f"127.0.0.1:{free_port()}") as url:
        large = "XroadVnpt-to: " + "9" * 300_000
        assert is_said(ask(url, body=bytes(1_100_000)), "21")
        assert is_said(ask(url, [large]), "21")
        assert is_said(ask(url, ["Content-Length: viel"]), "20")
        for answer in (ask(url, [large], "/account/login"), ask(url, ["Content-Length: 1"], "/")):
            assert "text/html" in answer[1]
        with pytest.raises(PermanentAxisError):
            AxisClient(url, SON_TINH, "x").send_edoc(bytes(1_100_000))
