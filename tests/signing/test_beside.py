"""Signatures that are files of their own: detached, with the content inside, in every encoding."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, pem

from adapters.signing.beside import validate_beside
from adapters.signing.detached import sign_detached
from domain.errors import Invalid
from domain.verdicts import Verdict
from tests.signing.altering import LoadedSigner
from tests.signing.conftest import AT

NEXT_DAY = AT + timedelta(days=1)
TABLE, OTHER = b"PK\x03\x04 a table", b"something else"


@pytest.fixture(scope="module")
def signature(agency):
    return sign_detached(TABLE, agency, at=AT)


def judged(signature: bytes, contents, ca, at=NEXT_DAY):
    index, report = validate_beside("bang.p7s", signature, contents, [ca.root_der], at)
    (facts,) = report.signatures
    return index, facts


def as_ber(der: bytes) -> bytes:
    content = cms.ContentInfo.load(der)
    body = content["content_type"].dump() + b"\xa0\x80" + content["content"].untag().dump()
    return b"\x30\x80" + body + bytes(4)


@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (bytes, "der"),
        (as_ber, "ber"),
        (base64.b64encode, "der"),
        (base64.encodebytes, "der"),
        (lambda der: pem.armor("PKCS7", der), "der"),
    ],
    ids=["der", "ber", "base64", "base64 in lines", "pem"],
)
def test_a_signature_beside_its_file_is_valid_in_every_encoding(signature, ca, encode, encoding):
    index, facts = judged(encode(signature), [OTHER, TABLE], ca)
    assert (index, facts.verdict) == (1, Verdict.VALID)
    assert (facts.kind, facts.purpose, facts.encoding) == ("agency", "detached", encoding)
    assert facts.signed_at == AT


def test_a_changed_file_is_told_and_never_valid(signature, ca):
    index, facts = judged(signature, [OTHER], ca)
    assert (index, facts.verdict) == (0, Verdict.MODIFIED)


def test_a_spoiled_signature_is_broken(signature, ca):
    spoiled = signature[:-1] + bytes([signature[-1] ^ 1])
    assert judged(spoiled, [TABLE], ca)[1].verdict is Verdict.BROKEN


def test_one_with_its_content_inside_stands_for_itself(agency, ca):
    made = asyncio.run(
        LoadedSigner(agency).async_sign_general_data(TABLE, "sha256", detached=False)
    ).dump()
    now = datetime.now(UTC)
    assert judged(made, [], ca, now)[0] is None
    index, facts = judged(made, [OTHER, TABLE], ca, now)
    assert (index, facts.verdict) == (1, Verdict.VALID)


@pytest.mark.parametrize(
    ("given", "contents", "code"),
    [
        (b"no signature", [TABLE], "detached-unreadable"),
        (b"\x30\x80\x00", [TABLE], "detached-unreadable"),
        (b"", [TABLE], "detached-unreadable"),
    ],
)
def test_what_is_no_signature_is_refused(ca, given, contents, code):
    with pytest.raises(Invalid) as refusal:
        judged(given, contents, ca)
    assert refusal.value.code == code


def test_a_signature_without_its_file_is_refused(signature, ca):
    with pytest.raises(Invalid) as refusal:
        judged(signature, [], ca)
    assert refusal.value.code == "detached-alone"
