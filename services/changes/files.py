"""The files that an update brings, read again from the package that was kept."""

from adapters.edxml.package import Package
from models.changes import Change
from services.changes.comparing import FILES
from services.exchange import reading
from services.incoming.parcel import Arrival
from services.stored_files import check_file
from services.unit_of_work import Work


def arrival_of(work: Work, change: Change) -> Arrival | None:
    """None where no file changes. Raises Unavailable("file-damaged")."""
    changes_files = any(row["field"] == FILES for row in change.differences)
    if not changes_files or change.message is None:
        return None
    check_file(work.office, change.message.payload_sha256)
    package = reading.read(work.office.files, change.message.payload_sha256)
    return Arrival.from_package(package) if isinstance(package, Package) else None
