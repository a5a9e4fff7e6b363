"""A real JVM on the wire: its HashMap and HttpURLConnection against our verify and replies."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.axis.sdk_http import java_hash_order

SOURCE = Path(__file__).with_name("SdkWire.java")

pytestmark = pytest.mark.skipif(
    not (shutil.which("javac") and shutil.which("java")), reason="no JDK (javac, java) here"
)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-encoding", "UTF-8", "-d", folder, SOURCE], check=True)
    return folder


def test_a_java_program_sends_fetches_and_acknowledges(classes, hub, hub_url, tmp_path):
    package = tmp_path / "goi.edxml"
    package.write_text("<edXML>Công văn</edXML>\r\n", encoding="utf-8")
    arguments = [hub_url, "99.99.01.H99", "bi-mat-cua-don-vi-mot", package, "99.99.02.H99"]
    command = ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", classes, "SdkWire"]
    run = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
    answers = [line.split("\t") for line in run.stdout.splitlines()]
    assert [(name, status) for name, status, _ in answers] == [
        ("getAgenciesList", "200"),
        ("sendEdoc", "200"),
        ("getEdoc", "200"),
        ("updateStatus", "200"),
        ("getSentEdocList", "200"),
    ]
    assert {json.loads(answer)["ErrorCode"] for _, _, answer in answers} == {"0"}
    [stored] = hub.packages.values()
    assert stored.data == package.read_bytes()
    assert (stored.recipients, stored.statuses) == (["99.99.02.H99"], {"99.99.01.H99": "done"})


def test_the_emulated_hash_map_orders_members_as_the_jvm_did(classes, hub, hub_url, tmp_path):
    package = tmp_path / "goi.edxml"
    package.write_bytes(b"<edXML/>")
    arguments = [hub_url, "99.99.01.H99", "bi-mat-cua-don-vi-mot", package, "99.99.02.H99"]
    subprocess.run(["java", "-cp", classes, "SdkWire", *arguments], check=True, capture_output=True)
    put = ["systemid", "timestamp", "Content-Type", "from", "servicetype", "messagetype", "to"]
    put += ["hash-file", "docId", "filePath", "status", "docid"]
    for call, known in zip(hub.recorded, (3, 8, 10, 12, 12), strict=True):
        key = call.environ["HTTP_XROADVNPT_SIGN_HEADER_KEY"]
        assert key.split(";") == java_hash_order(put[:known])
