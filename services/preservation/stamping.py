"""Time stamps for this node: from the authority of its settings, believed only under its trusted
roots. A signature never waits for one longer than a few seconds, and not at all for a while after
the authority did not answer: it is then completed later (`keeping`)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.signing.timestamps import Stamp, StampRefused, TimeAuthority, imprint, obtain
from models.preservation import TimeAuthorityCheck
from services.office import Office
from services.signing import trust
from services.unit_of_work import Work

log = structlog.get_logger()
PATIENCE = 3.0  # seconds for one time stamp
MOST_CHANGES = 20
AWAY_PAUSE = 60.0  # after a failure signatures go without for so long
_away_until = 0.0


@dataclass(frozen=True)
class Tried:
    """How asking for a time stamp went."""

    at: datetime
    milliseconds: int
    stamp: Stamp | None = None
    problem: str = ""


def authority_of(office: Office) -> TimeAuthority | None:
    settings = office.settings
    if not settings.tsa_url:
        return None
    return TimeAuthority(settings.tsa_url, settings.tsa_credentials, settings.tsa_policy, PATIENCE)


def stamper(office: Office) -> Callable[[bytes], bytes | None] | None:
    """For the functions that sign: a time stamp token over a signature's value, or None where none
    is to be had now. None itself where no authority is set."""
    if authority_of(office) is None:
        return None
    return lambda signature: _token(office, signature)


def _token(office: Office, signature: bytes) -> bytes | None:
    global _away_until  # noqa: PLW0603  of this process, as the queue's Waker
    if time.monotonic() < _away_until:
        return None
    try:
        return stamp(office, imprint(signature)).token
    except StampRefused as refused:
        _away_until = time.monotonic() + AWAY_PAUSE
        log.warning("no time stamp", code=refused.code)
        return None


def stamp(office: Office, digest: bytes) -> Stamp:
    """A time stamp over a SHA-256 digest; StampRefused("tsa-…")."""
    authority = authority_of(office)
    if authority is None:
        raise StampRefused("tsa-not-set")
    return obtain(authority, digest, trust.stamping_roots(office.session()), office.now())


def tried(office: Office, digest: bytes) -> Tried:
    """The same, telling how it went; never raises for what the authority does."""
    begun = time.monotonic()
    try:
        given, problem = stamp(office, digest), ""
    except StampRefused as refused:
        given, problem = None, refused.code
    return Tried(office.now(), round((time.monotonic() - begun) * 1000), given, problem)


def note(work: Work, result: Tried) -> None:
    """Keeps for the administrators' page how the authority answered."""
    url = work.office.settings.tsa_url
    row = last(work.session, url, for_update=True)
    if row is None:
        row = TimeAuthorityCheck(url=url, changes=[])
        work.session.add(row)
    if row.problem is None or bool(row.problem) is not bool(result.problem):
        change = {"at": result.at.isoformat(), "problem": result.problem}
        row.changes = [change, *row.changes][:MOST_CHANGES]
    row.checked_at, row.problem = result.at, result.problem
    if result.stamp is not None:
        row.answered_at, row.milliseconds = result.at, result.milliseconds
        row.authority = result.stamp.authority[:500]
        row.certificate_sha256 = result.stamp.certificate_sha256
        row.certificate_ends = result.stamp.certificate_ends


def last(session: Session, url: str, for_update: bool = False) -> TimeAuthorityCheck | None:
    query = select(TimeAuthorityCheck).where(TimeAuthorityCheck.url == url[:500])
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()
