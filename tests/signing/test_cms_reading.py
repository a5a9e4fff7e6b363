"""The quick reading of a CMS says what asn1crypto says of it, or leaves it to it."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms, core
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.signing import cms_reading
from adapters.signing.cms_reading import read_signer
from domain.errors import Invalid
from tests.signing.conftest import SHARED

SEED = 5


def signatures_of(pdf: bytes) -> list[bytes]:
    reader = PdfFileReader(BytesIO(pdf), strict=False)
    return [each.pkcs7_content for each in reader.embedded_signatures]


@pytest.fixture(scope="module")
def ours(issued) -> list[bytes]:
    return signatures_of(issued)


def outcome(function, data: bytes):
    try:
        return function(data)
    except Exception:
        return None


def test_ours_are_read_quickly_and_the_same(ours):
    assert len(ours) == 2
    for data in ours:
        assert cms_reading._quickly(data) == cms_reading._fully(data)


def test_real_ones_are_read_the_same():
    real = [path.read_bytes() for path in sorted(Path(SHARED).rglob("*.pdf"))]
    if not real:
        pytest.skip("no real documents are at hand")
    for data in (each for pdf in real for each in signatures_of(pdf)):
        assert outcome(read_signer, data) == outcome(cms_reading._fully, data)


def test_of_a_mutilated_one_nothing_else_is_read(ours):
    chance, read = random.Random(SEED), 0
    for _ in range(2000):
        damaged = bytearray(chance.choice(ours))
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        quick = outcome(cms_reading._quickly, bytes(damaged))
        full = outcome(cms_reading._fully, bytes(damaged))
        read += quick is not None
        assert quick is None or full is None or quick == full
    assert read > 500


def test_lengths_that_are_not_told_are_left_to_asn1crypto(ours):
    """BER, as old programs of the government wrote it."""
    body = cms.ContentInfo.load(ours[0]).contents
    endless = b"\x30\x80" + body + b"\0\0"
    assert outcome(cms_reading._quickly, endless) is None
    assert read_signer(endless) == read_signer(ours[0])


def test_a_digest_that_nobody_should_use_is_refused(ours):
    weak = cms.ContentInfo.load(ours[0])
    signer = weak["content"]["signer_infos"][0]
    signer["digest_algorithm"] = {"algorithm": "sha1"}
    with pytest.raises(Invalid, match="signature-not-genuine"):
        read_signer(weak.dump(force=True))


def test_a_digest_that_stands_there_twice_is_none(ours):
    twice = cms.ContentInfo.load(ours[0])
    signer = twice["content"]["signer_infos"][0]
    for attribute in signer["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [core.OctetString(bytes(32)), core.OctetString(bytes(32))]
    assert outcome(read_signer, twice.dump(force=True)) is None
