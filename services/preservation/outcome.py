"""What a run of `preserve` leaves: what is still missing, what the audit chain is told, and a new
look at the signatures where more is known of them than before."""

from typing import TYPE_CHECKING

from models.preservation import Origin, Preservation
from services.office import Office
from services.unit_of_work import Work

if TYPE_CHECKING:
    from services.preservation.keeping import Doing

WAITING, DAMAGED, NO_ARCHIVE = "preservation-waiting", "file-damaged", "archive-failed"
NO_AUTHORITY, UNKNOWN = "tsa-not-set", "revocation-unknown"
WORTH_TRYING = frozenset(
    {UNKNOWN, NO_ARCHIVE, "tsa-away", "tsa-slow", "tsa-refused", "tsa-broken", "tsa-wrong-time"}
)


def still_missing(office: Office, doing: "Doing") -> str:
    """The first thing that is, as a code; empty when the file is kept as well as it can be. A
    certificate that names nobody to ask cannot be asked about: nothing is awaited then."""
    if doing.tried is not None and doing.tried.problem:
        return doing.tried.problem
    if doing.missing:
        return doing.missing
    known = doing.standing != "unknown" or doing.collected.standing != "unknown"
    if not known and doing.collected.awaited:
        return UNKNOWN
    return "" if office.settings.tsa_url else NO_AUTHORITY


def write(work: Work, row: Preservation, doing: "Doing") -> None:
    row.missing, row.checked_at = doing.missing, work.now
    given, newly = doing.given, doing.collected.standing
    learnt = not doing.renewing and newly not in ("unknown", row.standing)
    if learnt:
        row.standing = newly
    if doing.manifest or given or doing.archive:
        tag = "preservation:renew" if doing.renewing else "preservation:add"
        work.audit(
            tag, row, file=row.file_sha256, standing=row.standing, missing=row.missing,
            stamped=bool(given), archive=row.archive_sha256 or "",
        )  # fmt: skip
    if learnt or (given is not None and not doing.renewing):
        look_again(work, row)


def look_again(work: Work, row: Preservation) -> None:
    """The verdict is formed anew: for a received file with its whole arrival, for our own by
    itself."""
    if row.origin == Origin.RECEIVED and row.incoming_id is not None:
        work.enqueue("inspection", "inspect", row.incoming_id)
    elif row.origin == Origin.OWN:
        work.enqueue("inspection", "judge_again", row.id, priority=-1)
