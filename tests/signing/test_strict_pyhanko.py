"""What our own writing makes is valid for strangers: pyHanko as it is, strict, in a process that
holds none of our code, and poppler's pdfsig. RSA and elliptic curves, one page and fifty, with a
time stamp and without."""

import json
import shutil
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.signing import demo_ca
from adapters.signing.demo_ca import DemoCA
from adapters.signing.fields import prepare
from adapters.signing.sign import issue, sign_leader
from adapters.signing.timestamps import TimeAuthority, imprint, obtain
from demo.authority import AuthorityServer, DemoAuthority
from tests.signing.conftest import AT, CREATED, LETTER, PASSPHRASE, PLACES, opened, typeset

NAME = "Đặng Thị Ngọc Ánh"
FIFTY = LETTER + "#for number in range(49) { pagebreak(); lorem(200) }\n"
STRANGER = """
import json, sys
from datetime import datetime
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

root = Certificate.load(open(sys.argv[2], "rb").read())
told = []
with open(sys.argv[1], "rb") as stream:
    for each in PdfFileReader(stream, strict=True).embedded_signatures:
        contexts = [
            ValidationContext(
                trust_roots=[root], moment=datetime.fromisoformat(sys.argv[3]), allow_fetching=False
            )
            for _ in range(2)
        ]
        status = validate_pdf_signature(each, *contexts)
        stamp = status.timestamp_validity
        told.append([
            each.field_name, bool(status.bottom_line), status.coverage.name,
            each.signer_cert.public_key.algorithm, bool(stamp and stamp.valid and stamp.trusted),
        ])
print(json.dumps(told))
assert not any(name.split(".")[0] in ("adapters", "domain") for name in sys.modules)
"""


@pytest.fixture(scope="module")
def curved(ca: DemoCA):
    """(A person's key, an agency's), both on P-256."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_ca, "_new_key", lambda: ec.generate_private_key(ec.SECP256R1()))
        person = ca.issue_person(
            NAME, title="Chủ tịch", organisation="UBND huyện", passphrase=PASSPHRASE, at=CREATED
        )
        agency = ca.issue_agency("UBND huyện", code="H48.15", passphrase=PASSPHRASE, at=CREATED)
    return opened(person), opened(agency)


@pytest.fixture(scope="module")
def stamp(ca: DemoCA):
    """As the product asks its time authority: a token over the value of the signature."""
    server = AuthorityServer(DemoAuthority(ca, lambda: AT)).start()
    authority = TimeAuthority(f"{server.url}/tsa")
    yield lambda value: obtain(authority, imprint(value), [ca.root_der], AT).token
    server.stop()


@pytest.fixture
def strangers(ca: DemoCA, tmp_path):
    """What pyHanko and poppler say of a file."""

    def judged(pdf: bytes) -> list:
        path, root = tmp_path / "file.pdf", tmp_path / "root.der"
        path.write_bytes(pdf)
        root.write_bytes(ca.root_der)
        command = [sys.executable, "-I", "-c", STRANGER, str(path), str(root), AT.isoformat()]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        told = json.loads(ran.stdout)
        if shutil.which("pdfsig"):
            by_poppler = subprocess.run(
                ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=True
            ).stdout
            assert by_poppler.count("Signature is Valid.") == len(told)
            assert "Total document signed" in by_poppler
        return told

    return judged


def expected(algorithm: str, *, stamped: bool = False) -> list:
    return [
        ["Leader", True, "ENTIRE_REVISION", algorithm, stamped],
        ["Seal", True, "ENTIRE_FILE", algorithm, stamped],
    ]


def test_rsa_is_valid_for_strangers(issued, strangers):
    assert strangers(issued) == expected("rsa")


def test_an_elliptic_curve_is_valid_for_strangers(
    prepared, curved, signature_png, issuing, strangers
):
    person, agency = curved
    signed = sign_leader(prepared, person, signature_png, signer_name=NAME, at=AT)
    assert strangers(signed) == [["Leader", True, "ENTIRE_FILE", "ec", False]]
    assert strangers(issue(signed, agency, **issuing)) == expected("ec")


def test_fifty_pages_are_valid_for_strangers(person, agency, signature_png, issuing, strangers):
    prepared = prepare(typeset(FIFTY), PLACES)
    signed = sign_leader(prepared, person, signature_png, signer_name=NAME, at=AT)
    issued = issue(signed, agency, **issuing)
    assert issued.count(b"/MediaBox") >= 50
    assert strangers(issued) == expected("rsa")


@pytest.fixture(params=["rsa", "ec"])
def stamped(request, prepared, person, agency, curved, signature_png, stamp):
    """(Kind of key, a file that the leader signed, the agency's key)."""
    leader, seal = (person, agency) if request.param == "rsa" else curved
    signed = sign_leader(prepared, leader, signature_png, signer_name=NAME, at=AT, stamp=stamp)
    return request.param, signed, seal


def test_with_a_time_stamp_each_is_valid_for_strangers(stamped, issuing, stamp, strangers):
    """PAdES B-T: the token is in the signature's own attributes, and fits its value."""
    kind, signed, seal = stamped
    issued = issue(signed, seal, stamp=stamp, **issuing)
    assert strangers(issued) == expected(kind, stamped=True)


def test_a_file_changed_by_one_byte_is_valid_for_nobody(issued, ca, tmp_path):
    path, root = tmp_path / "file.pdf", tmp_path / "root.der"
    at = issued.index(b"/MediaBox")
    path.write_bytes(issued[: at + 11] + b"1" + issued[at + 12 :])
    root.write_bytes(ca.root_der)
    command = [sys.executable, "-I", "-c", STRANGER, str(path), str(root), AT.isoformat()]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not any(each[1] for each in json.loads(ran.stdout or "[]"))
