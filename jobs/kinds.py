"""Which service does which kind of outbox item. `queue` is where it waits (one worker each)."""

from collections.abc import Callable, Sequence

from services import batches, copies, leftovers, preservation, signing, verification
from services.exchange import (
    bundling,
    delivering,
    lodging,
    polling,
    reconciling,
    revocation,
    sending,
    syncing,
)
from services.federation import pulling, telling
from services.hub import above, descending, imports, relaying, retention, turning
from services.office import Office
from services.outbox import Lease
from services.signing import expiry

KINDS: dict[str, Callable[[Office, Lease], None]] = {
    "sign": signing.sign,
    "batch": batches.run,
    "sign_copy": copies.sign,
    "inspect": signing.inspect_incoming,
    "warn_certificates": expiry.warn,
    "judge_again": signing.judge_again,
    "recheck_incoming": verification.recheck,
    "recheck_outgoing": verification.recheck,
    "preserve": preservation.preserve,
    "renew_stamps": preservation.renew_stamps,
    "send": sending.send,
    "deliver": delivering.deliver,
    "poll": polling.poll,
    "check_package": revocation.check_package,
    "sync_directory": syncing.sync_directory,
    "lodge_head": lodging.lodge_head,
    "federation_ask": pulling.ask,
    "federation_tell": telling.tell,
    "reconcile": reconciling.reconcile,
    "relay": relaying.relay,
    "uplink_poll": descending.uplink_poll,
    "receipt_up": above.receipt_up,
    "turn_directory": turning.turn_directory,
    "remove_payloads": retention.remove_payloads,
    "tidy_files": leftovers.tidy_files,
    "read_import": imports.read,
    "apply_import": imports.apply,
}
# What several items of a kind that are due together are done by; else each is done alone.
TOGETHER: dict[str, Callable[[Office, Sequence[Lease]], None]] = {"send": bundling.send_all}
