"""Federation: the machine endpoints /federation/v1 of node and hub, and the page where a node's
people see what the province sees."""

from blueprints.federation.api import api
from blueprints.federation.views import blueprint

__all__ = ["api", "blueprint"]
