"""Several packages that are due together go to the hub in one call, where it is one of ours. The
same three steps as for one (services/exchange/sending.py), each in one transaction for all: the
bytes are pinned; the hub gets them; the results are written. What is wrong with one stops no other,
and what cannot be done for all is done for each."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import structlog

from adapters.axis.errors import AxisError, NotOffered, TemporaryAxisError
from adapters.axis.records import Accepted
from adapters.axis.together import Sending
from adapters.edxml.errors import MalformedPackage
from adapters.files import Incoming, keep_all
from domain.errors import Refusal
from domain.roles import SYSTEM
from models.exchange import ExchangeMessage
from services import outbox
from services.carrying import Carriage, Parcel
from services.exchange import links, receipts, sending
from services.exchange.rounds import MOST_BYTES
from services.office import Office
from services.outbox import Lease, LeaseLost
from services.unit_of_work import transaction

log = structlog.get_logger()


@dataclass(frozen=True)
class _Waiting:
    """A package that is ready to go."""

    lease: Lease
    parcel: Parcel
    kind: str
    to: tuple[str, ...] | None

    @property
    def sending(self) -> Sending:
        return Sending(self.parcel, self.kind, self.to)


def send_all(office: Office, leases: Sequence[Lease]) -> None:
    """Sends what these leases are for."""
    of_agency = defaultdict(list)
    for lease in leases:
        message = sending.ready(office, lease)
        if message is not None:
            of_agency[message.agency_id].append(lease)
    for agency_id, group in of_agency.items():
        if len(group) > 1 and links.is_of_ours(office.session(), agency_id):
            _send_together(office, agency_id, group)
        else:
            _send_each(office, group)


def _send_each(office: Office, leases: Sequence[Lease]) -> None:
    for lease in leases:
        try:
            sending.send(office, lease)
        except LeaseLost:
            log.warning("lease lost", item=lease.item_id, kind=lease.kind)
        except Exception as error:
            log.exception("job failed", item=lease.item_id, kind=lease.kind)
            outbox.put_off(office, lease, type(error).__name__)


def _send_together(office: Office, agency_id: int, leases: Sequence[Lease]) -> None:
    packed = _pinned(office, leases)
    alone = [each.lease for each in packed if each.parcel.size > MOST_BYTES]
    for portion in _portions([each for each in packed if each.parcel.size <= MOST_BYTES]):
        try:
            _send_portion(office, agency_id, portion)
        except NotOffered:
            alone += [each.lease for each in portion]
    _send_each(office, alone)


@dataclass(frozen=True)
class _Built:
    """A package that is on its way into the store, or was built before: then its digest."""

    lease: Lease
    kind: str
    to: tuple[str, ...] | None
    coming: Incoming | None
    pinned: str


def _pinned(office: Office, leases: Sequence[Lease]) -> list[_Waiting]:
    """The packages, each built unless it was before; why one could not be is noted."""
    carriage = Carriage(office, *leases)
    with ExitStack() as opened:
        built = [b for lease in leases if (b := _built(office, lease, carriage, opened))]
        new = [each for each in built if each.coming is not None]
        keep_all([each.coming for each in new])
    if new:
        with transaction(office, SYSTEM) as work:
            for each in new:
                sending.pin(work, each.lease, each.coming.sha256)
    return [w for each in built if (w := _waiting(office, each, carriage))]


def _built(office: Office, lease: Lease, carriage: Carriage, opened: ExitStack) -> _Built | None:
    message = office.session().get(ExchangeMessage, lease.subject_id)
    to, pinned = sending.addressees(message), message.payload_sha256 or ""
    facts = (lease, str(message.kind), to and tuple(to))
    if pinned:
        return _Built(*facts, None, pinned)
    coming = _attempt(
        office, lease, lambda: carriage.beside_store(sending.built(office, message), opened)
    )
    return coming and _Built(*facts, coming, "")


def _waiting(office: Office, built: _Built, carriage: Carriage) -> _Waiting | None:
    """One that was built before may have been damaged since."""
    if built.coming is not None:
        parcel = carriage.parcel(built.coming.sha256)
    else:
        parcel = _attempt(office, built.lease, lambda: carriage.package(built.pinned))
    return parcel and _Waiting(built.lease, parcel, built.kind, built.to)


def _attempt(office: Office, lease: Lease, step: Callable):
    """None where a package could not be had: then the reason is noted, and the others go on."""
    try:
        return step()
    except LeaseLost:
        raise
    except (MalformedPackage, Refusal) as problem:
        sending.unbuilt(office, lease, problem)
    except Exception as error:
        log.exception("package not built", item=lease.item_id)
        outbox.put_off(office, lease, type(error).__name__)
    return None


def _portions(packed: Sequence[_Waiting]) -> list[list[_Waiting]]:
    """As many as one call may bring, in their order."""
    portions: list[list[_Waiting]] = []
    size = MOST_BYTES
    for each in packed:
        if size + each.parcel.size > MOST_BYTES:
            portions.append([])
            size = 0
        portions[-1].append(each)
        size += each.parcel.size
    return portions


def _send_portion(office: Office, agency_id: int, portion: Sequence[_Waiting]) -> None:
    """Raises NotOffered."""
    try:
        with links.connect(office, agency_id, probing=True) as axis:
            told = axis.submit_many([each.sending for each in portion])
            signed = next((each.receipt for each in told if isinstance(each, Accepted)), "")
            keys = sending.receipt_keys(office, agency_id, axis, signed)
    except NotOffered:
        raise
    except (AxisError, Refusal) as error:
        for number, each in enumerate(portion):
            sending.unsent(office, each.lease, agency_id, error, counts=number == 0)
        return
    results = list(zip((each.lease for each in portion), told, strict=True))
    _note(office, agency_id, [each for each in results if isinstance(each[1], Accepted)], keys)
    for lease, error in results:
        if not isinstance(error, Accepted):
            # The hub has answered: whatever it said of one, it is not away.
            counts = not isinstance(error, TemporaryAxisError)
            sending.unsent(office, lease, agency_id, error, counts)


def _note(office: Office, agency_id: int, taken: Sequence[tuple[Lease, Accepted]], keys) -> None:
    """All in one transaction; where that fails, each in its own: one of them may be another
    worker's by now."""
    if not taken:
        return
    (lease, _told), *others = taken
    try:
        with transaction(office, SYSTEM) as work:
            line = receipts.line_of(work.session, agency_id)
            for held, told in taken:
                sending.accepted(work, held, line, told, keys)
            links.answered(work, agency_id)
    except Exception as error:
        for each in taken if others else ():
            _note(office, agency_id, [each], keys)
        if not others:
            log.warning("result not noted", item=lease.item_id, error=repr(error))
            outbox.put_off(office, lease, type(error).__name__)
