"""Which way a recipient's packages go from here: to its own system, which has an account; over an
uplink; to a system that serves it, another hub. A system of its own comes first, then the route
that says most about the code (domain/code_routes.py). `*` alone is for codes that the directory of
this hub does not have: its own agencies wait for their system, they are not sent away."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from domain.code_routes import ANY, best
from models.hub import HubAccount
from models.uplinks import CodeRoute
from services.hub.lookup import find_by_code
from services.office import Office


@dataclass(frozen=True)
class Way:
    """Over the uplink, or to the system with the code `via`; neither: to the recipient itself."""

    uplink_id: int | None = None
    via: str = ""


HERE = Way()
ROUTES = select(CodeRoute.pattern, CodeRoute.uplink_id, HubAccount.system_id).outerjoin(
    HubAccount, HubAccount.id == CodeRoute.account_id
)


def ways(office: Office, codes: Collection[str]) -> Mapping[str, Way]:
    """The way of each code."""
    routes = _routes(office)
    if not routes:
        return dict.fromkeys(codes, HERE)
    own = select(HubAccount.system_id).where(HubAccount.system_id.in_(codes))
    at_home = set(office.session().scalars(own))
    listed = find_by_code(office, codes) if ANY in routes else {}
    return {c: HERE if c in at_home else _way(routes, c, c in listed) for c in codes}


def _way(routes: Mapping[str, Way], code: str, is_listed: bool) -> Way:
    pattern = best(routes, code)
    if pattern is None or (pattern == ANY and is_listed):
        return HERE
    return routes[pattern]


def elsewhere(office: Office, codes: Collection[str]) -> set[str]:
    """Those of the codes that somebody else knows: they need not be in our directory."""
    return {code for code, way in ways(office, codes).items() if way != HERE} if codes else set()


def serves(office: Office, system_id: str, code: str) -> bool:
    """Whether a system may send in the name of this code, and gets what is sent to it."""
    return ways(office, [code])[code].via == system_id


def _routes(office: Office) -> dict[str, Way]:
    return {
        pattern: Way(uplink_id, system_id or "")
        for pattern, uplink_id, system_id in office.session().execute(ROUTES)
    }
