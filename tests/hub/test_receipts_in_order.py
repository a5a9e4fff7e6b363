"""Receipts that recipients leave for a sender are told in an order in which none is passed over."""

import threading

from sqlalchemy import event

from adapters import receipts as signing
from models.receipts import Receipt
from services.hub import deliveries, receipts
from tests.hub.packages import BINH_MINH, BINH_SON, SON_TINH, accept, edoc


def signed(office, delivery) -> str:
    """The receipt of a delivery's recipient, whose key the hub knows."""
    private, code = signing.new_key(), delivery.recipient_code
    said = {
        "role": "recipient",
        "signer": code,
        "hub_doc_id": delivery.doc_id,
        "payload_sha256": delivery.message.payload_sha256,
    }
    receipts.lodge_key(office, code, signing.public_key(private))
    return signing.issue(said, private)


def test_receipts_become_visible_in_the_order_of_their_numbers(hub_app, office):
    """A sender goes on from the largest number it has seen: none may come after it is passed."""
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH)))
    given = {}
    for code in (BINH_SON, BINH_MINH):
        [delivery] = deliveries.waiting(office, code, "edoc")
        given[code] = (delivery.doc_id, "done", signed(office, delivery))
    office.session().rollback()
    has_number, is_told, told = threading.Event(), threading.Event(), []

    def dawdle(_mapper, _connection, row: Receipt) -> None:
        """The first one has its number, and takes its time until it is committed."""
        if row.signer_code == BINH_SON:
            has_number.set()
            is_told.wait(0.7)

    def acknowledge(code: str) -> None:
        with hub_app.app_context():
            deliveries.acknowledge(office, code, *given[code])
            told.append([r.to_code for r in receipts.for_sender(office, SON_TINH, 0)])
            is_told.set()

    event.listen(Receipt, "after_insert", dawdle)
    try:
        threads = [threading.Thread(target=acknowledge, args=[code]) for code in given]
        threads[0].start()
        has_number.wait(5)
        threads[1].start()
        for thread in threads:
            thread.join()
    finally:
        event.remove(Receipt, "after_insert", dawdle)
    assert all(codes[0] == BINH_SON for codes in told), told
    assert sorted(told, key=len)[-1] == [BINH_SON, BINH_MINH]
