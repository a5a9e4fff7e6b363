"""The one job, `run`: claims the outbox item it was woken for, or a more urgent one that waits in
the same queue, and does it.

Safe to call any number of times with any id: only the holder of the lease does anything.
"""

import structlog

from domain.errors import Refusal
from jobs import context
from jobs.kinds import KINDS
from services import outbox
from services.office import Office

log = structlog.get_logger()


def run(item_id: int) -> None:
    with context.open_office() as office:
        _do(office, outbox.most_urgent(office, item_id))


def do(item_id: int) -> None:
    """Just this item, for a process that heard itself that it is due."""
    with context.open_office() as office:
        _do(office, item_id)


def _do(office: Office, item_id: int) -> None:
    lease = outbox.claim(office, item_id)
    if lease is None:
        return
    try:
        KINDS[lease.kind](office, lease)
    except outbox.LeaseLost:
        log.warning("lease lost", item=item_id, kind=lease.kind)
    except Refusal as refusal:
        log.warning("job refused", item=item_id, kind=lease.kind, code=refusal.code)
        outbox.put_off(office, lease, refusal.code)
    except Exception as error:
        log.exception("job failed", item=item_id, kind=lease.kind)
        outbox.put_off(office, lease, type(error).__name__)
