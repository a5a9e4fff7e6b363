"""Administration of an agency: its people and their appointments, its units, its letterhead and
seal, its line to the hub, its audit chain. An administrator knows only the own agency; the one of
the agency that came first to this node, the host, may add agencies and sees the node's store."""

from services.admin import (
    agencies,
    agency,
    appointments,
    audit,
    hub_link,
    people,
    seen,
    store,
    units,
)

__all__ = [
    "agencies",
    "agency",
    "appointments",
    "audit",
    "hub_link",
    "people",
    "seen",
    "store",
    "units",
]
