"""A document that a recipient refused is sent once more under its own id, as an unmodified client
sees it at both ends."""

import pytest
from sqlalchemy import select

from adapters.edxml.package import Business, BusinessKind, Organ, ResponseFor, Staff, StatusMessage
from adapters.edxml.write import write_status
from models.hub import Delivery, HubMessage
from services.hub import deliveries
from tests.hub.packages import (
    BINH_MINH,
    BINH_SON,
    SON_TINH,
    UID,
    accept,
    edoc,
    fetch,
    status,
    update,
)
from tests.hub.test_acceptance import count, deliveries_of, refused, the_one
from tests.hub.test_axis_journeys import file, header, sdk  # noqa: F401


def take(receiver) -> str:
    """Fetches the one document that waits and says it is done; gives its bytes' id."""
    [waiting] = receiver.getReceivedEdocList("edoc").items
    receiver.getEdoc(waiting["docId"])
    assert receiver.updateStatus(waiting["docId"], "done").error_code == "0"
    return waiting["docId"]


def learn(sender) -> None:
    """Fetches the statuses that wait."""
    for each in sender.getReceivedEdocList("status").items:
        sender.getEdoc(each["docId"])
        sender.updateStatus(each["docId"], "done")


@pytest.mark.parametrize("mended", [False, True], ids=["same-bytes", "other-bytes"])
@pytest.mark.parametrize("version", ["2.0.0", "2.0.1"])
def test_who_refused_gets_it_once_more_when_the_sender_knows(axis_url, file, version, mended):  # noqa: F811
    sender, receiver = sdk(axis_url, SON_TINH, version), sdk(axis_url, BINH_SON, version)
    again = edoc(text="hai") if mended else edoc()
    sender.sendEdoc(header(), file(edoc()))
    first = take(receiver)
    receiver.sendEdoc(header(BINH_SON, "status"), file(status("02")))
    # The sender has not heard of it: this may be a call whose answer was lost.
    assert sender.sendEdoc(header(), file(again)).error_code == ("27" if mended else "0")
    assert receiver.getReceivedEdocList("edoc").items == []
    learn(sender)
    sent = sender.sendEdoc(header(), file(again))
    assert (sent.status, sent.error_code) == ("OK", "0")
    second = take(receiver)
    assert second != first, "who has finished with an id does not look at it again"
    [row] = sender.getSentEdocList(sent.doc_id).items
    assert (row["receiverDocId"], row["receiveStatus"]) == (second, "DONE")
    # And that is all: once more the same is a repetition again, other bytes a second document.
    sender.sendEdoc(header(), file(again))
    assert sender.sendEdoc(header(), file(edoc(text="ba"))).error_code == "27"
    assert receiver.getReceivedEdocList("edoc").items == []


def hear(office, data: bytes, sender: str = BINH_SON) -> None:
    """A status comes, and the sender of the document fetches it."""
    accept(office, sender, data, "status")
    waiting = select(Delivery.doc_id).where(
        Delivery.recipient_code == SON_TINH, Delivery.fetched_at.is_(None)
    )
    for doc_id in office.session().scalars(waiting).all():
        fetch(office, SON_TINH, doc_id)


def test_only_who_refused_gets_it_once_more(office):
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH)))
    hear(office, status("02"))
    both = edoc(to=(BINH_SON, BINH_MINH), text="hai")
    assert refused(lambda: accept(office, SON_TINH, both)).code == "axis-same-id-other-bytes"
    accept(office, SON_TINH, edoc(text="hai"))
    assert count(office, Delivery) == 4


def test_another_word_or_another_agencys_word_opens_nothing(office):
    accept(office, SON_TINH, edoc())
    for data, sender in ((status("03"), BINH_SON), (status("02", BINH_MINH), BINH_MINH)):
        hear(office, data, sender)
        assert refused(lambda: accept(office, SON_TINH, edoc(text="hai")))
    assert set(deliveries_of(office)) == {BINH_SON, SON_TINH}


def test_a_refusal_that_names_the_document_by_its_reference_counts(office):
    accept(office, SON_TINH, edoc())
    who = Organ(BINH_SON, "Ủy ban nhân dân huyện Bình Sơn")
    about = ResponseFor(SON_TINH, "45/UBND-NV")
    hear(office, write_status(StatusMessage(who, about, Staff(), "02", "Nhầm nơi gửi")))
    accept(office, SON_TINH, edoc(text="hai"))
    assert count(office, HubMessage) == 3


def offered(office) -> list[str]:
    """To whom a document or an update waits to be handed out."""
    waiting = select(Delivery.recipient_code).where(Delivery.state == "INITIAL")
    return list(office.session().scalars(waiting))


def test_an_update_repeated_after_a_refusal_stays_one_update(office):
    accept(office, SON_TINH, edoc())
    first = accept(office, SON_TINH, update("một"))
    for delivery in office.session().scalars(select(Delivery)).all():
        deliveries.acknowledge(office, BINH_SON, delivery.doc_id, "done")
    hear(office, status("02"))
    assert accept(office, SON_TINH, update("một")) == first
    assert offered(office) == []


def test_a_replacement_that_was_refused_is_sent_again_too(office):
    data = edoc(business=Business(BusinessKind.REPLACE, "Thay thế", document_id=UID))
    first = accept(office, SON_TINH, data)
    deliveries.acknowledge(office, BINH_SON, the_one(office).doc_id, "done")
    hear(office, status("02"))
    assert offered(office) == []
    assert accept(office, SON_TINH, data) == first
    assert offered(office) == [BINH_SON]
