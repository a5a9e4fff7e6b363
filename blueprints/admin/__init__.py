"""Administration: people, units, the agency and its seal, agencies of the node, the line to the
hub, time stamps, the audit chain."""

from blueprints.admin import (
    agencies,
    agency,
    appointments,
    audit,
    hub_link,
    people,
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
    "time_authority",
    "units",
]
