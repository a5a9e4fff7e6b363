"""When a hub asks its nodes, and when a node tells its hub by itself."""

from sqlalchemy import select

from models.agencies import HubLink
from models.federation import NodeSite
from services import repeating
from services.exchange import links
from services.office import Office

QUEUE = "federation"  # of the hub: nodes that hang hold up nothing but each other
ASK, TELL = "federation_ask", "federation_tell"


def ensure(office: Office) -> None:
    """The sweeper's step."""
    settings, session = office.settings, office.session()
    if settings.is_hub:
        can_ask = session.scalar(select(NodeSite.id).where(NodeSite.address != "").limit(1))
        repeating.ensure(office, QUEUE, {ASK: settings.federation_seconds if can_ask else 0})
    else:
        has_line = session.scalar(select(HubLink.id).limit(1))
        seconds = settings.federation_push_seconds if has_line else 0
        repeating.ensure(office, links.QUEUE, {TELL: seconds})
