"""Who may look at and run the hub. Everything here belongs to the one agency that keeps the hub,
so its operators and administrators stand in the relation AGENCY to all of it."""

from domain.permissions import Relation, require
from domain.roles import Actor

MANAGE = "hub:manage"


def require_manage(actor: Actor) -> None:
    """Raises Forbidden("not-allowed") for whoever does not run the hub."""
    require(actor, MANAGE, {Relation.AGENCY})


def require_view(actor: Actor) -> None:
    require(actor, "hub:view", {Relation.AGENCY})
