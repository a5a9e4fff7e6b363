"""No package goes in a circle: each hub that passes one on leaves its hop in the trace, and takes
none from outside that bears a hop of its own."""

from typing import BinaryIO

from sqlalchemy import select

from adapters.axis.errors import AxisRefusal
from adapters.edxml import relay
from adapters.edxml.errors import MalformedPackage
from models.agencies import Agency
from models.uplinks import Uplink
from services.office import Office


def refuse_loop(office: Office, package: BinaryIO) -> None:
    """Raises AxisRefusal: axis-loop for a package that has been here, axis-bad-edxml."""
    own = _own_codes(office)
    try:
        seen = [code for code in relay.hops(package) if code in own]
    except MalformedPackage as error:
        raise AxisRefusal("axis-bad-edxml", reason=str(error.fields.get("reason"))) from error
    if seen:
        raise AxisRefusal("axis-loop", hop=seen[0])


def _own_codes(office: Office) -> set[str]:
    """The codes under which this hub is known: its own, and its system ids elsewhere."""
    session = office.session()
    return {*session.scalars(select(Agency.code)), *session.scalars(select(Uplink.system_id))}
