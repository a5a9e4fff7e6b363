"""Checking a PIN, before and apart from the transaction that uses it: a wrong one is counted even
though nothing else happens. What the right one opens stays in memory and goes nowhere else. Beside
the PIN stand the code of the person's own app, where it is demanded, and the code that a signing
service sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.signing import keys
from adapters.signing.keys import Authority, DataKey, KeyRefused, SecretRefused, WrongPin, unlock
from adapters.signing.vault import checked_pin
from domain import permissions
from domain.dates import local
from domain.errors import Invalid, Locked, NotFound, Refusal
from domain.permissions import Relation
from domain.roles import Actor, Role
from models.outgoing import OutgoingDocument
from models.signing import CertificateBinding, KeyBackend, SigningRole
from services.office import Office
from services.signing import backends, bindings, second_factor
from services.unit_of_work import Work, transaction

WRONG_BEFORE_LOCK = 5
LOCK = timedelta(minutes=5)
WRONG = {"pin": "pin-wrong", "code": "code-wrong", "otp": "otp-wrong"}


@dataclass(frozen=True, repr=False)
class Typed:
    """What a person typed to sign: the PIN of the key, the code of their own app, the code that a
    signing service sent. It shows nothing of itself."""

    pin: str
    code: str = ""
    otp: str = ""

    @classmethod
    def of(cls, form: Mapping) -> "Typed":
        """Codes are digits that people copy with the spaces they are shown with."""
        code, otp = ("".join(str(form.get(name) or "").split()) for name in ("code", "otp"))
        return cls(str(form.get("pin") or ""), code, otp)


@dataclass(frozen=True)
class PinProof:
    """That this person gave the right PIN for this document just now. It shows and stores nothing
    of the key it holds."""

    document_id: int
    person_id: int
    role: SigningRole
    binding_id: int
    data_key: DataKey = field(repr=False)
    once: Mapping = field(repr=False, default_factory=dict)
    until: datetime | None = None  # of a batch: its own end comes before that of the request
    waits: bool = False  # of a batch: all that one code serves is signed at once, at its end


def check_pin(
    office: Office, actor: Actor, doc: OutgoingDocument, role: SigningRole, typed: str | Typed
) -> PinProof:
    """The proof to hand to `request_leader` or `request_seal`.

    A leader gives the PIN of their own key, a clerk that of the agency's seal. Raises
    Invalid("pin-wrong" | "code-wrong", left), Locked("pin-locked", until) from the fifth wrong one
    on for five minutes, Invalid("certificate-…" | "second-factor-missing"), Forbidden, NotFound.
    """
    role, document_id = SigningRole(role), doc.id
    if doc.agency_id != actor.agency_id:
        raise NotFound("not-found")
    given = Typed(typed) if isinstance(typed, str) else typed
    binding_id, opened = _opened(office, actor, role, given, [document_id])
    return PinProof(document_id, actor.person_id, role, binding_id, opened.data_key, opened.once)


def open_key(
    office: Office, actor: Actor, role: SigningRole, typed: Typed, documents: Sequence[int],
    *, count: int | None = None,
) -> tuple[int, Authority]:  # fmt: skip
    """The actor's binding and what opens it, for many documents at once: what is wrong counts once.
    `count`: of signatures, where it is not outgoing documents that are signed.

    Raises as `check_pin`.
    """
    return _opened(office, actor, SigningRole(role), typed, documents, count)


def change_pin(office: Office, actor: Actor, pin: str, new_pin: str) -> None:
    """A new PIN for the key the actor signs with: a leader's own, for a clerk the agency's seal.

    Raises what `check_pin` refuses, Invalid("pin-too-short").
    """
    checked_pin(new_pin)
    binding = _binding(office, actor, role_of(actor), pin)
    binding_id = binding.id
    right = _unlock(office, binding, pin) is not None
    refused = count(office, actor, Attempt(binding_id, [], "" if right else "pin"))
    if refused is not None:
        raise refused
    with transaction(office, actor) as work:
        binding = work.session.get_one(CertificateBinding, binding_id, populate_existing=True)
        node_key = office.settings.node_key
        binding.key_sealed = keys.change_pin(binding.key_sealed, pin, new_pin, node_key)
        work.audit("signing:pin_changed", binding)


def role_of(actor: Actor) -> SigningRole:
    """Which key the actor signs with."""
    return SigningRole.SEAL if actor.role == Role.CLERK else SigningRole.LEADER


def _opened(
    office: Office, actor: Actor, role: SigningRole, typed: Typed, documents: Sequence[int],
    count_of: int | None = None,
) -> tuple[int, Authority]:  # fmt: skip
    """The actor's binding and what opens it; whatever is wrong is counted."""
    binding = _binding(office, actor, role, typed.pin)
    code = None
    if binding.demands_code:
        _require_code(office, actor, typed)
        code = typed.code
    binding_id, data_key = binding.id, _unlock(office, binding, typed.pin)
    proves = not backends.signs_ahead(binding)
    attempt = Attempt(binding_id, documents, "" if data_key else "pin", code, proves)
    once: Mapping = {}
    if data_key:
        try:
            authority = Authority(data_key, {"otp": typed.otp})
            wanted = count_of or backends.signatures(office, binding, documents)
            once = backends.typed_once(office, binding, authority, wanted)
        except KeyRefused as refusal:
            if isinstance(refusal, SecretRefused):
                _note_refused(office, actor, binding_id, refusal)
            if refusal.code != "csc-otp-wrong":
                raise
            attempt = Attempt(binding_id, documents, "otp")
    refused = count(office, actor, attempt)
    if refused is not None or data_key is None:
        raise refused or WrongPin()
    return binding_id, Authority(data_key, once)


