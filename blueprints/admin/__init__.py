"""Administration: people, units, the agency and its seal, agencies of the node, the line to the
hub, time stamps, the store of files, the audit chain."""

from blueprints.admin import (
    agencies,
    agency,
    appointments,
    audit,
    hub_link,
    people,
    store,
    time_authority,
    units,
)
from blueprints.admin.routes import blueprint

__all__ = [
    "agencies",
    "agency",
    "appointments",
    "audit",
    "blueprint",
    "hub_link",
    "people",
    "store",
    "time_authority",
    "units",
]
