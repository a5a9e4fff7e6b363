"""Signatures inside office files: who signed, what they cover, and all that must not pass."""

import asyncio
import hashlib
import io
import random
import re
import zipfile
from datetime import timedelta

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier

from adapters.signing import demo_ca
from adapters.signing.certificates import read_facts
from adapters.signing.holders import holders
from adapters.signing.office import holds_other_signature, holds_signature, validate_office
from adapters.signing.trust import Evidence
from domain.errors import Invalid
from domain.verdicts import Verdict
from tests.signing.authorities import revocation_list, time_stamper
from tests.signing.conftest import AT, CREATED
from tests.signing.office_files import (
    ECDSA,
    OFFICE,
    PACKAGE,
    OfficeSigner,
    letter,
    packed,
    relationships,
    table,
)

NEXT_DAY = AT + timedelta(days=1)
SIGNATURE = "_xmlsignatures/sig1.xml"


def signer(key, **changes) -> OfficeSigner:
    digest = changes.get("digest", "sha256")
    return OfficeSigner(key.certificate.dump(), lambda data: key.sign(data, digest), AT, **changes)


def judged(parts, ca, at=NEXT_DAY):
    data = parts if isinstance(parts, bytes) else packed(parts)
    (facts,) = validate_office(data, [ca.root_der], at).signatures
    return facts


@pytest.fixture(scope="module")
def signed(agency):
    return signer(agency).signed(letter())


@pytest.mark.parametrize("make", [letter, table], ids=["docx", "xlsx"])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_signed_office_file_is_valid_and_says_who_signed_what(make, digest, agency, ca):
    facts = judged(signer(agency, digest=digest).signed(make()), ca)
    assert (facts.verdict, facts.kind, facts.purpose) == (Verdict.VALID, "agency", "office")
    assert (facts.signed_at, facts.time_source) == (AT, "claimed")
    assert (facts.covers_whole_file, facts.later_changes, facts.uncovered) == (True, "none", ())
    assert facts.field == "sig1.xml"
    assert facts.signer_name == "Ủy ban nhân dân huyện Bình Sơn"
    assert facts.weak_algorithm is (digest == "sha1")


def test_another_judge_of_xml_signatures_agrees_about_what_the_tests_sign(signed, agency, ca):
    root = etree.fromstring(signed[SIGNATURE])
    expected = SignatureConfiguration(expect_references=2, location="./")
    judge = XMLVerifier()
    judge.excise_empty_xmlns_declarations = True  # which lxml writes where there are none
    found = judge.verify(
        root,
        x509_cert=pem.armor("CERTIFICATE", agency.certificate.dump()).decode(),
        expect_config=expected,
        validate_schema=False,
    )
    assert {each.signed_xml.get("Id") for each in found} == {
        "idPackageObject", "idSignedProperties"
    }  # fmt: skip


def test_a_key_on_a_curve_signs_too(ca):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = demo_ca._name([(demo_ca.NameOID.COMMON_NAME, "Đặng Ánh")])
    builder = demo_ca._builder(
        subject, ca.certificate.subject, key.public_key(), CREATED, demo_ca.LIFE
    ).add_extension(demo_ca._usage(digital_signature=True), True)
    certificate = demo_ca._signed(builder, ca._key, ca._key.public_key())

    def sign(data: bytes) -> bytes:
        pair = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return b"".join(each.to_bytes(32) for each in pair)

    der = certificate.public_bytes(demo_ca.serialization.Encoding.DER)
    made = OfficeSigner(der, sign, AT, method=ECDSA).signed(letter())
    assert judged(made, ca).verdict is Verdict.VALID


def test_without_its_root_it_is_whole_and_not_trusted(signed):
    (facts,) = validate_office(packed(signed), [], NEXT_DAY).signatures
    assert (facts.verdict, facts.details) == (Verdict.UNTRUSTED, ("certificate-unknown-issuer",))


def test_each_of_two_signatures_is_judged_by_itself(signed, person, ca):
    both = signer(person).signed(signed, number=2)
    found = validate_office(packed(both), [ca.root_der], NEXT_DAY).signatures
    assert [each.verdict for each in found] == [Verdict.VALID] * 2
    assert [each.kind for each in found] == ["agency", "person"]


def test_a_time_stamp_of_the_signature_proves_when(agency, ca):
    authority = time_stamper(ca, AT, life=timedelta(days=365 * 8))

    def stamp(data: bytes) -> bytes:
        coming = authority.async_timestamp(hashlib.sha256(data).digest(), "sha256")
        return asyncio.run(coming).dump()

    late = AT + timedelta(days=365 * 6)
    proven = judged(signer(agency, stamp=stamp).signed(letter()), ca, late)
    assert (proven.verdict, proven.time_source) == (Verdict.VALID, "timestamp")
    copied = judged(signer(agency, stamp=lambda _: stamp(b"other")).signed(letter()), ca)
    assert (copied.verdict, copied.time_source) == (Verdict.INCONCLUSIVE, "claimed")
    made = signer(agency, stamp=stamp).signed(letter())
    names = {read_facts(each.certificate).subject_name for each in holders(packed(made))}
    assert names == {"Ủy ban nhân dân huyện Bình Sơn", "Dấu thời gian thử nghiệm"}


