"""The directory as a file, in the columns in which it can be read in again."""

from collections.abc import Iterator

from sqlalchemy import select

from adapters import sheets
from domain.roles import Actor
from models.hub import DirectoryEntry
from services.hub.access import require_view
from services.hub.columns import HEADINGS, written
from services.office import Office

TITLE = "Danh bạ"
ROWS_AT_ONCE = 1000


def as_xlsx(office: Office, actor: Actor) -> bytes:
    """All entries, by code. Raises Forbidden."""
    require_view(actor)
    return sheets.write_xlsx(TITLE, list(HEADINGS.values()), _rows(office))


def as_csv(office: Office, actor: Actor) -> bytes:
    require_view(actor)
    return sheets.write_csv(list(HEADINGS.values()), _rows(office))


def _rows(office: Office) -> Iterator[list[str]]:
    columns = [getattr(DirectoryEntry, name) for name in HEADINGS]
    query = select(*columns).order_by(DirectoryEntry.code)
    for row in office.session().execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        yield [written(kept) for kept in row]
