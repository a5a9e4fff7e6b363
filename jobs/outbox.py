"""The one job, `run`: claims the outbox item it was woken for, or a more urgent one that waits in
the same queue, and does it; then whatever else is due in that queue, for a while, since a wake-up
for each item would cost as much as the item.

Safe to call any number of times with any id: only the holder of the lease does anything.
"""

import time
from collections.abc import Callable, Sequence

import structlog

from domain.errors import Refusal
from jobs import context
from jobs.kinds import KINDS, TOGETHER
from jobs.queue import GOES_ON
from services import outbox
from services.office import Office
from services.outbox import Lease

log = structlog.get_logger()
MOST = 16  # items that are done together
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
    leases = [lease]
    if lease.kind in TOGETHER:
        leases += outbox.claim_more(office, lease, outbox.queue_of(office, item_id), MOST - 1)
    if len(leases) > 1:
        return _attempt(office, leases, TOGETHER[lease.kind], leases)
    return _attempt(office, leases, KINDS[lease.kind], lease)


def _attempt(office: Office, leases: Sequence[Lease], work: Callable, what: object) -> None:
    """Whatever goes wrong, the items come again; those that are done already stay done."""
    named = {"items": [lease.item_id for lease in leases], "kind": leases[0].kind}
    try:
        work(office, what)
    except outbox.LeaseLost:
        log.warning("lease lost", **named)
        for lease in leases if len(leases) > 1 else ():  # of several only one may be another's
            outbox.give_back(office, lease)
    except Refusal as refusal:
        log.warning("job refused", code=refusal.code, **named)
        _put_off(office, leases, refusal.code)
    except Exception as error:
        log.exception("job failed", **named)
        _put_off(office, leases, type(error).__name__)


def _put_off(office: Office, leases: Sequence[Lease], problem: str) -> None:
    for lease in leases:
        outbox.put_off(office, lease, problem)
