"""Reading certificates, and telling persons from agencies."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import NameOID

from adapters.signing import demo_ca
from adapters.signing.certificates import CertificateFacts, check_usable, facts_of, read_facts
from adapters.signing.demo_ca import DemoCA
from domain.errors import Invalid
from tests.signing.conftest import AT, CREATED, PASSPHRASE, opened


def facts_for(ca: DemoCA, *subject) -> CertificateFacts:
    return facts_of(opened(ca._issue(list(subject), PASSPHRASE, CREATED)).certificate)


def test_the_facts_of_a_person_are_read(person):
    facts = read_facts(person.certificate.dump())
    assert facts.subject_name == "Đặng Thị Ngọc Ánh"
    assert facts.organisation == "UBND huyện Bình Sơn"
    assert facts.issuer == "Chứng thực thử nghiệm"
    assert facts.key_usage == ("digital_signature", "non_repudiation")
    assert (facts.kind, facts.is_agency) == ("person", False)
    assert len(facts.sha256) == 64
    assert int(facts.serial, 16) == person.certificate.serial_number
    assert facts.valid_to - facts.valid_from == timedelta(days=365 * 5)


def test_an_agency_is_told_from_a_person(agency):
    assert facts_of(agency.certificate).is_agency


COMMON, ORGANISATION, USER = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.USER_ID


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ([(ORGANISATION, "Tỉnh Hòa Vang"), (COMMON, "Ủy ban nhân dân tỉnh Hòa Vang")], "agency"),
        ([(COMMON, "TRUNG TÂM CÔNG BÁO"), (USER, "MST:0100000001")], "agency"),
        ([(COMMON, "Trương Văn Thử"), (ORGANISATION, "SỞ NỘI VỤ")], "person"),
        ([(COMMON, "Đoàn Thị Mẫu")], "person"),
        ([(COMMON, "Y Bhăm"), (USER, "CCCD:001000000001")], "person"),
        ([(COMMON, "Trường THPT Ba Gia")], "agency"),
        ([(COMMON, "Ban Mai")], "unknown"),
        ([(COMMON, "Signing Service 7")], "unknown"),
    ],
)
def test_what_a_certificate_is_shows_in_its_names_and_identifiers(ca, subject, kind):
    assert facts_for(ca, *subject).kind == kind


def test_a_certificate_is_usable_only_in_its_time_and_for_signing(person):
    facts = facts_of(person.certificate)
    check_usable(facts, AT)
    for at, code in (
        (CREATED - timedelta(days=1), "certificate-not-yet-valid"),
        (CREATED + timedelta(days=365 * 5 + 1), "certificate-expired"),
    ):
        with pytest.raises(Invalid) as refusal:
            check_usable(facts, at)
        assert refusal.value.code == code


def test_a_certificate_for_something_else_does_not_sign(ca):
    root = read_facts(ca.root_der)
    with pytest.raises(Invalid) as refusal:
        check_usable(root, AT)
    assert refusal.value.code == "certificate-key-usage"


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x03\x02\x01\x01", bytes(500)])
def test_what_is_no_certificate_is_refused(junk):
    with pytest.raises(Invalid) as refusal:
        read_facts(junk)
    assert refusal.value.code == "certificate-broken"


def test_the_demo_authority_comes_back_from_its_file_and_issues_again(ca):
    again = DemoCA.load(ca.dump("root passphrase"), "root passphrase")
    assert again.root_der == ca.root_der
    p12 = again.issue_agency("Sở Thử nghiệm", code="H48.99", passphrase=PASSPHRASE, at=CREATED)
    assert opened(p12).chain[0].dump() == ca.root_der
    with pytest.raises(Invalid):
        DemoCA.load(ca.dump("root passphrase"), "another")


def test_no_key_shows_in_the_words_of_the_demo_authority(ca):
    assert "RSAPrivateKey" not in repr(ca)


def test_a_signature_is_drawn_alike_for_the_same_name_only():
    assert demo_ca.signature_image("Lê Văn Mẫu") == demo_ca.signature_image("Lê Văn Mẫu")
    assert demo_ca.signature_image("Lê Văn Mẫu") != demo_ca.signature_image("Lê Văn Màu")


def test_the_clock_of_the_demo_is_given_not_taken():
    root = DemoCA.create("Gốc", datetime(2030, 5, 6, tzinfo=UTC))
    assert read_facts(root.root_der).valid_from.year == 2030