def _note_refused(office: Office, actor: Actor, binding_id: int, refusal: SecretRefused) -> None:
    with transaction(office, actor) as work:
        binding = work.session.get_one(CertificateBinding, binding_id, populate_existing=True)
        bindings.note_refused(work, binding, refusal.code)


def _unlock(office: Office, binding: CertificateBinding, pin: str) -> DataKey | None:
    """None for a wrong PIN. Stretching it takes 0.1 s by design: not while holding the write lock.
    Whether it was right is told only by the count, so that guessing side by side gains nothing."""
    try:
        return unlock(binding.key_sealed, pin, office.settings.node_key)
    except WrongPin:
        return None


def send_otp(office: Office, actor: Actor) -> None:
    """The signing service sends its holder a code for the next signature.

    Raises Invalid("certificate-…" | "otp-not-wanted"), Locked, Unavailable("csc-away"), Forbidden.
    """
    binding = key_in_use(office, actor, role_of(actor))
    if not backends.needs_otp(binding):
        raise Invalid("otp-not-wanted")
    backends.send_otp(office, binding)


def key_in_use(office: Office, actor: Actor, role: SigningRole) -> CertificateBinding:
    """What the actor signs with now; refuses as `check_pin` before anything is typed."""
    action = "outgoing:approve" if role == SigningRole.LEADER else "outgoing:issue"
    signs = {Relation.SIGNER, Relation.DELEGATE}
    permissions.require(actor, action, signs if role == SigningRole.LEADER else {Relation.AGENCY})
    binding = bindings.current(
        office.session(), role, office.now(),
        person_id=actor.person_id, agency_id=actor.agency_id,
    )  # fmt: skip
    if binding.backend == KeyBackend.TOKEN:
        raise Invalid("key-on-token", field="pin")
    _refuse_locked(binding, office.now())
    return binding


def _binding(office: Office, actor: Actor, role: SigningRole, pin: str) -> CertificateBinding:
    if not pin:
        raise Invalid("required", field="pin")
    return key_in_use(office, actor, role)


def _require_code(office: Office, actor: Actor, typed: Typed) -> None:
    if second_factor.of(office.session(), actor.person_id) is None:
        raise Invalid("second-factor-missing", field="code")
    if not typed.code:
        raise Invalid("required", field="code")


@dataclass(frozen=True)
class Attempt:
    """One try at a key: what is known to be wrong already ("pin", "otp", or nothing), and the code
    to look at, if one is demanded. It `proves` nothing yet, and forgives nothing, where a service
    will tell the worker whether the code was right (`note_code`)."""

    binding_id: int
    documents: Sequence[int]
    wrong: str = ""
    code: str | None = field(default=None, repr=False)
    proves: bool = True


def count(office: Office, actor: Actor, attempt: Attempt) -> Refusal | None:
    """Writes down the attempt; gives the refusal, which must not undo the count."""
    with transaction(office, actor) as work:
        binding = work.session.get_one(
            CertificateBinding, attempt.binding_id, with_for_update=True, populate_existing=True
        )
        try:
            _refuse_locked(binding, work.now)
        except Locked as locked:
            return locked
        if attempt.wrong:
            return _wrong(work, binding, attempt, attempt.wrong)
        if attempt.code is not None and not _is_code(work, actor, attempt.code):
            return _wrong(work, binding, attempt, "code")
        if attempt.proves:
            binding.wrong_pins, binding.locked_until = 0, None
        return None


def note_code(
    work: Work, binding: CertificateBinding, documents: Sequence[int], *, right: bool
) -> None:
    """What a service told the worker of a code: a wrong one counts like a wrong PIN."""
    if right:
        binding.wrong_pins, binding.locked_until = 0, None
    elif binding.locked_until is None or binding.locked_until <= work.now:
        _wrong(work, binding, Attempt(binding.id, documents), "otp")


def _is_code(work: Work, actor: Actor, code: str) -> bool:
    return second_factor.take(work, actor.person_id, code)


def _wrong(work: Work, binding: CertificateBinding, attempt: Attempt, what: str) -> Refusal:
    binding.wrong_pins += 1
    left = WRONG_BEFORE_LOCK - binding.wrong_pins
    details = {"document": next(iter(attempt.documents), None), "left": left}
    if what == "pin":
        work.audit("signing:pin_refused", binding, **details)
    else:
        work.audit("signing:code_refused", binding, **details)
    if left > 0:
        return Invalid(WRONG[what], field=what, left=left)
    binding.wrong_pins, binding.locked_until = 0, work.now + LOCK
    work.audit("signing:pin_locked", binding, until=binding.locked_until)
    return _locked(binding)


def _refuse_locked(binding: CertificateBinding, now) -> None:
    if binding.locked_until is not None and binding.locked_until > now:
        raise _locked(binding)


def _locked(binding: CertificateBinding) -> Locked:
    until = binding.locked_until
    return Locked("pin-locked", field="pin", until=f"{local(until):%H:%M:%S}")
