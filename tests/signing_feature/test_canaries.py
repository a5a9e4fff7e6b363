"""Whatever is typed to sign, or kept to reach a key, is found nowhere: each secret is a canary, and
after signing through the pages and the worker everything that anybody could read is searched, with
the rows of the database, the queue, the files, the log, the environment and the pages."""

import os

import pyotp
import pytest

import logs
from adapters import queue_server
from domain.outgoing_flow import OutgoingState
from jobs.queue import Waker
from models.base import Base
from services import outgoing, signing
from services.signing import certificates, own_key, second_factor
from tests.conftest import PASSWORD
from tests.signing.csc_server import running
from tests.signing_feature import holders
from tests.visitor import Visitor

SIGNING_PIN = "7391846205518"
TOKEN_PIN = "48205173966204"
CREDENTIAL_PIN = "61937482055173"
CLIENT_SECRET = "canary-client-secret-9f31c7"


@pytest.fixture
def queue(journey, tmp_path):
    folder = tmp_path / "queue"
    server = queue_server.start(folder, die_with_parent=True)
    object.__setattr__(journey.office, "wake", Waker(server.url))
    yield folder
    server.stop()


class Searched:
    """All that can be read, and the secrets that must not be in it."""

    def __init__(self, journey, folder, capfd) -> None:
        self._journey, self._folder, self._capfd = journey, folder, capfd
        self.secrets = {"signing PIN": SIGNING_PIN}
        self.pages: list[str] = []

    def look(self) -> None:
        said = self._capfd.readouterr()
        places = {
            "the environment": repr(os.environ).encode(),
            "the log": (said.out + said.err).encode(),
            "a page": "\n".join(self.pages).encode(),
            "the database": self._rows(),
        }
        for path in self._folder.rglob("*"):
            # The token's own folder is the token: SoftHSM keeps it as a card keeps its chip.
            if path.is_file() and "tokens" not in path.parts:
                places[str(path)] = path.read_bytes()
        for name, secret in self.secrets.items():
            for form in (secret.encode(), secret.encode().hex().encode()):
                found = [place for place, data in places.items() if form in data]
                assert not found, f"the {name} is in {found}"

    def _rows(self) -> bytes:
        """Every row of every table, as anybody with the database would read it."""
        self._journey.look_anew()
        session = self._journey.office.session()
        return b"\n".join(
            part if isinstance(part, bytes) else repr(part).encode()
            for table in Base.metadata.sorted_tables
            for row in session.execute(table.select())
            for part in row
        )


@pytest.fixture
def searched(journey, tmp_path, capfd):
    logs.configure()
    return Searched(journey, tmp_path, capfd)


def approve(journey, node, searched, doc, **typed) -> int:
    """As a leader does: on the page of the document."""
    leader = Visitor(node, "st.chutich", PASSWORD)
    form = {"pin": SIGNING_PIN, "digest": doc.to_sign_sha256} | typed
    answer = leader.submit(f"/outgoing/{doc.id}/approve", form, page=f"/outgoing/{doc.id}")
    searched.pages.append(answer.text + repr(answer.headers))
    return answer.status_code


def assert_signs(journey, node, searched, **typed) -> None:
    doc = journey.submitted()
    wrong = dict.fromkeys(typed, "00000000")
    assert approve(journey, node, searched, doc, **wrong, pin=SIGNING_PIN[::-1]) == 422
    assert approve(journey, node, searched, doc, **typed) == 303
    searched.look()  # while the request waits: the moment when most is kept
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    searched.look()


def test_secrets_of_a_token_are_found_nowhere(journey, node, queue, searched, tmp_path):
    searched.secrets |= {"token PIN": TOKEN_PIN}
    holders.a_token(tmp_path, journey.office, pin=TOKEN_PIN)
    holders.bind_token(journey, SIGNING_PIN, secret=TOKEN_PIN)
    assert_signs(journey, node, searched)


def test_secrets_and_codes_of_a_remote_service_are_found_nowhere(journey, node, queue, searched):
    service = holders.a_service(journey.office)
    service.pin, service.secret, service.needs_otp = CREDENTIAL_PIN, CLIENT_SECRET, True
    with running(service):
        bound = holders.bind_service(journey, service, SIGNING_PIN)
        secret = own_key.enrol(journey.office, journey.leader).secret.replace(" ", "")
        app = pyotp.TOTP(secret)
        second_factor.confirm(journey.office, journey.leader, app.at(journey.office.now()))
        certificates.demand_code(journey.office, journey.actor("st.quantri"), bound, True)
        journey.later(minutes=1)
        signing.send_otp(journey.office, journey.leader)
        searched.secrets |= {
            "credential PIN": CREDENTIAL_PIN, "client secret": CLIENT_SECRET,
            "authenticator secret": secret,
        }  # fmt: skip
        code = app.at(journey.office.now())
        service.otp = "30917462850"  # a number that stands nowhere by chance
        searched.secrets |= {"one-time code": service.otp}
        assert_signs(journey, node, searched, code=code, otp=service.otp)
        searched.secrets |= {f"activation data {n}": sad for n, sad in enumerate(service.sads)}
        searched.secrets |= {f"access token {n}": each for n, each in enumerate(service.tokens)}
        searched.look()


def test_a_crash_on_the_way_to_a_service_logs_no_secret(journey, searched, monkeypatch):
    service = holders.a_service(journey.office)
    service.pin, service.secret = CREDENTIAL_PIN, CLIENT_SECRET
    searched.secrets |= {"credential PIN": CREDENTIAL_PIN, "client secret": CLIENT_SECRET}
    with running(service):
        holders.bind_service(journey, service, SIGNING_PIN)
        doc = journey.submitted()

        def crash(*_arguments, **_named):
            raise RuntimeError("the wire burnt")

        monkeypatch.setattr("httpx.Client.stream", crash)
        form = {"pin": SIGNING_PIN, "digest": doc.to_sign_sha256}
        outgoing.perform(journey.office, journey.leader, doc.id, "approve", form)
        journey.work(rounds=1)
    assert journey.now(doc.id).signed_sha256 is None
    searched.look()


def test_the_search_would_find_a_secret(journey, searched):
    searched.secrets = {"name of the leader": "st.chutich"}
    with pytest.raises(AssertionError, match="the database"):
        searched.look()
