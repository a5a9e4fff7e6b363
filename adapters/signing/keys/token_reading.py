"""Looking at a token in a process of its own (`python -m adapters.signing.keys.token_reading`): the
library of a token's maker may crash or hang, and may be loaded only after the last fork. The PIN
goes in over a pipe; what comes out are the certificates that have a key beside them."""

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from asn1crypto import x509
from pkcs11 import Attribute, ObjectClass

from adapters.signing.keys.interface import KeyRefused, SecretRefused
from adapters.signing.keys.pkcs11 import TokenPlace, find_token, open_session
from domain.errors import Refusal, Unavailable

SECONDS = 20
PROGRAM = Path(__file__).parents[3]
KINDS = {each.__name__: each for each in (SecretRefused, KeyRefused, Unavailable)}


@dataclass(frozen=True)
class OnToken:
    """A certificate on a token whose private key is there too; `chain` are the others there."""

    certificate: bytes
    key_id: bytes
    chain: tuple[bytes, ...]
    serial: str


def read_token(place: TokenPlace, pin: str) -> list[OnToken]:
    """What can sign on a token. Refuses as `TokenKey.sign`, Unavailable("token-failed") when the
    library crashed or took longer than 20 seconds."""
    asked = {"library": place.library, "label": place.label, "serial": place.serial, "pin": pin}
    try:
        ran = subprocess.run(  # noqa: S603 this very program
            [sys.executable, "-m", __name__], input=json.dumps(asked).encode(), cwd=PROGRAM,
            capture_output=True, timeout=SECONDS, check=True,
        )  # fmt: skip
        answer = json.loads(ran.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unavailable("token-failed", cause=type(error).__name__) from None
    if "refused" in answer:
        kind, code, fields = answer["refused"]
        raise KINDS[kind](code, **fields)
    return [_on_token(each) for each in answer["found"]]


def _on_token(found: dict) -> OnToken:
    certificate, key_id = base64.b64decode(found["certificate"]), bytes.fromhex(found["key_id"])
    chain = tuple(base64.b64decode(each) for each in found["chain"])
    return OnToken(certificate, key_id, chain, found["serial"])


def look(place: TokenPlace, pin: str) -> list[dict]:
    """In the process of its own."""
    session = open_session(place, pin)
    serial = find_token(place).serial.decode(errors="replace").strip()
    keys = {key[Attribute.ID] for key in session.get_objects({_CLASS: ObjectClass.PRIVATE_KEY})}
    certificates = [
        (each[Attribute.ID], bytes(each[Attribute.VALUE]))
        for each in session.get_objects({_CLASS: ObjectClass.CERTIFICATE})
    ]
    return [
        {
            "certificate": base64.b64encode(der).decode(),
            "key_id": key_id.hex(),
            "chain": [base64.b64encode(each).decode() for each in _issuers(der, certificates)],
            "serial": serial,
        }
        for key_id, der in certificates
        if key_id in keys
    ]


_CLASS = Attribute.CLASS


def _issuers(der: bytes, certificates: list[tuple[bytes, bytes]]) -> list[bytes]:
    """Those that issued it, as far as they are on the token."""
    by_subject = {x509.Certificate.load(each).subject.dump(): each for _id, each in certificates}
    chain, last = [], der
    while len(chain) < len(certificates):
        issuer = by_subject.get(x509.Certificate.load(last).issuer.dump())
        if issuer is None or issuer in (last, der, *chain):
            break
        chain.append(issuer)
        last = issuer
    return chain


def main() -> None:
    asked = json.load(sys.stdin)
    place = TokenPlace(asked["library"], asked["label"], asked["serial"])
    try:
        answer = {"found": look(place, asked["pin"])}
    except Refusal as refusal:
        fields = {name: str(value) for name, value in refusal.fields.items()}
        answer = {"refused": (type(refusal).__name__, refusal.code, fields)}
    except pkcs11.PKCS11Error as error:
        cause = {"cause": type(error).__name__}
        answer = {"refused": ("Unavailable", "token-failed", cause)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
