"""The report of a node: everything its hub may know, in one piece. It is handed out when the hub
asks and sent when it cannot."""

from domain.federation import CODE, PROTOCOL, SOFTWARE
from services.federation.counters import counters
from services.federation.feed import feed
from services.federation.heads import audit_head
from services.federation.health import health
from services.federation.moments import written
from services.federation.scope import Scope
from services.office import Office


def node(office: Office, scope: Scope) -> dict:
    return {
        "protocol": PROTOCOL,
        "software": SOFTWARE,
        "role": str(office.settings.role),
        "agencies": [code for code in scope.agencies.values() if CODE.fullmatch(code)],
        "at": written(office.now()),
    }


def report(office: Office, scope: Scope, cursor: int = 0, known: str = "", head: int = 0) -> dict:
    """`cursor`, `known` and `head` say what the hub has: statuses, counters, an audit entry."""
    return {
        "node": node(office, scope),
        "health": health(office, scope),
        "counters": counters(office, scope, known),
        "statuses": feed(office, scope, cursor),
        "audit_head": audit_head(office, head),
    }