def test_a_revocation_known_beside_the_file_is_heeded(signed, agency, ca):
    told = Evidence(crls=(revocation_list(ca, AT, (agency.certificate.serial_number,)),))
    (facts,) = validate_office(packed(signed), [ca.root_der], NEXT_DAY, told).signatures
    assert (facts.verdict, facts.revocation) == (Verdict.UNTRUSTED, "revoked")


def replaced(parts, name, old, new):
    assert old in parts[name]
    return parts | {name: parts[name].replace(old, new)}


DOCUMENT, RELS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
CHANGES = {
    "a word of the text": (DOCUMENT, b" &amp; ", b" - "),
    "where a relationship leads": (RELS, b"styles.xml", b"evil.xml"),
    "its kind": (RELS, b"/styles", b"/image"),
    "what kind of part it is": (TYPES, b"styles+xml", b"numbering+xml"),
    "the list of parts": (SIGNATURE, b"/word/styles.xml?", b"/word/_styles.xml?"),
    "the time of signing": (SIGNATURE, b"<xd:SigningTime>2026", b"<xd:SigningTime>2016"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_signed_and_changed_is_told(signed, ca, change):
    facts = judged(replaced(signed, *change), ca)
    assert facts.verdict is Verdict.MODIFIED
    assert "content-changed" in facts.details


def test_the_changed_part_is_named_and_a_missing_one_too(signed, ca):
    changed = judged(replaced(signed, *CHANGES["a word of the text"]), ca)
    assert changed.changed_fields == ("/word/document.xml",)
    gone = {name: data for name, data in signed.items() if name != "word/styles.xml"}
    assert judged(gone, ca).changed_fields == ("/word/styles.xml",)


def test_properties_of_the_file_and_the_order_of_relationships_may_change(signed, ca):
    rows = re.findall(rb"<Relationship [^>]*/>", signed["_rels/.rels"])
    turned = signed["_rels/.rels"].replace(b"\n".join(rows), b"\n\n".join(reversed(rows)))
    assert turned != signed["_rels/.rels"]
    other = signed | {"_rels/.rels": turned, "docProps/core.xml": b"<title>other</title>"}
    assert judged(other, ca).verdict is Verdict.VALID


def added_image(parts):
    """A picture brought in beside what was signed, by a relationship nobody signed."""
    more = f'<Relationship Id="rId77" Type="{OFFICE}/image" Target="media/evil.png"/>'
    rels = parts[RELS].replace(b"</Relationships>", more.encode() + b"</Relationships>")
    return parts | {RELS: rels, "word/media/evil.png": b"\x89PNG"}


def test_content_brought_in_beside_what_was_signed_is_never_valid(signed, agency, ca):
    facts = judged(added_image(signed), ca)
    assert (facts.verdict, facts.covers_whole_file) == (Verdict.INCONCLUSIVE, False)
    assert facts.uncovered == ("/word/_rels/document.xml.rels#rId77", "/word/media/evil.png")
    lone = signed | {"word/comments.xml": b"<c/>"}
    assert judged(lone, ca).uncovered == ("/word/comments.xml",)
    partly = signer(agency, leaves=frozenset({"word/styles.xml"})).signed(letter())
    assert judged(partly, ca).uncovered == ("/word/styles.xml",)
    # A part does not become one that only tells of the file by a relationship that says so.
    posing = (f"{PACKAGE}/relationships/metadata/core-properties", "word/comments.xml")
    root = relationships(
        ("rId1", f"{OFFICE}/officeDocument", "word/document.xml"), ("rId8", *posing)
    )
    facts = judged(lone | {"_rels/.rels": root}, ca)
    assert facts.uncovered == ("/docprops/core.xml", "/word/comments.xml")


def test_a_picture_that_lies_elsewhere_is_not_kept_by_any_signature(agency, ca):
    parts = letter()
    linked = ' TargetMode="External"'
    parts[RELS] = relationships(
        ("rId9", f"{OFFICE}/image", "https://example.vn/a.png"), mode=linked
    )
    del parts["word/styles.xml"]
    facts = judged(signer(agency).signed(parts), ca)
    assert (facts.verdict, facts.details[-1]) == (Verdict.INCONCLUSIVE, "content-outside")
    parts[RELS] = relationships(("rId9", f"{OFFICE}/hyperlink", "https://example.vn"), mode=linked)
    assert judged(signer(agency).signed(parts), ca).verdict is Verdict.VALID


def test_a_value_of_another_key_or_a_certificate_put_in_its_place_is_broken(
    signed, agency, person, ca
):
    other = signer(person, meant=agency.certificate.dump()).signed(letter())
    assert judged(other, ca).verdict is Verdict.BROKEN
    forged = OfficeSigner(
        agency.certificate.dump(), lambda data: person.sign(data, "sha256"), AT
    ).signed(letter())
    assert judged(forged, ca).details == ("signature-not-genuine",)


def test_a_second_object_of_the_same_name_is_broken(agency, ca):
    """Wrapping: one for whoever verifies, another for whoever reads."""
    twice = '<Object Id="idPackageObject"><Manifest></Manifest></Object>'
    assert judged(signer(agency, extra=twice).signed(letter()), ca).verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (b"rsa-sha256", b"hmac-sha256", Verdict.INCONCLUSIVE),
        (b"xmlenc#sha256", b"xmldsig-more#md5", Verdict.BROKEN),
        (b"<SignedInfo>", b"<SignedInfo/><SignedInfo>", Verdict.BROKEN),
        (b"</X509Certificate>", b"!</X509Certificate>", Verdict.BROKEN),
        (b"<X509Certificate>", b"<X509Certificate>MIIB", Verdict.BROKEN),
        (b'standalone="yes"?>\n', b'?><!DOCTYPE a [<!ENTITY b "c">]>', Verdict.BROKEN),
        (b"<Signature ", b"<Signature", Verdict.BROKEN),
        (b"<KeyInfo>", b'<KeyInfo xml:lang="vi">', Verdict.VALID),
        (b"<Signature ", b'<Signature xml:lang="vi" ', Verdict.INCONCLUSIVE),
    ],
)
def test_a_crooked_signature_is_never_valid(signed, ca, old, new, verdict):
    assert judged(replaced(signed, SIGNATURE, old, new), ca).verdict is verdict


