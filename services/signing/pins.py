"""Checking a PIN, before and apart from the transaction that uses it: a wrong one is counted even
though nothing else happens. What the right one opens stays in memory and goes nowhere else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.signing import keys
from adapters.signing.keys import DataKey, WrongPin, unlock
from adapters.signing.vault import checked_pin
from domain import permissions
from domain.dates import local
from domain.errors import Invalid, Locked, NotFound, Refusal
from domain.permissions import Relation
from domain.roles import LEADERS, Actor
from models.outgoing import OutgoingDocument
from models.signing import CertificateBinding, SigningRole
from services.office import Office
from services.signing import bindings
from services.unit_of_work import Work, transaction

WRONG_BEFORE_LOCK = 5
LOCK = timedelta(minutes=5)


@dataclass(frozen=True)
class PinProof:
    """That this person gave the right PIN for this document just now. It shows and stores nothing
    of the key it holds."""

    document_id: int
    person_id: int
    role: SigningRole
    binding_id: int
    data_key: DataKey = field(repr=False)
    until: datetime | None = None  # of a batch: its own end comes before that of the request


def check_pin(
    office: Office, actor: Actor, doc: OutgoingDocument, role: SigningRole, pin: str
) -> PinProof:
    """The proof to hand to `request_leader` or `request_seal`.

    A leader gives the PIN of their own key, a clerk that of the agency's seal. Raises
    Invalid("pin-wrong", left), Locked("pin-locked", until) from the fifth wrong one on for five
    minutes, Invalid("certificate-…"), Invalid("required"), Forbidden, NotFound.
    """
    role, document_id = SigningRole(role), doc.id
    if doc.agency_id != actor.agency_id:
        raise NotFound("not-found")
    binding_id, data_key = _opened(office, actor, role, pin, document_id)
    return PinProof(document_id, actor.person_id, role, binding_id, data_key)


def open_key(office: Office, actor: Actor, role: SigningRole, pin: str) -> tuple[int, DataKey]:
    """The actor's binding and the data key, for many documents at once: a wrong PIN counts once.

    Raises as `check_pin`.
    """
    return _opened(office, actor, SigningRole(role), pin)


def change_pin(office: Office, actor: Actor, pin: str, new_pin: str) -> None:
    """A new PIN for the key the actor signs with: a leader's own, for a clerk the agency's seal.

    Raises what `check_pin` refuses, Invalid("pin-too-short").
    """
    checked_pin(new_pin)
    binding_id, _ = _opened(office, actor, role_of(actor), pin)
    with transaction(office, actor) as work:
        binding = work.session.get_one(CertificateBinding, binding_id, populate_existing=True)
        node_key = office.settings.node_key
        binding.key_sealed = keys.change_pin(binding.key_sealed, pin, new_pin, node_key)
        work.audit("signing:pin_changed", binding)


def role_of(actor: Actor) -> SigningRole:
    """Which key the actor signs with."""
    return SigningRole.LEADER if actor.role in LEADERS else SigningRole.SEAL


def _opened(
    office: Office, actor: Actor, role: SigningRole, pin: str, document_id: int | None = None
) -> tuple[int, DataKey]:
    """The actor's binding and the data key its PIN opens; wrong PINs are counted."""
    if not pin:
        raise Invalid("required", field="pin")
    binding = _binding(office, actor, role)
    _refuse_locked(binding, office.now())
    binding_id, sealed = binding.id, binding.key_sealed
    # Stretching the PIN takes 0.1 s by design: not while holding the write lock. Whether it was
    # right is told only by the count below, so that guessing side by side gains nothing.
    try:
        data_key = unlock(sealed, pin, office.settings.node_key)
    except WrongPin:
        data_key = None
    refused = _count(office, actor, binding_id, document_id, right=data_key is not None)
    if refused is not None or data_key is None:
        raise refused or WrongPin()
    return binding_id, data_key


def _binding(office: Office, actor: Actor, role: SigningRole) -> CertificateBinding:
    action = "outgoing:approve" if role == SigningRole.LEADER else "outgoing:issue"
    relation = Relation.SIGNER if role == SigningRole.LEADER else Relation.AGENCY
    permissions.require(actor, action, {relation})
    return bindings.current(
        office.session(), role, office.now(),
        person_id=actor.person_id, agency_id=actor.agency_id,
    )  # fmt: skip


def _count(
    office: Office, actor: Actor, binding_id: int, document_id: int | None, *, right: bool
) -> Refusal | None:
    """Writes down the attempt; gives the refusal, which must not undo the count."""
    with transaction(office, actor) as work:
        binding = work.session.get_one(
            CertificateBinding, binding_id, with_for_update=True, populate_existing=True
        )
        try:
            _refuse_locked(binding, work.now)
        except Locked as locked:
            return locked
        if right:
            binding.wrong_pins, binding.locked_until = 0, None
            return None
        return _wrong(work, binding, document_id)


def _wrong(work: Work, binding: CertificateBinding, document_id: int | None) -> Refusal:
    binding.wrong_pins += 1
    left = WRONG_BEFORE_LOCK - binding.wrong_pins
    work.audit("signing:pin_refused", binding, document=document_id, left=left)
    if left > 0:
        return Invalid("pin-wrong", field="pin", left=left)
    binding.wrong_pins, binding.locked_until = 0, work.now + LOCK
    work.audit("signing:pin_locked", binding, until=binding.locked_until)
    return _locked(binding)


def _refuse_locked(binding: CertificateBinding, now) -> None:
    if binding.locked_until is not None and binding.locked_until > now:
        raise _locked(binding)


def _locked(binding: CertificateBinding) -> Locked:
    until = binding.locked_until
    return Locked("pin-locked", field="pin", until=f"{local(until):%H:%M:%S}")
