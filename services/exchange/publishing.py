"""Which key signs our receipts: the hub of every line is told, once."""

from collections.abc import Collection

from sqlalchemy import select

from adapters.axis.client import AxisClient
from adapters.axis.errors import PermanentAxisError
from domain.roles import SYSTEM
from models.agencies import HubLink
from services import receipt_keys
from services.exchange import links
from services.office import Office
from services.unit_of_work import transaction


def unpublished(office: Office, agency_ids: Collection[int]) -> list[int]:
    """Those of the agencies with whose hub it is not settled that we sign, and by which key, or
    that we do not."""
    session = office.session()
    own = receipt_keys.own(office)
    settled = {links.NO_RECEIPTS, own.key_id} if own else {links.NO_RECEIPTS}
    query = select(HubLink.agency_id).where(
        HubLink.agency_id.in_(agency_ids), HubLink.receipt_key_id.not_in(settled)
    )
    found = list(session.scalars(query.order_by(HubLink.id)))
    session.rollback()
    return found


def publish_key(office: Office, agency_id: int, axis: AxisClient) -> bool:
    """Sees that the hub has the key of this node; false where the hub knows no receipts."""
    if agency_id in unpublished(office, [agency_id]):
        _publish(office, agency_id, axis)
    session = office.session()
    known = session.scalar(select(HubLink.receipt_key_id).where(HubLink.agency_id == agency_id))
    session.rollback()
    return known not in ("", links.NO_RECEIPTS, None)


def _publish(office: Office, agency_id: int, axis: AxisClient) -> None:
    with transaction(office, SYSTEM) as work:
        key = receipt_keys.signer(work)
    try:
        axis.lodge_receipt_key(key.public)
    except PermanentAxisError:
        key = None
    with transaction(office, SYSTEM) as work:
        link = links.of_agency(work.session, agency_id)
        link.receipt_key_id = key.key_id if key else links.NO_RECEIPTS
