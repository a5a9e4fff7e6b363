"""RSASSA-PSS: signatures of others are understood, keys that are for it alone sign so."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from adapters.signing.closing import closing_signature
from adapters.signing.detached import sign_detached, signer_of
from adapters.signing.keys import seal_key
from adapters.signing.schemes import Scheme, pss_padding, pss_parameters
from adapters.signing.sign import issue, sign_leader
from adapters.signing.validate import validate, validate_strict
from domain.errors import Invalid
from domain.verdicts import Verdict
from services.office import utc_now
from tests.signing import pss
from tests.signing.conftest import AT, NODE_KEY, PASSPHRASE, PIN, opened

NOW = utc_now()


@pytest.fixture(scope="module")
def leader(ca, person_p12):
    return opened(pss.p12_of(ca, person_p12, PASSPHRASE))


@pytest.fixture(scope="module")
def seal(ca, agency_p12):
    return opened(pss.p12_of(ca, agency_p12, PASSPHRASE))


@pytest.fixture(scope="module")
def signed(prepared, leader, signature_png) -> bytes:
    return sign_leader(prepared, leader, signature_png, signer_name="Ánh", at=AT)


@pytest.fixture(scope="module")
def roots(ca) -> list[bytes]:
    return [ca.certificate.public_bytes(Encoding.DER)]


def theirs(ca, p12: bytes, pdf: bytes, folder) -> bytes:
    """As another program signs in PSS with an ordinary RSA key: pyHanko, the longest salt."""
    file = folder / "theirs.p12"
    file.write_bytes(p12)
    signer = signers.SimpleSigner.load_pkcs12(str(file), passphrase=PASSPHRASE.encode())
    signer.prefer_pss = True
    meta = signers.PdfSignatureMetadata(field_name="Theirs", md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    return signers.PdfSigner(meta, signer).sign_pdf(writer).getvalue()


def parted(pdf: bytes) -> tuple[bytes, bytes]:
    """What the last signature covers, and its CMS."""
    numbers = re.findall(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)", pdf)[-1]
    start, first, second, rest = map(int, numbers)
    digits = pdf[first + 1 : second - 1].decode()
    content = cms.ContentInfo.load(bytes.fromhex(digits)).dump()
    return pdf[start : start + first] + pdf[second : second + rest], content


def signer_info(pdf: bytes) -> cms.SignerInfo:
    return cms.ContentInfo.load(parted(pdf)[1])["content"]["signer_infos"][0]


def test_a_leader_and_a_seal_whose_keys_are_for_pss_alone_sign_so(signed, seal, issuing, roots):
    issued = issue(signed, seal, **issuing)
    for report in (validate_strict(issued, roots, NOW), validate(issued, roots, NOW)):
        assert [each.verdict for each in report.signatures] == [Verdict.VALID] * 2, report
        assert {each.key for each in report.signatures} == {"RSA 2048"}
    algorithm = signer_info(issued)["signature_algorithm"]
    assert algorithm["algorithm"].native == "rsassa_pss"
    assert algorithm["parameters"]["salt_length"].native == 32


def test_openssl_agrees(signed, tmp_path):
    """Poppler's library knows PSS with ordinary RSA keys only."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    covered, content = parted(signed)
    (tmp_path / "covered").write_bytes(covered)
    (tmp_path / "cms").write_bytes(content)
    asked = ["openssl", "cms", "-verify", "-binary", "-noverify", "-inform", "DER"]
    asked += ["-in", "cms", "-content", "covered", "-out", os.devnull]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification successful" in done.stderr, done.stderr


def test_poppler_agrees_on_an_ordinary_key_that_signs_in_pss(
    prepared, person, signature_png, tmp_path
):
    if shutil.which("pdfsig") is None:
        pytest.skip("poppler's pdfsig is not installed")
    made = sign_leader(prepared, InPss(person), signature_png, signer_name="Ánh", at=AT)
    (tmp_path / "a.pdf").write_bytes(made)
    asked = ["pdfsig", "-nocert", tmp_path / "a.pdf"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said, said


class InPss:
    """An ordinary RSA key of a backend that makes PSS of it, as a signing service may."""

    scheme = Scheme.PSS

    def __init__(self, key) -> None:
        self._key = key._key
        self.certificate, self.chain = key.certificate, key.chain
        self.signature_bytes = key.signature_bytes

    def sign(self, data: bytes, digest: str) -> bytes:
        return self._key.sign(data, pss_padding(digest), hashes.SHA256())


def test_what_others_sign_in_pss_is_valid_and_a_change_is_seen(
    ca, person_p12, draft, roots, tmp_path
):
    received = theirs(ca, person_p12, draft, tmp_path)
    assert closing_signature((received,)).field == "Theirs"
    now = datetime.now(UTC)  # they sign by their own clock
    for report in (validate(received, roots, now), validate_strict(received, roots, now)):
        (found,) = report.signatures
        assert (found.verdict, found.weak_algorithm) == (Verdict.VALID, False), found
    at = received.index(b"/MediaBox")
    changed = received[:at] + b"/MediaBoy" + received[at + 9 :]
    assert validate(changed, roots, now).signatures[0].verdict is Verdict.MODIFIED
    info = signer_info(received)
    value = info["signature"].native
    forged = received.replace(value.hex().encode(), bytes(256).hex().encode())
    forged = forged.replace(value.hex().upper().encode(), bytes(256).hex().encode())
    assert forged != received
    assert validate(forged, roots, now).signatures[0].verdict is Verdict.BROKEN
    with pytest.raises(Invalid, match="signature-not-genuine"):
        closing_signature((forged,))


def test_the_signature_beside_a_file_is_pss_as_well(leader):
    beside = sign_detached(b"a table", leader, at=AT)
    assert signer_of(b"a table", beside)
    info = cms.ContentInfo.load(beside)["content"]["signer_infos"][0]
    assert info["signature_algorithm"]["algorithm"].native == "rsassa_pss"


def test_a_key_that_is_bound_to_another_digest_is_refused_when_it_is_taken_in(ca, person_p12):
    bound = pss.p12_of(ca, person_p12, PASSPHRASE, pss_parameters("sha512"))
    with pytest.raises(Invalid, match="key-type-unsupported"):
        seal_key(bound, PASSPHRASE, PIN, NODE_KEY)
    ours = pss.p12_of(ca, person_p12, PASSPHRASE, pss_parameters("sha256"))
    assert opened(ours).scheme is Scheme.PSS
