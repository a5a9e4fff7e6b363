"""Keys at a remote signing service (Cloud Signature Consortium), over real HTTP."""

import httpx
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from adapters.signing.keys import KeyRefused, SecretRefused, csc
from adapters.signing.keys.csc import Access, CscClient, CscKey, checked_address
from adapters.signing.keys.csc_wire import RSA, signs_as_wanted
from adapters.signing.schemes import Scheme
from domain.errors import Invalid, Unavailable
from tests.signing.conftest import PASSPHRASE
from tests.signing.csc_server import PSS, SHA256_ECDSA, SHA256_RSA, Service, running
from tests.signing.test_tokens import certified

SHA512_RSA = "1.2.840.113549.1.1.13"


@pytest.fixture
def service(person_p12):
    key, certificate, others = pkcs12.load_key_and_certificates(person_p12, PASSPHRASE.encode())
    chain = [each.public_bytes(Encoding.DER) for each in (certificate, *others)]
    with running(Service(key, chain)) as found:
        yield found


def client(service: Service, version: int = 1, kind: str = "client", **changes) -> CscClient:
    access = Access(kind, service.user, changes.get("secret", service.secret))
    return CscClient(f"{service.address}/csc/v{version}", access, allow_http=True)


def key_at(service: Service, version: int = 1, once=None, **changes) -> CscKey:
    asked = client(service, version)
    credential = asked.credential(asked.credentials()[0])
    certificate = x509.Certificate.load(credential.certificate)
    pin = changes.get("pin", service.pin)
    return CscKey(certificate, (), asked, credential.facts(), pin, once or {})


def assert_holds(service: Service, signature: bytes, data: bytes) -> None:
    service.key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("scal", ["1", "2"])
def test_a_hash_is_signed_in_both_versions_with_named_hashes_or_without(service, version, scal):
    service.scal = scal
    key = key_at(service, version)
    signature = key.sign(b"signed attributes", "sha256")
    assert_holds(service, signature, b"signed attributes")
    assert len(signature) == key.signature_bytes


def test_many_hashes_are_signed_under_few_authorisations(service):
    service.most = 3
    datas = [f"document {n}".encode() for n in range(7)]
    for signature, data in zip(key_at(service).sign_many(datas, "sha256"), datas, strict=True):
        assert_holds(service, signature, data)
    assert service.calls.count("credentials/authorize") == 3
    assert service.calls.count("signatures/signHash") == 3


@pytest.mark.parametrize("version", [1, 2])
def test_one_code_serves_as_many_signatures_as_were_asked_for(service, version):
    service.needs_otp = True
    client(service, version).send_otp("key-1")
    sad = key_at(service, version, {"otp": service.otp}).activate(2)
    key = key_at(service, version, {"sad": sad})
    for data in (b"one", b"two"):
        assert_holds(service, key.sign(data, "sha256"), data)
    with pytest.raises(KeyRefused, match="csc-sad-expired"):
        key.sign(b"three", "sha256")
    with pytest.raises(Invalid, match="csc-too-many"):
        key.activate(service.most + 1)


@pytest.mark.parametrize("version", [1, 2])
def test_what_one_code_serves_is_signed_at_once_where_hashes_are_named(service, version):
    service.needs_otp, service.scal = True, "2"
    client(service, version).send_otp("key-1")
    waiting = key_at(service, version, {"otp": service.otp})
    assert waiting.signs_ahead
    made = waiting.sign_ahead([b"one", b"two"], "sha256")
    key = key_at(service, version, {"made": made})
    assert (key.signs_ahead, key.signed_ahead) == (False, True)
    for data in (b"one", b"two", b"one"):  # made again after a death
        assert_holds(service, key.sign(data, "sha256"), data)
    with pytest.raises(KeyRefused, match="csc-hash-other"):
        key.sign(b"three", "sha256")
    assert service.calls.count("signatures/signHash") == 1
    with pytest.raises(KeyRefused, match="csc-otp-wrong"):
        waiting.sign_ahead([b"four"], "sha256")  # a code is good once
    with pytest.raises(Invalid, match="csc-too-many"):
        waiting.sign_ahead([b"%d" % n for n in range(service.most + 1)], "sha256")


def test_a_service_signs_only_the_hashes_that_were_named_and_each_once(service):
    service.scal = "2"
    key = key_at(service)
    named, other = csc.hashes_of([b"one", b"two"], "sha256"), csc.hashes_of([b"x"], "sha256")
    given = {"pin": service.pin}
    sad, _seconds = key.client.authorise(key.facts, 2, given, named)
    mechanism = ("sha256", Scheme.PKCS1)
    with pytest.raises(KeyRefused, match="csc-hash-other"):
        key.client.sign_hashes(key.facts, sad, other, mechanism)
    assert len(key.client.sign_hashes(key.facts, sad, named, mechanism)) == 2
    with pytest.raises(KeyRefused, match="csc-sad-expired"):
        key.client.sign_hashes(key.facts, sad, named[:1], mechanism)
    for count, told in ((1, named), (2, ())):
        with pytest.raises(KeyRefused, match="csc-refused"):
            key.client.authorise(key.facts, count, given, told)


