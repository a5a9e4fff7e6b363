"""A hub waits at the hubs above it as nodes do at theirs (services/exchange/listening.py): when
something has come there for agencies of ours, the poll of that uplink is due at once. An axis that
does not know how is polled at its own pace."""

from sqlalchemy import select

from adapters.axis.records import News
from models.uplinks import Uplink
from services.exchange.listening import Ear, attend
from services.hub import uplinks
from services.office import Office


def hubs(office: Office) -> list[int]:
    """The uplinks to listen on."""
    if office.settings.wait_seconds <= 0:
        return []
    query = select(Uplink.id).where(Uplink.is_active).order_by(Uplink.id)
    found = list(office.session().scalars(query))
    office.session().rollback()
    return found


def listen(office: Office, ear: Ear) -> None:
    """Makes one call, which may wait, and passes on what it brings."""
    attend(office, ear, uplinks.POLL, lambda: _call(office, ear))


def _call(office: Office, ear: Ear) -> News:
    with uplinks.connect(office, ear.line_id) as axis:
        return axis.await_received({}, ear.mark, office.settings.wait_seconds)
