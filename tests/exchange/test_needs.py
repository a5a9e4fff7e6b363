"""What needs a person among all that was sent comes back to the list when there is news of it."""

from datetime import datetime, timedelta

import pytest

from adapters.edxml.package import Organ, ResponseFor, Staff, StatusMessage
from adapters.edxml.write import write_status
from domain.dates import VIETNAM
from models.exchange import Dispatch
from models.outgoing import OutgoingDocument
from services.exchange import needing
from tests.conftest import PASSWORD, find_actor
from tests.exchange.conftest import BINH_SON, SON_TINH, send_one
from tests.hub.packages import accept
from tests.visitor import Visitor

AT = datetime(2026, 11, 23, 8, 0, tzinfo=VIETNAM)
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def tell(world, code: str, description: str = "", minutes: int = 0) -> None:
    """A status of Bình Sơn for the one document of Sơn Tịnh, by way of the hub."""
    (document,) = world.b.all(OutgoingDocument)
    about = ResponseFor(SON_TINH, document.reference, document.issued_date, document.document_uid)
    at = AT + timedelta(minutes=minutes)
    who = Organ(BINH_SON, "Ủy ban nhân dân huyện Bình Sơn")
    data = write_status(StatusMessage(who, about, Staff(), code, description, at))
    with world.hub.app.app_context():
        accept(world.hub.office, BINH_SON, data, "status")
    world.b.poll()


def needs(world) -> list[tuple[tuple[str, ...], str]]:
    with world.b.app.app_context():
        clerk = find_actor(world.b.office, "st.vanthu", SON_TINH)
        found, _total = needing.listing(world.b.office, clerk, 1)
        return [(each.reasons, each.said) for each in found]


def look(world) -> None:
    with world.b.app.app_context():
        clerk = find_actor(world.b.office, "st.vanthu", SON_TINH)
        needing.settle(world.b.office, clerk, 1)


def test_who_gives_a_registered_document_back_is_listed_with_the_reason(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    tell(world, "03")
    assert needs(world) == []
    tell(world, "02", "Không đúng thẩm quyền", minutes=5)
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.business_state == "03", "never backwards"
    assert needs(world) == [(("refused",), "Không đúng thẩm quyền")]
    page = Visitor(world.b.app, "st.vanthu", PASSWORD).get("/exchange/").text
    assert "Không đúng thẩm quyền" in page
    look(world)
    tell(world, "04", minutes=6)
    assert needs(world) == []


def test_a_refusal_after_somebody_had_looked_is_listed_again(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    world.b.wait(days=5)
    assert needs(world) == [(("late",), "")]
    look(world)
    assert needs(world) == []
    tell(world, "02", "Gửi nhầm")
    assert needs(world) == [(("refused",), "Gửi nhầm")]
    look(world)
    tell(world, "02", "Gửi nhầm")
    assert needs(world) == [], "the same word again is no news"


def test_a_reason_that_is_too_long_shows_that_it_goes_on(world):
    send_one(world.b, SON_TINH, [BINH_SON])
    world.b.work()
    tell(world, "02", "dài " * 400)
    [(_reasons, said)] = needs(world)
    assert (len(said), said[-1]) == (500, "…")
