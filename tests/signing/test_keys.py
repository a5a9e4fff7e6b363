"""How a key rests, how a PIN opens it, and what an authorisation is good for."""

import json
import pickle
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from adapters.signing import demo_ca, vault
from adapters.signing.keys import (
    WrongPin,
    authorise,
    bind,
    certificate_of,
    change_pin,
    open_key,
    redeem,
    seal_key,
    unlock,
)
from adapters.signing.keys import sealed as sealing
from domain.errors import Forbidden, Invalid, Refusal
from tests.signing.conftest import CREATED, NODE_KEY, PASSPHRASE, PIN

EXPIRES = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)
BINDING = bind("request-1", "aa" * 32, "person-7", EXPIRES)


@pytest.fixture(scope="module")
def sealed(person_p12: bytes) -> bytes:
    return seal_key(person_p12, PASSPHRASE, PIN, NODE_KEY)


@pytest.fixture(scope="module")
def data_key(sealed: bytes):
    return unlock(sealed, PIN, NODE_KEY)


def test_the_right_pin_opens_the_key_that_was_sealed(sealed, data_key, person_p12):
    key, certificate, _ = pkcs12.load_key_and_certificates(person_p12, PASSPHRASE.encode())
    opened = open_key(sealed, data_key)
    assert opened.certificate.dump() == certificate.public_bytes(serialization.Encoding.DER)
    assert opened._key.private_numbers() == key.private_numbers()
    assert [each.subject.native["common_name"] for each in opened.chain] == [
        "Chứng thực thử nghiệm"
    ]


def test_a_wrong_pin_is_refused_by_its_code(sealed):
    with pytest.raises(WrongPin) as refusal:
        unlock(sealed, "000000", NODE_KEY)
    assert refusal.value.code == "pin-wrong"


def test_the_right_pin_on_another_node_is_refused(sealed):
    with pytest.raises(WrongPin):
        unlock(sealed, PIN, bytes(32))


def test_a_sealed_key_shows_neither_pin_nor_key(sealed, person_p12):
    key, _, _ = pkcs12.load_key_and_certificates(person_p12, PASSPHRASE.encode())
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    assert PIN.encode() not in sealed
    assert PASSPHRASE.encode() not in sealed
    assert private[60:120] not in sealed
    assert certificate_of(sealed)[:2] == b"\x30\x82"


def test_two_sealings_of_one_key_have_nothing_secret_in_common(person_p12):
    first, second = (json.loads(seal_key(person_p12, PASSPHRASE, PIN, NODE_KEY)) for _ in "12")
    assert first["certificate"] == second["certificate"]
    assert all(first[part] != second[part] for part in ("salt", "wrapped", "key"))


def test_a_changed_pin_opens_and_the_old_one_no_longer_does(sealed):
    changed = change_pin(sealed, PIN, "775533", NODE_KEY)
    assert open_key(changed, unlock(changed, "775533", NODE_KEY)).certificate
    with pytest.raises(WrongPin):
        unlock(changed, PIN, NODE_KEY)


def test_a_guess_at_the_pin_takes_time(sealed, monkeypatch):
    """At the cost that people get; other tests seal more cheaply."""
    monkeypatch.setattr(sealing, "SCRYPT_LOG2_N", vault.SCRYPT_LOG2_N)
    dear = change_pin(sealed, PIN, PIN, NODE_KEY)
    start = time.process_time()
    with pytest.raises(WrongPin):
        unlock(dear, "111111", NODE_KEY)
    assert time.process_time() - start > 0.03


def test_neither_data_key_nor_opened_key_shows_itself(sealed, data_key):
    secret = data_key._secret
    opened = open_key(sealed, data_key)
    for shown in (repr(data_key), str(data_key), repr(opened)):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
        assert "PrivateKey" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(data_key)


def test_an_authorisation_gives_the_key_for_the_very_request_it_was_given_for(sealed, data_key):
    redeemed = redeem(authorise(data_key, NODE_KEY, BINDING), NODE_KEY, BINDING)
    assert open_key(sealed, redeemed.data_key).certificate
    assert redeemed.once == {}


