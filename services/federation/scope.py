"""Of which agencies a hub may know: those whose line leads to this very hub. What a node's other
agencies do over another hub is not its business."""

from dataclasses import dataclass

from sqlalchemy import select

from models.agencies import Agency, HubLink
from services.exchange import links
from services.office import Office


@dataclass(frozen=True)
class Scope:
    """The line over which is asked or told, and the agencies that share its hub: id and code."""

    system_id: str
    hub: str
    agency_id: int
    agencies: dict[int, str]

    @property
    def ids(self) -> list[int]:
        return list(self.agencies)


def lines(office: Office, system_id: str | None = None) -> list[HubLink]:
    query = select(HubLink).order_by(HubLink.id)
    if system_id is not None:
        query = query.where(HubLink.system_id == system_id)
    return list(office.session().scalars(query))


def of_line(office: Office, link: HubLink) -> Scope:
    query = (
        select(Agency.id, Agency.code)
        .join(HubLink, HubLink.agency_id == Agency.id)
        .where(HubLink.endpoint == link.endpoint)
        .order_by(Agency.id)
    )
    agencies = dict(office.session().execute(query).all())
    return Scope(link.system_id, link.endpoint, link.agency_id, agencies)


def secrets_of(office: Office, system_id: str) -> list[str]:
    """What the hub of this line may sign with; nothing where there is no such line."""
    return [links.secret_of(office, link) for link in lines(office, system_id)]
