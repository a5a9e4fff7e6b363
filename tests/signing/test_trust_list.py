"""What is trusted for what, and how bundles of certificates are read."""

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, pem, x509

from adapters.signing.roots import LARGEST, read_bundle
from adapters.signing.trust import Evidence, TrustList
from adapters.signing.validate import validate
from domain.errors import Invalid
from domain.verdicts import Verdict
from tests.signing.altering import approve
from tests.signing.authorities import revocation_list, time_stamper
from tests.signing.conftest import AT

NEXT_DAY = AT + timedelta(days=1)


def p7b(*ders: bytes) -> bytes:
    held = [cms.CertificateChoices("certificate", x509.Certificate.load(der)) for der in ders]
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [],
            "encap_content_info": {"content_type": "data"},
            "certificates": held,
            "signer_infos": [],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()


def test_a_root_for_time_stamps_alone_trusts_no_signature(issued, ca):
    trusted = TrustList(stamping=(ca.root_der,))
    assert validate(issued, trusted, NEXT_DAY).verdict is Verdict.UNTRUSTED
    helper = TrustList(helpers=(ca.root_der,))
    assert validate(issued, helper, NEXT_DAY).verdict is Verdict.UNTRUSTED


def test_a_root_for_signatures_alone_proves_no_time(prepared, person, ca):
    stamped = approve(prepared, person, "Leader", time_stamper(ca, AT))
    now = datetime.now(UTC)
    (alone,) = validate(stamped, TrustList(signing=(ca.root_der,)), now).signatures
    assert (alone.verdict, alone.time_source) == (Verdict.VALID, "claimed")
    assert "timestamp-untrusted" in alone.details
    (both,) = validate(stamped, [ca.root_der], now).signatures
    assert both.time_source == "timestamp"


@pytest.mark.parametrize(("revoked", "verdict"), [(False, "good"), (True, "revoked")])
def test_evidence_given_beside_the_file_is_heeded(signed, person, ca, revoked, verdict):
    serials = (person.certificate.serial_number,) if revoked else ()
    beside = Evidence(crls=(revocation_list(ca, AT, serials), b"no list"))
    (leader,) = validate(signed, [ca.root_der], NEXT_DAY, beside).signatures
    assert leader.revocation == verdict
    assert leader.verdict is (Verdict.UNTRUSTED if revoked else Verdict.VALID)


def test_sha1_is_refused_after_its_day_unless_a_time_stamp_proves_an_earlier_one(
    prepared, person, ca
):
    day = datetime(2031, 1, 2, tzinfo=UTC)
    old = approve(prepared, person, "Leader", md_algorithm="sha1")
    (claimed,) = validate(old, [ca.root_der], day).signatures
    assert claimed.verdict is Verdict.UNTRUSTED
    assert "algorithm-refused" in claimed.details
    assert not claimed.trusted
    stamped = approve(prepared, person, "Leader", time_stamper(ca, AT), md_algorithm="sha1")
    (proven,) = validate(stamped, [ca.root_der], datetime(2029, 1, 2, tzinfo=UTC)).signatures
    assert (proven.verdict, proven.algorithm) == (Verdict.VALID, "legacy")


def test_bundles_are_read_in_every_form_each_certificate_once(ca, person):
    root, leaf = ca.root_der, person.certificate.dump()
    several = pem.armor("CERTIFICATE", root) + pem.armor("CERTIFICATE", leaf)
    bundle = p7b(root, leaf, root)
    for file in (several, bundle, pem.armor("PKCS7", bundle)):
        assert sorted(read_bundle(file)) == sorted([root, leaf])
    assert read_bundle(root) == [root]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "certificate-broken"),
        (b"nothing", "certificate-broken"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate-broken"),
        (b"\x30\x80" * 100, "certificate-broken"),
        (bytes(LARGEST + 1), "trust-bundle-large"),
    ],
)
def test_what_holds_no_certificate_is_refused(file, code):
    with pytest.raises(Invalid) as refusal:
        read_bundle(file)
    assert refusal.value.code == code