def bomb(parts) -> bytes:
    return packed(parts | {"word/media/a.bin": bytes(301 * 1024 * 1024)})


def twice(parts) -> bytes:
    """Two entries of one name, as a part's name is compared."""
    return packed(parts | {"word/Document.xml": b"<other/>"})


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (bomb, "office-too-large"),
        (twice, "office-broken"),
        (lambda parts: b"PK\x03\x04" + packed(parts), "office-broken"),
        (lambda parts: packed(parts) + b"PK", "office-broken"),
        (lambda parts: packed(parts)[:400], "office-broken"),
        (lambda parts: packed(replaced(parts, TYPES, b"<Override", b"<Over")), "office-broken"),
        (lambda parts: packed({k: v for k, v in parts.items() if k != TYPES}), "office-broken"),
        (lambda _: b"", "office-broken"),
    ],
    ids=["bomb", "twice", "before", "behind", "cut", "types broken", "no types", "empty"],
)
def test_a_package_that_readers_may_read_differently_is_refused(signed, ca, make, code):
    with pytest.raises(Invalid) as refusal:
        validate_office(make(signed), [ca.root_der], NEXT_DAY)
    assert refusal.value.code == code


@pytest.mark.parametrize("seed", range(40))
def test_a_spoiled_file_is_refused_or_judged_and_says_nothing_else(signed, ca, seed):
    """Only what means nothing may differ in a valid one: blanks, an unsigned remark."""
    dice = random.Random(seed)
    name = dice.choice([SIGNATURE, SIGNATURE, DOCUMENT, RELS, "_rels/.rels", TYPES])
    data = bytearray(signed[name])
    at = dice.randrange(len(data))
    data[at : at + dice.choice((1, 4))] = dice.randbytes(dice.choice((0, 1, 3)))
    spoiled = signed | {name: bytes(data)}
    try:
        facts = judged(spoiled, ca)
    except (Invalid, ValueError):  # ValueError: another number of signatures than one
        return
    assert facts.verdict is not Verdict.VALID or facts == judged(signed, ca)
    assert name != DOCUMENT or facts.verdict is Verdict.MODIFIED or data == signed[name]


def test_signatures_of_either_family_are_seen(signed):
    assert holds_signature(packed(signed))
    assert not holds_signature(packed(letter()))
    odt = {"mimetype": b"application/vnd.oasis.opendocument.text"}
    assert not holds_other_signature(packed(odt))
    assert holds_other_signature(packed(odt | {"META-INF/documentsignatures.xml": b"<x/>"}))
    assert not holds_signature(b"PK nothing")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("_XMLSIGNATURES/sig1.xml", b"<x/>")
    assert holds_signature(file.getvalue())
