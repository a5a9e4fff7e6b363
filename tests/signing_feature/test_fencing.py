"""Two workers on one request: only the holder of the lease writes; what is pinned is adopted."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.outgoing_flow import OutgoingState
from models.exchange import OutboxItem
from models.files import StoredFile
from models.signing import SigningRequest, SigningState
from services import outbox, signing
from services.outbox import LeaseLost
from services.signing import execution


@pytest.fixture
def asked(journey):
    doc = journey.submitted()
    journey.approve(doc)
    return doc


def claimed(journey):
    item = journey.office.session().scalars(select(OutboxItem.id)).one()
    lease = outbox.claim(journey.office, item)
    assert lease is not None
    return lease


def the_request(journey) -> SigningRequest:
    journey.look_anew()
    return journey.office.session().scalars(select(SigningRequest)).one()


def test_a_worker_thought_dead_cannot_write(journey, asked, monkeypatch):
    stale = claimed(journey)
    journey.later(minutes=3)
    fresh = claimed(journey)
    signing.sign(journey.office, fresh)
    done = journey.now(asked.id).signed_sha256
    with pytest.raises(LeaseLost):
        execution._pin(journey.office, stale, (b"%PDF-1.7 signed by", b" the dead"))
    assert journey.now(asked.id).signed_sha256 == done
    assert the_request(journey).output_sha256 == done


def test_a_worker_that_loses_its_lease_while_signing_leaves_everything_to_the_next(
    journey, asked, monkeypatch
):
    stale = claimed(journey)
    make = execution._make

    def slow(*given):
        made = make(*given)
        journey.later(minutes=3)
        claimed(journey)
        return made

    monkeypatch.setattr(execution, "_make", slow)
    with pytest.raises(LeaseLost):
        signing.sign(journey.office, stale)
    assert journey.now(asked.id).state == OutgoingState.SIGNING
    assert the_request(journey).output_sha256 is None


def test_what_was_pinned_is_adopted_and_not_signed_again(journey, asked, monkeypatch):
    first = claimed(journey)

    def die(*_):
        raise SystemExit("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr(execution, "_finish", die)
        with pytest.raises(SystemExit):
            signing.sign(journey.office, first)
    pinned = the_request(journey)
    assert (pinned.state, pinned.authorisation) == (SigningState.REQUESTED, None)
    journey.later(minutes=30)  # long after the authorisation ended: the signature was made in time
    monkeypatch.setattr(execution, "_make", lambda *_: pytest.fail("signed a second time"))
    signing.sign(journey.office, claimed(journey))
    doc = journey.now(asked.id)
    assert (doc.state, doc.signed_sha256) == (OutgoingState.SIGNED, pinned.output_sha256)


def test_a_pinned_file_that_is_not_the_awaited_signature_is_not_adopted(journey, asked):
    lease = claimed(journey)
    request = the_request(journey)
    execution._pin(journey.office, lease, (journey.office.files.read(request.input_sha256), b""))
    signing.sign(journey.office, lease)
    assert journey.now(asked.id).state == OutgoingState.AWAITING_LEADER
    assert the_request(journey).failure == "signed-file-invalid"


def test_a_lease_is_renewed_before_the_last_step(journey, asked, monkeypatch):
    lease = claimed(journey)
    signed = execution._make(journey.office, lease, the_request(journey))
    journey.later(seconds=100)
    execution._pin(journey.office, lease, signed)
    item = journey.office.session().get(OutboxItem, lease.item_id, populate_existing=True)
    assert item.lease_until - journey.office.now() > timedelta(seconds=100)


def test_every_signed_file_is_known_to_the_database(journey, asked):
    journey.work()
    doc = journey.now(asked.id)
    stored = journey.office.session().get(StoredFile, doc.signed_sha256)
    assert (stored.media_type, stored.pages) == ("application/pdf", 1)