@pytest.mark.parametrize("answers", ["", "side by side"])
@pytest.mark.parametrize("version", [1, 2])
def test_a_key_on_elliptic_curves_answers_in_der_or_side_by_side(ca, version, answers):
    key = ec.generate_private_key(ec.SECP256R1())
    curves = Service(key, [certified(ca, key)], algorithms=(SHA256_ECDSA,), answers=answers)
    with running(curves):
        signature = key_at(curves, version).sign(b"signed attributes", "sha256")
    key.public_key().verify(signature, b"signed attributes", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("algorithms", "scheme"),
    [
        ((SHA256_RSA,), Scheme.PKCS1), ((RSA,), Scheme.PKCS1), ((PSS,), Scheme.PSS),
        ((PSS, SHA256_RSA), Scheme.PKCS1), ((SHA512_RSA,), None),
    ],
)  # fmt: skip
def test_a_key_signs_in_pss_only_where_it_knows_nothing_else(service, algorithms, scheme):
    service.algorithms = algorithms
    asked = client(service)
    assert signs_as_wanted(asked.credential("key-1")) is (scheme is not None)
    if scheme:
        assert key_at(service).scheme is scheme


@pytest.mark.parametrize("version", [1, 2])
def test_a_key_that_makes_only_pss_is_asked_with_its_parameters(service, version):
    service.algorithms = (PSS,)
    signature = key_at(service, version).sign(b"signed attributes", "sha256")
    padded = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    public = service.key.public_key()
    public.verify(signature, b"signed attributes", padded, hashes.SHA256())


def test_wrong_code_wrong_pin_and_wrong_access_are_final(service):
    service.needs_otp, service.otp = True, "112233"
    with pytest.raises(KeyRefused, match="csc-otp-wrong"):
        key_at(service, once={"otp": "445566"}).sign(b"data", "sha256")
    with pytest.raises(SecretRefused, match="csc-pin-refused"):
        key_at(service, pin="00000000", once={"otp": "112233"}).sign(b"data", "sha256")
    with pytest.raises(KeyRefused, match="csc-access-refused"):
        client(service, secret="wrong").credentials()
    assert service.calls.count("credentials/authorize") == 2, "nothing was tried again"


def test_an_authorisation_that_ran_out_is_told(service):
    service.lasts = 0
    with pytest.raises(KeyRefused, match="csc-sad-expired"):
        key_at(service).sign(b"data", "sha256")


def test_an_access_token_that_ended_is_renewed_once(service):
    key = key_at(service)
    service.tokens.clear()
    assert_holds(service, key.sign(b"data", "sha256"), b"data")
    assert service.calls.count("oauth2/token") == 2


def test_a_login_serves_as_well_as_client_credentials(service):
    assert client(service, kind="login").credentials() == ["key-1"]
    assert "auth/login" in service.calls


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_service_out_of_order_is_a_passing_failure(service, status):
    key = key_at(service)
    service.status = status
    with pytest.raises(Unavailable, match="csc-away"):
        key.sign(b"data", "sha256")


def test_a_service_that_does_not_answer_in_time_is_a_passing_failure(service, monkeypatch):
    monkeypatch.setattr(csc, "TIMEOUT", httpx.Timeout(0.2))
    asked = client(service)
    service.pause = 0.6
    with pytest.raises(Unavailable, match="csc-away"):
        asked.credentials()


def test_many_signatures_at_once_may_take_longer_than_one(service, monkeypatch):
    monkeypatch.setattr(csc, "TIMEOUT", httpx.Timeout(0.3))
    monkeypatch.setattr(csc, "EACH", 2.0)
    key = key_at(service)
    wanted = csc.hashes_of([b"one", b"two"], "sha256")
    sad, _seconds = key.client.authorise(key.facts, 3, {"pin": service.pin})
    service.pause = 0.6
    with pytest.raises(Unavailable, match="csc-away"):
        key.client.sign_hashes(key.facts, sad, wanted[:1], ("sha256", Scheme.PKCS1))
    made = key.client.sign_hashes(key.facts, sad, wanted, ("sha256", Scheme.PKCS1))
    assert_holds(service, made[1], b"two")


@pytest.mark.parametrize(
    "address",
    [
        "http://ky.example.vn/csc/v1", "https://ky.example.vn/csc", "ftp://ky.example.vn/csc/v1",
        "https://a:b@ky.example.vn/csc/v1", "not an address", "http://127.0.0.1:8/csc/v1",
    ],
)  # fmt: skip
def test_a_service_is_called_over_https_only(address):
    with pytest.raises(Invalid, match="csc-address"):
        checked_address(address, allow_http=False)
    if "127.0.0.1" not in address:
        with pytest.raises(Invalid, match="csc-address"):
            checked_address(address, allow_http=True)


def test_neither_key_nor_access_shows_a_secret(service):
    shown = repr(key_at(service, once={"otp": "998877"})) + repr(Access("client", "u", "s3cret"))
    assert not [each for each in (service.pin, "998877", "s3cret", service.secret) if each in shown]
