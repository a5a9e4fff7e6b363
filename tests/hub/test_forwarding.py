"""Mail to a dissolved agency that forwards: its successor gets it, the sender sees it under the
code that it wrote."""

import pytest

from adapters.axis.errors import AxisRefusal
from models.hub import Delivery
from services import directory as copied
from services.hub import deliveries, directory
from services.hub.records import received_item, sent_items
from tests.hub import packages
from tests.hub.packages import BINH_MINH, BINH_SON, SON_TINH, TINH_HA, edoc


def dissolve(office, operator, code: str, successor: str, forwards: bool = True) -> None:
    [entry] = [e for e in directory.listing(office, operator, code)[0] if e.code == code]
    ending = directory.Ending(office.today(), successor, forwards)
    directory.dissolve(office, operator, entry.id, entry.version, ending)


def accept(office, *to: str) -> str:
    return packages.accept(office, SON_TINH, edoc(), "edoc", list(to))


def rows(office, doc_id: str) -> dict[str, str]:
    found = deliveries.sent(office, SON_TINH, "edoc", doc_id)
    items = [item for delivery in found for item in sent_items(delivery)]
    assert len({item.to_code for item in items}) == len(items)
    return {item.to_code: item.receive_status_desc for item in items}


def test_the_successor_gets_it_and_the_sender_sees_the_code_it_wrote(office, operator):
    dissolve(office, operator, BINH_MINH, BINH_SON)
    doc_id = accept(office, BINH_MINH)
    [waiting] = deliveries.waiting(office, BINH_SON, "edoc")
    assert received_item(waiting).to_code == BINH_SON
    assert rows(office, doc_id) == {
        BINH_MINH: f"Chuyen tiep cho {BINH_SON}: Cho don vi nhan lay ve"
    }
    deliveries.acknowledge(office, BINH_SON, waiting.doc_id, "done")
    assert rows(office, doc_id)[BINH_MINH].endswith("Don vi nhan da nhan thanh cong")


def test_written_to_both_it_comes_once_and_both_are_told_of(office, operator):
    dissolve(office, operator, BINH_MINH, BINH_SON)
    doc_id = accept(office, BINH_SON, BINH_MINH)
    assert len(deliveries.waiting(office, BINH_SON, "edoc")) == 1
    assert rows(office, doc_id) == {
        BINH_SON: "Cho don vi nhan lay ve",
        BINH_MINH: f"Chuyen tiep cho {BINH_SON}: Cho don vi nhan lay ve",
    }


def test_a_recipient_added_later_by_its_old_code_is_told_of_too(office, operator):
    first = accept(office, BINH_SON)
    dissolve(office, operator, BINH_MINH, BINH_SON)
    for _ in range(2):
        assert accept(office, BINH_MINH) == first
    assert set(rows(office, first)) == {BINH_SON, BINH_MINH}
    assert office.session().query(Delivery).count() == 1


def test_successors_of_successors_are_followed_but_not_in_a_circle(office, operator):
    dissolve(office, operator, BINH_MINH, TINH_HA)
    dissolve(office, operator, TINH_HA, BINH_SON)
    accept(office, BINH_MINH)
    assert len(deliveries.waiting(office, BINH_SON, "edoc")) == 1
    [entry] = [e for e in directory.listing(office, operator, TINH_HA)[0] if e.code == TINH_HA]
    entry.successor_code = BINH_MINH
    office.session().commit()
    with pytest.raises(AxisRefusal, match="axis-recipient-dissolved"):
        packages.accept(office, SON_TINH, edoc(text="hai"), "edoc", [BINH_MINH])


def test_of_several_dissolved_one_after_the_other_the_last_successor_is_named(office, operator):
    dissolve(office, operator, BINH_MINH, TINH_HA, forwards=False)
    dissolve(office, operator, TINH_HA, BINH_SON, forwards=False)
    with pytest.raises(AxisRefusal) as caught:
        accept(office, BINH_MINH)
    assert caught.value.fields == {"recipient": BINH_MINH, "successor": BINH_SON}
    [entry] = [e for e in directory.listing(office, operator, TINH_HA)[0] if e.code == TINH_HA]
    entry.successor_code = BINH_MINH
    office.session().commit()
    with pytest.raises(AxisRefusal) as caught:
        accept(office, BINH_MINH)
    assert caught.value.fields["successor"] == TINH_HA, "in a circle: what the directory says"


@pytest.mark.parametrize("forwards", [True, False])
def test_a_successor_that_cannot_be_written_to_is_refused(office, operator, forwards):
    dissolve(office, operator, BINH_MINH, BINH_SON, forwards)
    [entry] = directory.listing(office, operator, BINH_SON)[0][:1]
    directory.set_locked(office, operator, entry.id, entry.version, True)
    with pytest.raises(AxisRefusal) as caught:
        accept(office, BINH_MINH)
    assert caught.value.code == (
        "axis-recipient-locked" if forwards else "axis-recipient-dissolved"
    )


def test_the_rule_can_be_changed_and_the_end_be_undone(office, operator):
    dissolve(office, operator, BINH_MINH, BINH_SON, forwards=False)

    def entry():
        office.session().expire_all()
        return next(e for e in directory.listing(office, operator, BINH_MINH)[0])

    directory.set_forwards(office, operator, entry().id, entry().version, True)
    accept(office, BINH_MINH)
    directory.restore(office, operator, entry().id, entry().version)
    assert (entry().valid_to, entry().successor_code, entry().forwards) == (None, "", False)


def test_a_node_may_still_write_to_an_agency_that_forwards(office, operator):
    """The hub's directory is what nodes copy; they ask it the same way."""
    from domain.errors import Invalid

    dissolve(office, operator, BINH_MINH, BINH_SON, forwards=False)
    with pytest.raises(Invalid, match="recipient-dissolved"):
        copied.resolve(office, [BINH_MINH])
    [entry] = [e for e in directory.listing(office, operator, BINH_MINH)[0]]
    directory.set_forwards(office, operator, entry.id, entry.version, True)
    assert [e.code for e in copied.resolve(office, [BINH_MINH])] == [BINH_MINH]
    assert copied.standing_for(office, BINH_SON) == [BINH_SON, BINH_MINH]
    assert BINH_MINH not in [e.code for e in copied.search(office, "binh minh")]
