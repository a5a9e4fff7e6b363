"""Time stamps from an authority, and everything that must not be taken for one."""

import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import tsp

from adapters.signing import outside
from adapters.signing.demo_ca import DemoCA
from adapters.signing.outside import Call, NotAnswered, Sources, ask
from adapters.signing.timestamps import StampRefused, TimeAuthority, check, imprint, obtain
from demo.authority import POLICY, AuthorityServer, DemoAuthority
from tests.signing.conftest import AT, CREATED

DIGEST = imprint(b"signature value")


@pytest.fixture
def authority(ca: DemoCA) -> DemoAuthority:
    return DemoAuthority(ca, lambda: AT)


@pytest.fixture
def server(authority: DemoAuthority):
    running = AuthorityServer(authority).start()
    yield running
    running.stop()


def refusal(authority: TimeAuthority, ca: DemoCA, now=AT) -> str:
    with pytest.raises(StampRefused) as refused:
        obtain(authority, DIGEST, [ca.root_der], now)
    return refused.value.code


def test_a_token_of_a_trusted_authority_says_when_and_until_when_it_can_be_checked(
    server, authority, ca
):
    stamp = obtain(TimeAuthority(f"{server.url}/tsa"), DIGEST, [ca.root_der], AT)
    assert stamp.at == AT
    assert stamp.certificate_ends == authority.stamp_certificate.not_valid_after
    assert check(stamp.token, DIGEST, [ca.root_der], AT + timedelta(days=365)).at == AT


def test_a_token_is_judged_by_imprint_root_and_the_life_of_its_certificate(server, ca):
    token = obtain(TimeAuthority(f"{server.url}/tsa"), DIGEST, [ca.root_der], AT).token
    other = DemoCA.create("Gốc khác", CREATED)
    wrong = {
        "tsa-other-imprint": (token, imprint(b"another"), [ca.root_der], AT),
        "tsa-untrusted": (token, DIGEST, [other.root_der], AT),
        "tsa-broken": (token[:-1] + bytes([token[-1] ^ 1]), DIGEST, [ca.root_der], AT),
    }
    for code, question in wrong.items():
        with pytest.raises(StampRefused) as refused:
            check(*question)
        assert refused.value.code == code
    with pytest.raises(StampRefused, match="tsa-untrusted"):
        check(token, DIGEST, [ca.root_der], AT + timedelta(days=365 * 6))


class Swapping(DemoAuthority):
    """Answers another question than the one that was asked."""

    def __init__(self, ca, swap) -> None:
        super().__init__(ca, lambda: AT)
        self._swap = swap

    def stamp(self, request: bytes) -> bytes:
        return super().stamp(self._swap(tsp.TimeStampReq.load(request)).dump())


def other_imprint(query):
    query["message_imprint"]["hashed_message"] = imprint(b"something else")
    return query


def other_nonce(query):
    query["nonce"] = 7
    return query


@pytest.mark.parametrize(
    ("swap", "code"),
    [(other_imprint, "tsa-other-imprint"), (other_nonce, "tsa-other-question")],
)
def test_an_answer_to_another_question_is_refused(ca, swap, code):
    running = AuthorityServer(Swapping(ca, swap)).start()
    assert refusal(TimeAuthority(f"{running.url}/tsa"), ca) == code
    running.stop()


def test_policy_clock_and_authority_must_be_those_agreed_on(server, authority, ca):
    at = f"{server.url}/tsa"
    assert refusal(TimeAuthority(at, policy="1.2.3.4"), ca) == "tsa-other-policy"
    assert obtain(TimeAuthority(at, policy=POLICY), DIGEST, [ca.root_der], AT).at == AT
    assert refusal(TimeAuthority(at), ca, AT + timedelta(hours=1)) == "tsa-wrong-time"
    assert refusal(TimeAuthority(at), DemoCA.create("Gốc khác", CREATED)) == "tsa-untrusted"
    authority.renew(timedelta(minutes=4))  # a certificate that ended a minute ago
    assert refusal(TimeAuthority(at), ca) == "tsa-untrusted"


class Dripping(BaseHTTPRequestHandler):
    """Sends its answer so slowly that no single read ever times out."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(20):
            self.wfile.write(b"x")
            time.sleep(0.1)

    def log_message(self, *_args) -> None:
        return None


def test_an_authority_that_is_away_slow_or_talks_too_much_costs_bounded_time(server, ca):
    assert refusal(TimeAuthority("http://127.0.0.1:9/tsa"), ca) == "tsa-away"
    dripping = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    dripping.daemon_threads = True
    threading.Thread(target=dripping.serve_forever, args=(0.05,), daemon=True).start()
    slow = TimeAuthority(f"http://127.0.0.1:{dripping.server_port}/tsa", seconds=0.3)
    begun = time.monotonic()
    assert refusal(slow, ca) == "tsa-slow"
    assert time.monotonic() - begun < 1
    dripping.shutdown()
    dripping.server_close()
    with pytest.raises(NotAnswered, match="too-large"):
        ask(Call(f"{server.url}/crl", largest=10))
    assert refusal(TimeAuthority(f"{server.url}/nothing"), ca) == "tsa-refused"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/crl", "http://[::1]/crl", "http://169.254.169.254/crl",
     "http://10.1.2.3/crl", "http://[::ffff:10.1.2.3]/crl", "http://0.0.0.0/", "file:///etc/hosts",
     "ldap://ldap.example.vn/cn=crl"],
)  # fmt: skip
def test_an_address_out_of_a_certificate_never_leads_into_a_private_network(url):
    place, private = Sources().place_of(url)
    with pytest.raises(NotAnswered, match="forbidden"):
        ask(Call(place, private=private))


def test_a_name_is_called_at_the_number_that_was_checked(monkeypatch):
    asked = []

    def resolve(name, port, **_):
        asked.append(name)
        return [(2, 1, 6, "", ("93.184.216.34", port))]

    monkeypatch.setattr(outside.socket, "getaddrinfo", resolve)
    assert outside._pinned("http://crl.example.vn/a.crl") == "http://93.184.216.34:80/a.crl"
    assert asked == ["crl.example.vn"]


def test_an_administrator_names_private_hosts_and_stand_ins(server):
    host = server.url.removeprefix("http://")
    named = Sources.parse(f"{host}, http://ca.vanthu.invalid={server.url}")
    assert named.place_of(f"{server.url}/crl") == (f"{server.url}/crl", True)
    place, private = named.place_of("http://ca.vanthu.invalid/crl")
    assert ask(Call(place, private=private)).startswith(b"\x30\x82")
    # Not a beginning of a name: another host.
    assert named.place_of("http://ca.vanthu.invalid.evil.vn/crl")[1] is False
    with pytest.raises(ValueError, match="nothing"):
        Sources.parse("nothing=")
