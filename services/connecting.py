"""Opening a line to an axis of whatever kind: the axis itself by the way the office was given,
provincial gateways by their connectors."""

from adapters.axis.connectors import Connector, ConnectorKind, Credentials, open_connector
from services.office import Office

KINDS = tuple(ConnectorKind)


def open_line(office: Office, kind: str, endpoint: str, system_id: str, sealed: str) -> Connector:
    """`sealed` is what was kept sealed: the secret, or all credentials (`Credentials`)."""
    credentials = Credentials.read(sealed)
    if kind == ConnectorKind.AXIS:
        return office.connect(endpoint, system_id, credentials.secret)
    return open_connector(kind, endpoint, system_id, credentials)
