"""Word to the administrators that the time-stamping authority has been away for more than a day:
once for each time it stays away, and again after a week."""

from datetime import timedelta

from sqlalchemy import select

from domain.roles import Role
from models.audit import Notification
from models.preservation import TimeAuthorityCheck
from services.accounts import posts
from services.preservation import stamping
from services.preservation.watching import plain
from services.unit_of_work import Work

TAG = "preservation:authority_away"
AWAY, LATELY, AGAIN = timedelta(days=1), timedelta(days=2), timedelta(days=7)


def warn(work: Work) -> None:
    """One look, by night. An authority that nobody asked lately is not known to be away."""
    url = work.office.settings.tsa_url
    check = stamping.last(work.session, url) if url else None
    if check is None or not _is_away(work, check) or _was_told(work, check):
        return
    work.audit(TAG, check, address=plain(url), problem=check.problem)
    found = posts.holders(work.session, None, {Role.ADMINISTRATOR}, work.office.today())
    for person_id in dict.fromkeys(each.person_id for each in found):
        work.notify(person_id, TAG, check, plain(url))


def _is_away(work: Work, check: TimeAuthorityCheck) -> bool:
    lately = check.checked_at > work.now - LATELY
    answered = check.answered_at is not None and check.answered_at > work.now - AWAY
    return bool(check.problem) and lately and not answered


def _was_told(work: Work, check: TimeAuthorityCheck) -> bool:
    since = work.now - AGAIN
    if check.answered_at is not None:
        since = max(since, check.answered_at)
    query = select(Notification.id).where(
        Notification.kind == TAG,
        Notification.subject_id == check.id,
        Notification.created_at > since,
    )
    return work.session.scalar(query.limit(1)) is not None
