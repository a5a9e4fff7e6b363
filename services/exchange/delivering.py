"""The job `deliver`: a document for an agency of this very node. One transaction puts it there and
tells the sender 01: the same states and statuses as by the hub, without the hub."""

from sqlalchemy import select

from domain.exchange_flow import BusinessCode, TransportState
from domain.roles import SYSTEM
from models.agencies import Agency
from models.exchange import Dispatch
from services import outbox
from services.changes import again, coming, early
from services.exchange import statuses, transport
from services.incoming.parcel import Arrival
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import transaction


def deliver(office: Office, lease: Lease) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        dispatch = work.session.get(Dispatch, lease.subject_id, with_for_update=True)
        if dispatch is None or dispatch.transport_state != TransportState.QUEUED:
            return
        agency = work.session.scalars(
            select(Agency).where(Agency.code == dispatch.recipient_code, Agency.is_active)
        ).one_or_none()
        if agency is None:
            transport.undeliverable(work, dispatch, "recipient-gone")
            return
        early.one_at_a_time(work, agency.id)
        incoming = again.arrive(work, agency, Arrival.from_dispatch(dispatch))
        statuses.report(work, incoming, BusinessCode.ARRIVED)
        if coming.is_replacing(work, dispatch):
            coming.replacement(work, incoming, [dispatch.document.replaces.document_uid])
        early.arrived(work, incoming)
