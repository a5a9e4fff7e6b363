"""A signature made again has the same bytes: what a worker stored before it died is what the next
one stores, under the same name."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from adapters.signing import demo_ca
from adapters.signing.keys import seal_key
from adapters.signing.sign import sign_leader
from tests.signing.conftest import AT, CREATED, NODE_KEY, PASSPHRASE, PIN, ROOT

SCRIPT = Path(__file__).with_name("signing_again.py")


@pytest.fixture
def keys(ca, monkeypatch, person_p12, agency_p12) -> dict[str, bytes]:
    """Sealed keys by the names of their files; one is on a curve."""
    monkeypatch.setattr(demo_ca, "_new_key", lambda: ec.generate_private_key(ec.SECP256R1()))
    curve_p12 = ca.issue_person(
        "Đặng Thị Ngọc Ánh", title="Chủ tịch", organisation="UBND huyện Bình Sơn",
        passphrase=PASSPHRASE, at=CREATED,
    )  # fmt: skip
    key = pkcs12.load_key_and_certificates(curve_p12, PASSPHRASE.encode())[0]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    every = {"person.key": person_p12, "agency.key": agency_p12, "curve.key": curve_p12}
    return {name: seal_key(p12, PASSPHRASE, PIN, NODE_KEY) for name, p12 in every.items()}


@pytest.fixture
def folder(tmp_path, keys, draft, prepared, font, issuing, signature_png) -> Path:
    files = {"draft.pdf": draft, "prepared.pdf": prepared, "font.ttf": font}
    pictures = {"signature.png": signature_png, "seal.png": issuing["seal_png"]}
    for name, data in (keys | files | pictures).items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def signed_in_a_process(folder: Path, hash_seed: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), AT.isoformat()], cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_another_process_signs_the_same_bytes_with_keys_of_both_kinds(folder):
    first, second = (signed_in_a_process(folder, seed) for seed in ("1", "2"))
    assert len(set(first.values())) == len(first) == 5
    assert first == second


def test_another_time_gives_another_identifier(prepared, person, signature_png):
    """ISO 32000-1, 14.4: the second half of /ID changes with every update."""

    def identifiers(pdf: bytes) -> list[bytes]:
        return pdf[pdf.rindex(b"/ID") :].split(b"<", 2)[1:]

    def signed(at) -> bytes:
        return sign_leader(prepared, person, signature_png, signer_name="Ánh", at=at)

    lasting, now = identifiers(signed(AT))[0][:33], identifiers(signed(AT))[1][:33]
    later = identifiers(signed(AT + timedelta(seconds=1)))
    assert later[0][:33] == lasting
    assert later[1][:33] not in (now, lasting)


def test_another_picture_gives_another_identifier(prepared, person, signature_png, seal_png):
    """Of a picture only its digest goes into the identifier."""

    def identifier(png: bytes) -> bytes:
        made = sign_leader(prepared, person, png, signer_name="Ánh", at=AT)
        return made[made.rindex(b"/ID") :].split(b"<", 2)[2][:32]

    assert identifier(signature_png) == identifier(bytes(bytearray(signature_png)))
    assert identifier(signature_png) != identifier(seal_png)
