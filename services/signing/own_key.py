"""What the actor signs with, as their own page and the forms of signing show it: the certificate in
use, what has to be typed, and the enrolment of an authenticator app."""

from dataclasses import dataclass

from sqlalchemy import select

from adapters import one_time_codes
from domain.errors import Refusal
from domain.roles import Actor
from models.signing import CertificateBinding, SecondFactor
from services.office import Office
from services.signing import backends, expiry, pins, second_factor


@dataclass(frozen=True)
class Held:
    binding: CertificateBinding
    days_left: int
    enrolled: bool


@dataclass(frozen=True)
class Wanted:
    """What a form of signing asks for beside the PIN."""

    code: bool = False
    otp: bool = False
    otp_serves: int = 0  # so many signatures at most, where a code is asked for
    token: bool = False  # not even the PIN: the person's own token asks for its own


@dataclass(frozen=True, repr=False)
class Enrolment:
    """Shown once: the secret to type, and the same as a picture to read with a telephone."""

    secret: str
    side: int
    dots: str


def shown(office: Office, actor: Actor) -> Held:
    """Raises Invalid("certificate-…"), Locked("pin-locked"), Forbidden("not-allowed")."""
    binding = pins.key_in_use(office, actor, pins.role_of(actor))
    enrolled = second_factor.of(office.session(), actor.person_id) is not None
    return Held(binding, expiry.days_left(binding, office.now()), enrolled)


def wanted(office: Office, actor: Actor) -> Wanted:
    """Nothing more where there is no key to sign with: the PIN's check says why."""
    try:
        binding = pins.key_in_use(office, actor, pins.role_of(actor))
    except Refusal as refusal:
        return Wanted(token=refusal.code == "key-on-token")
    if not backends.needs_otp(binding):
        return Wanted(binding.demands_code)
    return Wanted(binding.demands_code, True, int(binding.parameters.get("most", 1)))


def enrol(office: Office, actor: Actor) -> Enrolment:
    """Raises Conflict("second-factor-known")."""
    secret = second_factor.start(office, actor)
    address = one_time_codes.address(secret, actor.name, office.settings.node_name)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Enrolment(grouped, *one_time_codes.picture(address))


def is_started(office: Office, actor: Actor) -> bool:
    """Whether a secret was shown that no code has confirmed yet."""
    query = select(SecondFactor.id).where(
        SecondFactor.person_id == actor.person_id, SecondFactor.confirmed_at.is_(None)
    )
    return office.session().scalar(query) is not None
