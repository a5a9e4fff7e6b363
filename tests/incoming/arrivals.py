"""Arrivals at Sơn Tịnh, and shortcuts to bring one to a state."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.agencies import Agency
from models.incoming import IncomingDocument, IncomingSource
from services import incoming
from services.incoming.arrival import Arrival, ArrivalFile
from services.unit_of_work import transaction
from tests.incoming.steps import Steps

COUNTER = iter(range(1, 100000))
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def arrival(**changes) -> Arrival:
    number = next(COUNTER)
    values = {
        "source": IncomingSource.EXCHANGE,
        "sender_code": "000.00.31.H48",
        "sender_name": "Ủy ban nhân dân huyện Bình Sơn",
        "document_uid": f"doc-{number}",
        "number": str(number),
        "notation": "UBND-NV",
        "issued_date": date(2026, 11, 20),
        "type_name": "Công văn",
        "subject": "V/v báo cáo công tác cải cách hành chính",
        "signer_name": "Võ Thanh Hải",
        "signer_position": "Chủ tịch",
        "files": [ArrivalFile(name="congvan.pdf", data=PDF)],
    }
    return Arrival(**(values | changes))


@pytest.fixture
def clock(office):
    """Friday 20 November 2026, nine in the morning; `clock(2026, 12, 1)` moves it."""
    moment = [datetime(2026, 11, 20, 2, 0, tzinfo=UTC)]
    object.__setattr__(office, "clock", lambda: moment[0])

    def move(year: int, month: int, day: int) -> None:
        moment[0] = datetime(year, month, day, 2, 0, tzinfo=UTC)

    return move


@pytest.fixture
def arrive(office, actor, clock):
    """`arrive(subject=…)`: an arrival at the district committee of Sơn Tịnh."""

    def do(agency_code: str = "000.00.32.H48", **changes) -> IncomingDocument:
        with transaction(office, actor("st.vanthu")) as work:
            agency = work.session.scalars(select(Agency).where(Agency.code == agency_code)).one()
            return incoming.arrive(work, agency, arrival(**changes))

    return do


@pytest.fixture
def steps(office, actor, arrive) -> Steps:
    return Steps(office, actor, arrive)
