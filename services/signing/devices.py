"""Computers with a person's token: paired by a code that is good once and for minutes, known
afterwards by a secret that only they have, revoked by their owner."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from domain.errors import Forbidden, NotFound, SignedOut
from domain.roles import LEADERS, SYSTEM, Actor, Role
from domain.text import nfc
from models.tokens import SigningDevice
from services import delegations
from services.office import Office
from services.unit_of_work import Work, transaction

CODE_FOR = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=5)
SIGNERS = LEADERS | {Role.CLERK}
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is misread: no I, O, 0, 1
_CODE_LETTERS = 12  # 60 bits


def may_pair(office: Office, actor: Actor) -> bool:
    """Whether the person signs at all: leaders for themselves, clerks with the agency's seal, and
    who signs for the head by a delegation in force or to come."""
    if actor.role in SIGNERS:
        return True
    given = delegations.concerning(office, actor)
    return any(each.holder_id == actor.appointment_id for each in given)


def listing(office: Office, person_id: int) -> Sequence[SigningDevice]:
    """The person's paired computers, the newest first."""
    query = select(SigningDevice).where(
        SigningDevice.person_id == person_id,
        SigningDevice.paired_at.is_not(None),
        SigningDevice.revoked_at.is_(None),
    )
    return office.session().scalars(query.order_by(SigningDevice.id.desc())).all()


def new_code(office: Office, actor: Actor) -> str:
    """A code to be typed on the computer; an older one that was not used is no good any more.

    Raises Forbidden("not-allowed").
    """
    if not may_pair(office, actor):
        raise Forbidden("not-allowed")
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    with transaction(office, actor) as work:
        unused = (SigningDevice.person_id == actor.person_id, SigningDevice.paired_at.is_(None))
        work.session.execute(update(SigningDevice).where(*unused).values(code_sha256=None))
        device = SigningDevice(
            person_id=actor.person_id,
            code_sha256=digest(code),
            code_until=work.now + CODE_FOR,
            created_at=work.now,
        )
        work.session.add(device)
        work.session.flush()
        work.audit("signing:device_code", device)
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def take(work: Work, code: str, name: str) -> tuple[SigningDevice, str]:
    """The computer and its secret, for a code that is still good; from here on the transaction is
    its owner's. Raises SignedOut("pairing-code-wrong")."""
    plain, secret = "".join(code.split()).replace("-", "").upper(), secrets.token_urlsafe(32)
    query = (
        select(SigningDevice)
        .where(SigningDevice.code_sha256 == digest(plain), SigningDevice.code_until > work.now)
        .options(joinedload(SigningDevice.person))
        .with_for_update(of=SigningDevice)
    )
    device = work.session.scalars(query).one_or_none()
    if device is None or not device.person.is_active:
        raise SignedOut("pairing-code-wrong")
    device.code_sha256, device.secret_sha256 = None, digest(secret)
    device.name, device.paired_at, device.last_seen_at = nfc(name)[:100], work.now, work.now
    work.actor = Actor(name=device.person.full_name, person_id=device.person_id)
    work.audit("signing:device_paired", device, name=device.name)
    return device, secret


def authenticated(office: Office, secret: str) -> SigningDevice:
    """The paired computer that has this secret, with its person; SignedOut("device-unknown")."""
    query = (
        select(SigningDevice)
        .where(SigningDevice.secret_sha256 == digest(secret), SigningDevice.revoked_at.is_(None))
        .options(joinedload(SigningDevice.person))
    )
    device = office.session().scalars(query).one_or_none()
    if device is None or not device.person.is_active:
        raise SignedOut("device-unknown")
    _touch(office, device)
    return device


def revoke(office: Office, actor: Actor, device_id: int) -> None:
    """The computer can fetch and sign nothing any more; NotFound for anyone else's."""
    with transaction(office, actor) as work:
        device = work.session.get(SigningDevice, device_id)
        if device is None or device.person_id != actor.person_id:
            raise NotFound("not-found")
        if device.revoked_at is None:
            device.revoked_at, device.secret_sha256, device.code_sha256 = work.now, None, None
            work.audit("signing:device_revoked", device, name=device.name)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _touch(office: Office, device: SigningDevice) -> None:
    if device.last_seen_at and office.now() - device.last_seen_at < SEEN_EVERY:
        return
    device_id = device.id
    with transaction(office, SYSTEM) as work:
        work.session.get_one(SigningDevice, device_id).last_seen_at = work.now
