"""The administrators' view of time stamps: the authority and how it answers, what level the files
of their agency have reached, when stamps end. And asking the authority for a stamp now."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select

from adapters.signing.timestamps import imprint
from domain import permissions
from domain.errors import Conflict
from domain.permissions import Relation
from domain.preservation import Level
from domain.roles import Actor
from models.preservation import Preservation, TimeAuthorityCheck
from services.office import Office
from services.preservation import levels, outcome, stamping
from services.preservation.stamping import Tried
from services.unit_of_work import transaction

ACTION = "admin:stamps"
EARLIER = 5


@dataclass(frozen=True)
class Ends:
    """Of an agency's stamps: the first end ahead, how many are carried on soon, how many ended."""

    first: datetime | None
    soon: int
    lapsed: int


@dataclass(frozen=True)
class Overview:
    """`url` is without credentials, empty where no authority is set; `last` how it answered last,
    `earlier` how those did that were set before."""

    url: str
    policy: str
    has_credentials: bool
    last: TimeAuthorityCheck | None
    earlier: Sequence[TimeAuthorityCheck]
    counts: dict[Level, int]
    ends: Ends
    renewal_days: int


def require(actor: Actor) -> None:
    permissions.require(actor, ACTION, {Relation.AGENCY})


def overview(office: Office, actor: Actor) -> Overview:
    """Three statements; Forbidden."""
    require(actor)
    settings = office.settings
    checks = office.session().scalars(
        select(TimeAuthorityCheck).order_by(TimeAuthorityCheck.checked_at.desc()).limit(EARLIER + 1)
    )
    by_url = {each.url: each for each in checks}
    last = by_url.pop(settings.tsa_url[:500], None) if settings.tsa_url else None
    return Overview(
        url=plain(settings.tsa_url),
        policy=settings.tsa_policy,
        has_credentials=bool(settings.tsa_credentials),
        last=last,
        earlier=list(by_url.values()),
        counts=levels.counts(office, actor.agency_id),
        ends=_ends(office, actor.agency_id),
        renewal_days=settings.stamp_renewal_days,
    )


def check_now(office: Office, actor: Actor) -> Tried:
    """Asks the authority for a stamp over random bytes. Conflict("tsa-not-set"), Forbidden."""
    require(actor)
    if not office.settings.tsa_url:
        raise Conflict(outcome.NO_AUTHORITY)
    result = stamping.tried(office, imprint(secrets.token_bytes(32)))
    with transaction(office, actor) as work:
        stamping.note(work, result)
        work.audit(
            "admin:time_authority_check", address=plain(office.settings.tsa_url),
            problem=result.problem, milliseconds=result.milliseconds,
        )  # fmt: skip
    return result


def plain(url: str) -> str:
    """An address as it may be shown: whoever put a password into it does not find it on a page."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _ends(office: Office, agency_id: int) -> Ends:
    now, ends = office.now(), Preservation.stamp_ends
    soon = now + timedelta(days=office.settings.stamp_renewal_days)
    row = office.session().execute(
        select(
            func.min(ends).filter(ends > now),
            func.count().filter(ends > now, ends <= soon),
            func.count().filter(ends <= now),
        ).where(Preservation.agency_id == agency_id)
    )
    return Ends(*row.one())
