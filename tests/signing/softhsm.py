"""Tokens made of software (SoftHSM 2): real PKCS#11 over a real library."""

import os
import shutil
import subprocess
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives import serialization
from pkcs11 import Attribute, ObjectClass

from adapters.signing.keys import pkcs11 as tokens

LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
LIBRARY = next((each for each in LIBRARIES if Path(each).is_file()), "")
SO_PIN = "87654321"


class SoftHsm:
    """A drawer of tokens in a folder of its own, for this process and its children."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tokens = folder / "tokens"
        self._tokens.mkdir()
        settings = folder / "softhsm2.conf"
        settings.write_text(
            f"directories.tokendir = {self._tokens}\n"
            "objectstore.backend = file\nlog.level = ERROR\n"
        )
        os.environ["SOFTHSM2_CONF"] = str(settings)

    def token(self, label: str, pin: str) -> None:
        self._util("--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", SO_PIN)

    def put(self, label: str, pin: str, key, certificate: bytes, key_id: str = "a1") -> None:
        """A private key with its certificate."""
        pem = self._folder / "key.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self._util("--import", str(pem), "--token", label, "--pin", pin,
                   "--label", key_id, "--id", key_id)  # fmt: skip
        tokens.restart(LIBRARY)
        token = pkcs11.lib(LIBRARY).get_token(token_label=label)
        with token.open(rw=True, user_pin=pin) as session:
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.ID: bytes.fromhex(key_id),
                    Attribute.SUBJECT: x509.Certificate.load(certificate).subject.dump(),
                    Attribute.VALUE: certificate,
                }
            )

    def change_pin(self, label: str, old: str, new: str) -> None:
        token = pkcs11.lib(LIBRARY).get_token(token_label=label)
        tokens.restart(LIBRARY)
        with token.open(rw=True, user_pin=old) as session:
            session.set_pin(old, new)
        tokens.restart(LIBRARY)

    def pull_out(self) -> None:
        """All tokens leave the readers."""
        self._tokens.rename(self._folder / "away")
        self._tokens.mkdir()
        pkcs11.lib(LIBRARY).reinitialize()

    def plug_in(self) -> None:
        self._tokens.rmdir()
        (self._folder / "away").rename(self._tokens)

    def restart(self) -> None:
        """The device restarts: no session and no login of before holds any more."""
        pkcs11.lib(LIBRARY).reinitialize()

    def _util(self, *arguments: str) -> None:
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def needed() -> None:
    if not LIBRARY or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM 2 is not installed")
