"""Keys on tokens, over a real PKCS#11 library: RSA and EC, restarts, forks, wrong PINs."""

import gc
import os
import sys

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from adapters.signing import demo_ca
from adapters.signing.keys import KeyRefused, SecretRefused
from adapters.signing.keys import pkcs11 as tokens
from adapters.signing.keys.pkcs11 import TokenKey, TokenPlace
from adapters.signing.keys.token_reading import read_token
from adapters.signing.schemes import Scheme
from adapters.signing.sign import sign_leader
from adapters.signing.validate import validate_strict
from domain.errors import Unavailable
from tests.signing import pss, softhsm
from tests.signing.conftest import AT, CREATED
from tests.signing.softhsm import LIBRARY, SoftHsm

PIN = "123456"
PLACE = TokenPlace(LIBRARY, "bàn ký")


@pytest.fixture(scope="module")
def hsm(tmp_path_factory) -> SoftHsm:
    softhsm.needed()
    drawer = SoftHsm(tmp_path_factory.mktemp("softhsm"))
    drawer.token(PLACE.label, PIN)
    return drawer


def certified(ca, key) -> bytes:
    subject = demo_ca._name([(demo_ca.NameOID.COMMON_NAME, "Đặng Thị Ngọc Ánh")])
    issuer = ca.certificate.subject
    builder = demo_ca._builder(subject, issuer, key.public_key(), CREATED, demo_ca.LIFE)
    usage = demo_ca._usage(digital_signature=True, content_commitment=True)
    certificate = demo_ca._signed(builder.add_extension(usage, True), ca._key, ca._key.public_key())
    return certificate.public_bytes(serialization.Encoding.DER)


def key_on_token(hsm: SoftHsm, ca, key, key_id: str, pin: str = PIN) -> TokenKey:
    certificate = certified(ca, key)
    hsm.put(PLACE.label, PIN, key, certificate, key_id)
    place = TokenPlace(LIBRARY, PLACE.label, key_id=bytes.fromhex(key_id))
    return TokenKey(x509.Certificate.load(certificate), (), place, pin)


@pytest.fixture(scope="module")
def rsa_key(hsm, ca) -> TokenKey:
    return key_on_token(hsm, ca, rsa.generate_private_key(65537, 2048), "a1")


def holds(key: TokenKey) -> bool:
    public = serialization.load_der_public_key(key.certificate.public_key.dump())
    signature = key.sign(b"some bytes", "sha256")
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, b"some bytes", padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, b"some bytes", ec.ECDSA(hashes.SHA256()))
    return len(signature) <= key.signature_bytes


def test_keys_of_each_kind_sign_without_leaving_the_token(hsm, ca, rsa_key):
    assert holds(rsa_key)
    assert holds(key_on_token(hsm, ca, rsa.generate_private_key(65537, 3072), "a2"))
    assert holds(key_on_token(hsm, ca, ec.generate_private_key(ec.SECP256R1()), "a3"))


def test_a_key_for_pss_alone_signs_so(hsm, ca):
    key = pss.new_key()
    certificate = pss.certified(ca, certified(ca, key))
    hsm.put(PLACE.label, PIN, key, certificate, "a5")
    place = TokenPlace(LIBRARY, PLACE.label, key_id=bytes.fromhex("a5"))
    held = TokenKey(x509.Certificate.load(certificate), (), place, PIN)
    assert held.scheme is Scheme.PSS
    padded = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = held.sign(b"some bytes", "sha256")
    key.public_key().verify(signature, b"some bytes", padded, hashes.SHA256())


def test_a_document_signed_on_an_ec_token_holds(hsm, ca, prepared, signature_png):
    key = key_on_token(hsm, ca, ec.generate_private_key(ec.SECP256R1()), "a4")
    signed = sign_leader(prepared, key, signature_png, signer_name="Đặng Thị Ngọc Ánh", at=AT)
    assert validate_strict(signed, [ca.root_der]).signatures[0].verdict.intact


def test_what_is_on_a_token_is_read_in_a_process_of_its_own(hsm, ca, rsa_key):
    found = {each.key_id.hex(): each for each in read_token(PLACE, PIN)}
    assert found["a1"].certificate == rsa_key.certificate.dump()
    assert found["a1"].serial
    with pytest.raises(SecretRefused, match="token-pin-refused"):
        read_token(PLACE, "999999")
    with pytest.raises(Unavailable, match="token-absent"):
        read_token(TokenPlace(LIBRARY, "không có"), PIN)
    with pytest.raises(Unavailable, match="token-absent"):
        read_token(TokenPlace("/no/such/library.so", PLACE.label), PIN)


def test_a_restarted_token_is_not_spoken_of_on_the_terminal(hsm, rsa_key, monkeypatch):
    assert holds(rsa_key)
    hsm.restart()
    printed = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    assert holds(rsa_key)
    gc.collect()
    assert printed == []


def test_a_restarted_token_is_opened_once_more(hsm, rsa_key):
    assert holds(rsa_key)
    hsm.restart()
    assert holds(rsa_key)


def test_a_forked_process_opens_a_session_of_its_own(rsa_key):
    assert holds(rsa_key)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if holds(rsa_key) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert holds(rsa_key)


def test_a_token_pulled_out_is_told_and_works_again_once_it_is_back(hsm, rsa_key):
    assert holds(rsa_key)
    hsm.pull_out()
    try:
        with pytest.raises(Unavailable, match="token-absent"):
            rsa_key.sign(b"data", "sha256")
    finally:
        hsm.plug_in()
    assert holds(rsa_key)


def test_a_wrong_pin_is_given_to_the_token_once_only(hsm, rsa_key, monkeypatch):
    wrong = TokenKey(rsa_key.certificate, (), rsa_key.place, "000000")
    tries = []
    monkeypatch.setattr(tokens, "restart", tries.append)
    with pytest.raises(SecretRefused, match="token-pin-refused"):
        wrong.sign(b"data", "sha256")
    assert tries == []
    assert holds(rsa_key), "the token is not locked, and the right PIN opens it"


def test_a_key_that_is_not_there_is_refused(rsa_key):
    place = TokenPlace(LIBRARY, PLACE.label, key_id=b"\xff")
    with pytest.raises(KeyRefused, match="token-no-key"):
        TokenKey(rsa_key.certificate, (), place, PIN).sign(b"data", "sha256")


def test_a_key_on_a_token_shows_no_pin(rsa_key):
    assert PIN not in repr(rsa_key)
