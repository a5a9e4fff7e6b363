"""Certificates and roots: who may bind them, which are taken, which is in use."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from sqlalchemy import select

from adapters.signing.demo_ca import DemoCA
from adapters.signing.schemes import pss_parameters
from demo.seed import SINCE
from domain.errors import Forbidden, Invalid, NotFound
from domain.roles import SYSTEM, Role
from models.agencies import Person
from models.signing import CertificateBinding, SigningRole, TrustRoot
from services import accounts, signing
from services.signing import bindings, certificates, trust
from services.unit_of_work import transaction
from tests.conftest import PIN, demo_ca
from tests.signing import pss

PASSPHRASE = "mật khẩu của tệp"


@pytest.fixture
def admin(journey):
    return journey.actor("st.quantri")


def person_file(journey, name="Trần Quang Vinh", passphrase=PASSPHRASE, at=None) -> bytes:
    return demo_ca().issue_person(
        name, title="Chủ tịch", organisation=f"UBND {at}",
        passphrase=passphrase, at=at or journey.office.now(),
    )  # fmt: skip


def upload(p12: bytes, **changes) -> dict:
    return {"p12": p12, "passphrase": PASSPHRASE, "pin": PIN} | changes


def test_a_renewed_certificate_takes_over_from_the_old_one(journey, admin):
    leader = str(journey.leader.person_id)
    new = signing.bind_certificate(journey.office, admin, leader, upload(person_file(journey)))
    session, now = journey.office.session(), journey.office.now()
    person_id = journey.leader.person_id
    current = bindings.current(session, SigningRole.LEADER, now, person_id=person_id)
    assert current.id == new
    signing.revoke(journey.office, admin, new)
    later = journey.office.now() + timedelta(seconds=1)
    current = bindings.current(session, SigningRole.LEADER, later, person_id=person_id)
    assert current.id < new


def test_a_certificate_brought_before_its_first_day_waits_for_it(journey, admin):
    start = journey.office.now() + timedelta(days=30)
    file = person_file(journey, at=start)
    new = signing.bind_certificate(
        journey.office, admin, str(journey.leader.person_id), upload(file)
    )
    session, person_id = journey.office.session(), journey.leader.person_id
    for at, expected in ((journey.office.now(), False), (start, True)):
        current = bindings.current(session, SigningRole.LEADER, at, person_id=person_id)
        assert (current.id == new) is expected


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"passphrase": "another"}, "p12-unreadable"),
        ({"p12": b"no key at all"}, "p12-unreadable"),
        ({"p12": bytes(300 * 1024)}, "p12-too-large"),
        ({"pin": "12345"}, "pin-too-short"),
    ],
)
def test_files_that_cannot_be_taken_are_refused(journey, admin, change, code):
    wanted = upload(person_file(journey)) | change
    with pytest.raises(Invalid, match=code):
        signing.bind_certificate(journey.office, admin, str(journey.leader.person_id), wanted)


def test_a_persons_certificate_is_no_seal_and_an_agencys_no_persons(journey, admin):
    with pytest.raises(Invalid, match="certificate-not-agency"):
        signing.bind_certificate(journey.office, admin, "agency", upload(person_file(journey)))
    file = demo_ca().issue_agency(
        "Ủy ban nhân dân huyện Sơn Tịnh", code="H48.32", passphrase=PASSPHRASE,
        at=journey.office.now(),
    )  # fmt: skip
    with pytest.raises(Invalid, match="certificate-not-person"):
        signing.bind_certificate(journey.office, admin, str(journey.leader.person_id), upload(file))


def test_an_expired_or_doubly_bound_certificate_is_refused(journey, admin):
    leader = str(journey.leader.person_id)
    old = person_file(journey, at=journey.office.now() - timedelta(days=365 * 6))
    with pytest.raises(Invalid, match="certificate-expired"):
        signing.bind_certificate(journey.office, admin, leader, upload(old))
    file = person_file(journey)
    signing.bind_certificate(journey.office, admin, leader, upload(file))
    with pytest.raises(Invalid, match="certificate-already-bound"):
        signing.bind_certificate(journey.office, admin, leader, upload(file))


def test_only_an_administrator_binds_and_only_in_the_own_agency(journey, admin):
    file = upload(person_file(journey))
    with pytest.raises(Forbidden):
        signing.bind_certificate(
            journey.office, journey.leader, str(journey.leader.person_id), file
        )
    stranger = journey.actor("st.th.chutich", "000.21.32.H48")
    with pytest.raises(NotFound):
        signing.bind_certificate(journey.office, admin, str(stranger.person_id), file)
    theirs = journey.office.session().scalars(
        select(CertificateBinding.id).where(CertificateBinding.person_id == stranger.person_id)
    )
    with pytest.raises(NotFound):
        signing.revoke(journey.office, admin, theirs.one())


def test_a_root_is_trusted_once_and_only_if_it_is_an_authority(journey, admin):
    new = DemoCA.create("CA khác", journey.office.now())
    sha256 = signing.add_root(journey.office, admin, new.root_der)
    query = select(TrustRoot).where(TrustRoot.sha256 == sha256)
    assert journey.office.session().scalars(query).one().subject == "CA khác"
    with pytest.raises(Invalid, match="trust-root-known"):
        signing.add_root(journey.office, admin, new.root_der)
    certificate = journey.office.session().scalars(select(CertificateBinding.certificate)).first()
    with pytest.raises(Invalid, match="trust-root-not-authority"):
        signing.add_root(journey.office, admin, certificate)
    with pytest.raises(Invalid, match="certificate-broken"):
        signing.add_root(journey.office, admin, b"no certificate")
    with pytest.raises(Forbidden):
        signing.add_root(journey.office, journey.clerk, new.root_der)


def test_a_root_may_come_as_pem(journey):
    from cryptography.hazmat.primitives.serialization import Encoding

    ca = DemoCA.create("CA dạng PEM", journey.office.now())
    with transaction(journey.office, SYSTEM) as work:
        root = trust.trust(work, ca.certificate.public_bytes(Encoding.PEM))
    assert root.certificate == ca.root_der


def test_a_certificate_of_another_name_is_refused(journey, admin):
    file = person_file(journey, name="Trần Quang Vinh Em")
    with pytest.raises(Invalid, match="certificate-name-differs"):
        signing.bind_certificate(journey.office, admin, str(journey.leader.person_id), upload(file))


def test_who_leads_in_two_agencies_gets_certificates_only_where_the_account_is_managed(journey):
    """Else the administrator of a commune could put a key under the chairman's name."""
    admin = journey.actor("st.quantri")
    with transaction(journey.office, SYSTEM) as work:
        commune = journey.actor("st.th.chutich", "000.21.32.H48")
        person = work.session.get(Person, journey.leader.person_id)
        accounts.appoint(
            work, person, commune.agency_id, commune.unit_id, Role.LEADER, "Chủ tịch", SINCE
        )
    theirs = replace(admin, agency_id=commune.agency_id, agency_name="Tịnh Hà")
    leader = str(journey.leader.person_id)
    with pytest.raises(Forbidden, match="person-elsewhere"):
        signing.bind_certificate(journey.office, theirs, leader, upload(person_file(journey)))
    query = select(CertificateBinding.id).where(CertificateBinding.person_id == int(leader))
    with pytest.raises(Forbidden, match="person-elsewhere"):
        signing.revoke(journey.office, theirs, journey.office.session().scalars(query).one())
    with pytest.raises(Forbidden, match="not-allowed"):
        signing.add_root(journey.office, theirs, b"any root")


def test_a_token_whose_key_makes_nothing_of_ours_is_told_when_its_certificate_comes(journey, admin):
    p12 = person_file(journey, at=journey.office.now())
    secret = PASSPHRASE.encode()
    der = pkcs12.load_key_and_certificates(p12, secret)[1].public_bytes(Encoding.DER)
    holder = str(journey.leader.person_id)
    other = pss.certified(demo_ca()._ca, der, pss_parameters("sha512"))
    with pytest.raises(Invalid, match="key-type-unsupported"):
        certificates.bind_token_certificate(journey.office, admin, holder, other)
    for_pss = pss.certified(demo_ca()._ca, der)
    assert certificates.bind_token_certificate(journey.office, admin, holder, for_pss)
