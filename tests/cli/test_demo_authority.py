"""The demo province's authority for time stamps and revocation, as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from adapters.signing.demo_ca import DemoCA
from adapters.signing.evidence import Question, collect
from adapters.signing.holders import Holder
from adapters.signing.timestamps import StampRefused, TimeAuthority, imprint, obtain
from demo.nodes import ROOT
from demo.running import Province
from demo.running_authority import certificate_authority
from demo.secrets import load_secrets
from demo.waiting import until
from services.office import utc_now
from services.preservation.asking import NodeAnswers

FIRST_PORT = 19500
PIN = "482915"


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """Its nodes do not run: looked at is what they are told, and where that leads."""
    made = Province(tmp_path_factory.mktemp("province"), FIRST_PORT)
    made.authority.start()
    made.authority.wait_until_ready()
    yield made
    made.authority.stop()


def stamp(settings, root: bytes):
    authority = TimeAuthority(settings.tsa_url, settings.tsa_credentials, settings.tsa_policy, 2.0)
    return obtain(authority, imprint(b"signed"), [root], utc_now())


class Asking(NodeAnswers):
    """As a node asks, with nothing remembered."""

    def _remembered(self, _question: Question) -> None:
        return None


def test_every_district_is_told_of_an_authority_that_stamps_under_the_trusted_root(province):
    for node in province.districts:
        assert stamp(node.settings(), province.root).certificate_ends > utc_now()
    assert province.hub.settings().tsa_url == "", "a hub signs no documents"


def test_what_the_root_issues_can_be_asked_about_where_the_node_is_told(province):
    ca = certificate_authority(province.folder)
    p12 = ca.issue_agency("UBND xã Bình Minh", code="X", passphrase=PIN, at=utc_now())
    certificate = pkcs12.load_key_and_certificates(p12, PIN.encode())[1]
    answers = Asking(SimpleNamespace(settings=province.districts[0].settings()))
    asked = [Holder(certificate.public_bytes(Encoding.DER))]
    assert collect(asked, [ca.root_der], utc_now(), answers).standing == "good"


def test_a_halted_authority_is_slow_then_answers_again_and_can_be_ended_while_halted(province):
    authority, settings = province.authority, province.districts[0].settings()
    os.kill(authority.process.pid, signal.SIGSTOP)
    with pytest.raises(StampRefused) as refused:
        stamp(settings, province.root)
    assert refused.value.code == "tsa-slow"
    os.kill(authority.process.pid, signal.SIGCONT)
    assert stamp(settings, province.root)
    os.kill(authority.process.pid, signal.SIGSTOP)
    authority.stop()
    authority.start()
    authority.wait_until_ready()
    assert stamp(settings, province.root)


def test_a_root_of_an_older_version_stays_and_tells_from_now_on(tmp_path):
    old = DemoCA.create("CA thử nghiệm", utc_now())
    (tmp_path / "demo-ca.p12").write_bytes(old.dump(load_secrets(tmp_path).ca_passphrase))
    ca = certificate_authority(tmp_path)
    assert (ca.root_der, ca.tells) == (old.root_der, True)


def test_it_ends_with_the_process_that_started_it(tmp_path):
    starts = (
        "import sys; from pathlib import Path; from demo.nodes import free_port;"
        "from demo.running_authority import RunningAuthority;"
        "started = RunningAuthority(Path(sys.argv[1]), free_port(19550));"
        "started.start(); started.wait_until_ready(); print(started.port)"
    )
    said = subprocess.run(
        [sys.executable, "-c", starts, tmp_path], cwd=ROOT, check=True, capture_output=True
    ).stdout
    port = int(said.split()[-1])
    assert until("its end", lambda: not answers_at(port))


def answers_at(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
