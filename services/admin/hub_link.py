"""The agency's line to its hub as its administrator sees it. The secret goes in and never out."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select

from adapters.axis.connectors import ConnectorKind, Credentials
from domain.errors import Conflict, Invalid
from domain.roles import Actor
from domain.text import nfc
from models.agencies import HubLink
from services.admin import access, seen
from services.exchange import links
from services.office import Office
from services.unit_of_work import transaction

LONGEST = 500


def load(office: Office, actor: Actor) -> HubLink | None:
    access.require(actor)
    return links.of_agency(office.session(), actor.agency_id)


@dataclass(frozen=True)
class LinkFields:
    """What an administrator types; `kind` is that of the connector."""

    endpoint: str
    system_id: str
    secret: str = ""
    kind: str = ConnectorKind.AXIS
    client_id: str = ""
    client_secret: str = ""

    @property
    def credentials(self) -> str:
        """As they are sealed; empty where the present ones stay."""
        secret = self.secret.strip()
        both = self.client_id.strip(), self.client_secret.strip()
        return str(Credentials(secret, *both)) if secret else ""


def save(office: Office, actor: Actor, fields: LinkFields, shown: str = "") -> None:
    """Makes or changes the line; an empty secret keeps the present credentials.

    Raises Invalid("endpoint-wrong"), ("name-missing"), ("secret-missing"),
    Conflict("hub-link-taken" | "stale").
    """
    access.require(actor)
    endpoint, system_id, secret = nfc(fields.endpoint), nfc(fields.system_id), fields.credentials
    _check(endpoint, system_id)
    kind = ConnectorKind(fields.kind)
    with transaction(office, actor) as work:
        _refuse_other(work.session, actor, system_id)
        link = links.of_agency(work.session, actor.agency_id)
        if link is not None:
            seen.require_same(link, seen.HUB_LINK, shown)
        if link is None and not secret:
            raise Invalid("secret-missing", field="secret")
        if secret:
            link = links.set_link(work, actor.agency_id, endpoint, system_id, secret, kind)
        else:
            links.point(link, endpoint, system_id, kind)
        work.audit(
            "admin:hub_link",
            link,
            kind=kind,
            endpoint=endpoint,
            system_id=system_id,
            secret_replaced=bool(secret),
        )


def _check(endpoint: str, system_id: str) -> None:
    if not _is_sound(endpoint):
        raise Invalid("endpoint-wrong", field="endpoint")
    if not system_id or len(system_id) > 100:
        raise Invalid("name-missing", field="system_id")


def _is_sound(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        parts.port  # noqa: B018 - a port beyond 65535 is told only when it is asked for
    except ValueError:
        return False
    extras = parts.username or parts.query or parts.fragment
    named = parts.scheme in ("http", "https") and parts.hostname
    return bool(named and not extras and len(endpoint) <= LONGEST)


def _refuse_other(session, actor: Actor, system_id: str) -> None:
    other = select(HubLink.id).where(
        HubLink.system_id == system_id, HubLink.agency_id != actor.agency_id
    )
    if session.scalar(other):
        raise Conflict("hub-link-taken", field="system_id")
