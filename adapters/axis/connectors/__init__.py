"""Ways to an axis: each kind of hub has a connector, and all of them can be asked the same
(`Connector`). The national axis and hubs of ours speak the signed headers (AxisClient); provinces
have gateways with tokens or with keys in headers (axis page, section 9)."""

from collections.abc import Callable
from enum import StrEnum

import httpx

from adapters.axis.client import AxisClient
from adapters.axis.connectors.interface import Connector, Credentials
from adapters.axis.connectors.multipart_gateway import MultipartGateway
from adapters.axis.connectors.token_gateway import TokenGateway

__all__ = ["Connector", "ConnectorKind", "Credentials", "open_connector"]


class ConnectorKind(StrEnum):
    AXIS = "axis"
    TOKEN = "token"  # noqa: S105  the name of a kind
    MULTIPART = "multipart"


def _axis(endpoint: str, system_id: str, credentials: Credentials, **options) -> AxisClient:
    return AxisClient(endpoint, system_id, credentials.secret, **options)


_MAKE: dict[ConnectorKind, Callable[..., Connector]] = {
    ConnectorKind.AXIS: _axis,
    ConnectorKind.TOKEN: TokenGateway,
    ConnectorKind.MULTIPART: MultipartGateway,
}


def open_connector(
    kind: str,
    endpoint: str,
    system_id: str,
    credentials: Credentials,
    transport: httpx.BaseTransport | None = None,
) -> Connector:
    """The connector of this kind; raises Invalid("axis-endpoint-invalid"), ValueError."""
    make = _MAKE[ConnectorKind(kind)]
    return make(endpoint, system_id, credentials, transport=transport)
