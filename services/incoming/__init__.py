"""Incoming documents: they arrive, are registered or refused, submitted, directed, closed."""

from services.incoming.access import relations
from services.incoming.actions import available, perform
from services.incoming.arrival import arrive
from services.incoming.paper import register_paper, registered_with
from services.incoming.parcel import Arrival, ArrivalFile
from services.incoming.queries import listing, load

__all__ = [
    "Arrival",
    "ArrivalFile",
    "arrive",
    "available",
    "listing",
    "load",
    "perform",
    "register_paper",
    "registered_with",
    "relations",
]
