"""What stops a signature that was asked for, each really brought about: the document's page tells
its reason and its next step, no signature is there, and the person can ask anew.

Files that are refused at the upload have their table in tests/signing/test_bad_input.py, two
workers on one request in test_fencing.py and test_crashes.py, tokens in tests/signing_token.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.signing import demo_ca
from adapters.signing.keys.pkcs12 import Pkcs12Key
from blueprints.words import words
from domain.errors import Invalid, Refusal
from domain.outgoing_flow import OutgoingState
from domain.roles import SYSTEM
from models.signing import CertificateBinding, SigningRequest, SigningRole, SigningState
from services import outbox, signing
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, PIN
from tests.visitor import Visitor


def leaders_binding(journey, **values) -> None:
    """Somebody changes the leader's certificate between the click and the worker."""
    with transaction(journey.office, SYSTEM) as work:
        query = select(CertificateBinding).where(
            CertificateBinding.person_id == journey.leader.person_id
        )
        for name, value in values.items():
            setattr(work.session.scalars(query).one(), name, value)


def not_yet_valid(journey, _patch) -> None:
    leaders_binding(journey, valid_from=journey.office.now() + timedelta(days=1))


def expired(journey, _patch) -> None:
    leaders_binding(journey, valid_to=journey.office.now() - timedelta(seconds=1))


def revoked(journey, _patch) -> None:
    leaders_binding(journey, revoked_at=journey.office.now())


def suspended(journey, _patch) -> None:
    leaders_binding(journey, suspended_at=journey.office.now())


def placeholder_too_small(_journey, patch) -> None:
    """The key announces fewer bytes than its signatures have."""
    patch.setattr(Pkcs12Key, "signature_bytes", property(lambda key: 100))


def too_late(journey, _patch) -> None:
    journey.later(minutes=11)


def file_damaged(journey, _patch) -> None:
    request = journey.office.session().scalars(select(SigningRequest)).one()
    path = journey.office.files.path(request.input_sha256)
    path.chmod(0o640)
    path.write_bytes(b"%PDF-1.7 other bytes")


STOPPED = {
    "certificate not yet valid": (not_yet_valid, "certificate-not-yet-valid"),
    "certificate expired": (expired, "certificate-expired"),
    "certificate revoked": (revoked, "certificate-revoked"),
    "certificate suspended": (suspended, "certificate-suspended"),
    "signature placeholder too small": (placeholder_too_small, "signature-room-too-small"),
    "authorisation over": (too_late, "authorisation-expired"),
    "file damaged": (file_damaged, "file-damaged"),
}


@pytest.mark.parametrize("case", STOPPED)
def test_a_signature_that_is_stopped_says_why_and_what_to_do(journey, monkeypatch, case):
    bring_about, code = STOPPED[case]
    doc = journey.submitted()
    journey.approve(doc)
    bring_about(journey, monkeypatch)
    for _attempt in range(3):  # what may get better by itself is tried so often
        journey.work()
        journey.later(seconds=30)
    doc = journey.now(doc.id)
    assert (doc.state, doc.signed_sha256) == (OutgoingState.AWAITING_LEADER, None)
    request = journey.office.session().scalars(select(SigningRequest)).one()
    assert (request.state, request.failure) == (SigningState.FAILED, code)
    with journey.app.test_request_context():
        said = words(Refusal(code))
        reason, next_step = str(said.reason), str(said.next_step)
    page = Visitor(journey.app, "st.chutich", PASSWORD).get(f"/outgoing/{doc.id}").text
    assert next_step
    assert f"{reason} {next_step}" in page


def test_a_certificate_for_something_else_is_refused_when_it_is_handed_in(journey, monkeypatch):
    """Of the wrong key usage: only for encrypting."""
    usage = demo_ca._usage
    monkeypatch.setattr(demo_ca, "_usage", lambda **_allowed: usage(key_encipherment=True))
    authority = demo_ca.DemoCA.create("Chứng thực khác", journey.office.now())
    p12 = authority.issue_person(
        journey.leader.name, title="Chủ tịch", organisation="UBND", passphrase=PIN,
        at=journey.office.now(),
    )  # fmt: skip
    with transaction(journey.office, SYSTEM) as work, pytest.raises(Invalid) as refused:
        signing.bind_p12(
            work, SigningRole.LEADER, person_id=journey.leader.person_id, p12=p12,
            passphrase=PIN, pin=PIN,
        )  # fmt: skip
    assert refused.value.code == "certificate-key-usage"
    with journey.app.test_request_context():
        said = words(refused.value)
        assert str(said.reason)
        assert str(said.next_step)


def test_two_workers_on_one_request_give_one_signature_and_nobody_is_told_of_it(journey):
    doc = journey.submitted()
    journey.approve(doc)
    item = journey.office.session().scalars(select(outbox.OutboxItem.id)).one()
    first, second = (outbox.claim(journey.office, item) for _worker in range(2))
    assert second is None
    signing.sign(journey.office, first)
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    page = Visitor(journey.app, "st.chutich", PASSWORD).get(f"/outgoing/{doc.id}").text
    assert "Lần ký trước không thành" not in page
