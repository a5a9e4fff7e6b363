"""The one job, `run`: claims the outbox item it was woken for, or a more urgent one that waits in
the same queue, and does it; then whatever else is due in that queue, for a while, since a wake-up
for each item would cost as much as the item.

Safe to call any number of times with any id: only the holder of the lease does anything.
"""

import time

import structlog

from domain.errors import Refusal
from jobs import context
from jobs.kinds import KINDS
from jobs.queue import GOES_ON
from services import outbox
from services.office import Office

log = structlog.get_logger()
ROUND_SECONDS = 20.0  # then RQ has its turn: it notes that the worker lives, and may stop it


def run(item_id: int) -> None:
    until = time.monotonic() + ROUND_SECONDS
    with context.open_office() as office:
        queue = outbox.queue_of(office, item_id)
        _do(office, outbox.most_urgent(office, item_id))
    while queue in GOES_ON:
        with context.open_office() as office:
            next_id = outbox.next_free(office, queue)
            if next_id is None:
                return
            if time.monotonic() > until:
                return office.wake(queue, next_id)
            _do(office, next_id)


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