def test_what_was_typed_for_one_signing_travels_with_its_authorisation_and_shows_nowhere(data_key):
    authorisation = authorise(data_key, NODE_KEY, BINDING, {"otp": "918273"})
    assert b"918273" not in authorisation
    redeemed = redeem(authorisation, NODE_KEY, BINDING)
    assert redeemed.once["otp"] == "918273"
    assert "918273" not in repr(redeemed)


@pytest.mark.parametrize(
    "other",
    [
        bind("request-2", "aa" * 32, "person-7", EXPIRES),
        bind("request-1", "ab" * 32, "person-7", EXPIRES),
        bind("request-1", "aa" * 32, "person-8", EXPIRES),
        bind("request-1", "aa" * 32, "person-7", EXPIRES.replace(hour=4)),
        bind("request-1a", "a" * 63, "person-7", EXPIRES),
    ],
    ids=["request", "document", "person", "expiry", "shifted"],
)
def test_an_authorisation_is_worth_nothing_for_another(data_key, other):
    with pytest.raises(Forbidden) as refusal:
        redeem(authorise(data_key, NODE_KEY, BINDING), NODE_KEY, other)
    assert refusal.value.code == "authorisation-invalid"


def test_an_authorisation_of_another_node_or_a_damaged_one_is_refused(data_key):
    authorisation = authorise(data_key, NODE_KEY, BINDING)
    for bad, node in (
        (authorisation, bytes(32)),
        (authorisation[:-1] + bytes([authorisation[-1] ^ 1]), NODE_KEY),
        (b"", NODE_KEY),
        (authorisation[:10], NODE_KEY),
    ):
        with pytest.raises(Forbidden):
            redeem(bad, node, BINDING)


def test_a_certificate_cannot_be_swapped_in_a_sealed_key(sealed, data_key, agency_p12):
    other = json.loads(seal_key(agency_p12, PASSPHRASE, PIN, NODE_KEY))
    record = json.loads(sealed) | {"certificate": other["certificate"]}
    forged = json.dumps(record).encode()
    with pytest.raises(WrongPin):
        unlock(forged, PIN, NODE_KEY)
    with pytest.raises(Invalid) as refusal:
        open_key(forged, data_key)
    assert refusal.value.code == "key-sealed-broken"


def test_a_key_says_how_long_its_signatures_are(person):
    assert len(person.sign(b"data", "sha256")) == person.signature_bytes == 256


@pytest.mark.parametrize(
    ("passphrase", "pin", "code"),
    [("wrong", PIN, "p12-unreadable"), (PASSPHRASE, "12345", "pin-too-short")],
)
def test_a_file_is_taken_in_only_with_its_passphrase_and_a_fair_pin(
    person_p12, passphrase, pin, code
):
    with pytest.raises(Invalid) as refusal:
        seal_key(person_p12, passphrase, pin, NODE_KEY)
    assert refusal.value.code == code


@pytest.mark.parametrize("junk", [b"", b"no pkcs12", bytes(2000)])
def test_what_is_no_pkcs12_file_is_refused(junk):
    with pytest.raises(Invalid) as refusal:
        seal_key(junk, PASSPHRASE, PIN, NODE_KEY)
    assert refusal.value.code == "p12-unreadable"


def test_a_weak_key_and_a_file_without_certificate_are_refused(ca):
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    protection = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    builder = demo_ca._builder(
        ca.certificate.subject, ca.certificate.subject, weak.public_key(), CREATED, demo_ca.LIFE
    )
    certificate = demo_ca._signed(builder, weak, weak.public_key())
    for with_certificate, code in ((certificate, "key-too-weak"), (None, "p12-no-key")):
        p12 = pkcs12.serialize_key_and_certificates(b"", weak, with_certificate, None, protection)
        with pytest.raises(Invalid) as refusal:
            seal_key(p12, PASSPHRASE, PIN, NODE_KEY)
        assert refusal.value.code == code


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"\xff", b'{"version": 9}', b'{"version": 1}'])
def test_a_damaged_sealed_key_is_a_refusal_not_a_crash(junk):
    with pytest.raises(Refusal) as refusal:
        unlock(junk, PIN, NODE_KEY)
    assert refusal.value.code == "key-sealed-broken"
