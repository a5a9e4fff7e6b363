"""Several leaders on one document, one of whom signs with a token of their own."""

import pytest

from adapters.signing.validate import validate_strict
from domain.outgoing_flow import OutgoingState as S
from models.signing import SigningRole
from services import outgoing
from tests.conftest import PIN
from tests.signing_feature.test_several_leaders import waiting
from tests.signing_token.conftest import TOKEN_PASSPHRASE, held, leaders_p12
from tests.signing_token.desktop_program import DesktopProgram
from tests.signing_token.test_plugin import leaders_program, problem, start, through


@pytest.fixture
def both(journey):
    """A document for chairman and deputy, both with tokens; gives the deputy and their key."""
    doc, deputy = waiting(journey)
    p12 = leaders_p12(journey.office.now(), deputy.name)
    journey.bind(SigningRole.LEADER, held(p12), person_id=deputy.person_id)
    return doc, deputy, p12


def approve(journey, who, doc):
    doc = journey.now(doc.id)
    form = {"digest": doc.to_sign_sha256}
    outgoing.perform(journey.office, who, doc.id, "approve", form)


def signatures(journey, doc) -> list[tuple[str, str]]:
    data = journey.office.files.read(journey.now(doc.id).signed_sha256)
    report = validate_strict(data, (), journey.office.now())
    assert all(each.verdict.intact for each in report.signatures)
    return [(each.field, each.signer_name) for each in report.signatures]


def test_the_second_leaders_token_signs_in_a_field_of_its_own(journey, both):
    doc, deputy, p12 = both
    approve(journey, journey.leader, doc)
    journey.paired(journey.leader).sign(journey.token)
    journey.work()
    assert (journey.now(doc.id).state, journey.now(doc.id).signer_id) == (
        S.AWAITING_LEADER, deputy.appointment_id,
    )  # fmt: skip
    approve(journey, deputy, doc)
    machine = journey.paired(deputy)
    (task,) = machine.tasks()
    # What the second one signs is what the first one has signed.
    assert task["input_sha256"] == journey.now(doc.id).to_sign_sha256
    machine.answer(task["id"], machine.prepare(task["id"]), journey.token, 422)
    machine.sign(held(p12))
    journey.work()
    assert journey.now(doc.id).state == S.SIGNED
    assert signatures(journey, doc) == [
        ("Leader", journey.leader.name), ("Leader2", deputy.name)
    ]  # fmt: skip
    journey.issue(journey.now(doc.id), pin=PIN)
    journey.work()
    assert journey.now(doc.id).state == S.ISSUED


def test_a_token_follows_a_key_of_the_node(journey, both):
    doc, deputy, p12 = both
    approve(journey, journey.leader, doc)
    journey.paired(journey.leader).sign(journey.token)
    journey.work()
    approve(journey, deputy, doc)
    program = DesktopProgram(p12, TOKEN_PASSPHRASE)
    # A new field on what the first one certified is an illegal change.
    through(journey, start(journey, deputy), program.approved)
    assert problem(journey) == "returned-signature-invalid"
    journey.paired(deputy).sign(held(p12))
    journey.work()
    assert journey.now(doc.id).state == S.SIGNED


def test_both_use_the_desktop_program(journey, both):
    doc, deputy, p12 = both
    approve(journey, journey.leader, doc)
    through(journey, start(journey, journey.leader), leaders_program(journey).approved)
    assert journey.now(doc.id).state == S.AWAITING_LEADER, problem(journey)
    approve(journey, deputy, doc)
    program = DesktopProgram(p12, TOKEN_PASSPHRASE)
    sign = lambda data: program.signed(data, "Signature2", (340, 100, 480, 160), "")  # noqa: E731
    through(journey, start(journey, deputy), sign)
    assert journey.now(doc.id).state == S.SIGNED, problem(journey)
    assert [name for _field, name in signatures(journey, doc)] == [
        journey.leader.name, deputy.name,
    ]  # fmt: skip
    journey.issue(journey.now(doc.id), pin=PIN)
    journey.work()
    assert journey.now(doc.id).state == S.ISSUED


def test_our_program_follows_a_leader_who_used_the_desktop_program(journey, both):
    doc, deputy, p12 = both
    approve(journey, journey.leader, doc)
    through(journey, start(journey, journey.leader), leaders_program(journey).approved)
    approve(journey, deputy, doc)
    journey.paired(deputy).sign(held(p12))
    journey.work()
    assert journey.now(doc.id).state == S.SIGNED
    journey.issue(journey.now(doc.id), pin=PIN)
    journey.work()
    assert journey.now(doc.id).state == S.ISSUED
    data = journey.office.files.read(journey.now(doc.id).issued_sha256)
    found = validate_strict(data, (), journey.office.now()).signatures
    assert [each.field for each in found] == [
        "Signature1", "SignedLeader2", "SignedNumber", "SignedDate", "Seal",
    ]  # fmt: skip
    assert all(each.verdict.intact for each in found)
