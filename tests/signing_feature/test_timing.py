"""The time that a signature bears: fixed before it is made, never far from when it was made."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.signing.keys.pkcs12 import Pkcs12Key
from adapters.signing.validate import validate_strict
from domain.errors import Unavailable
from models.exchange import OutboxItem
from models.signing import SigningRequest
from services import outbox, signing
from services.outbox import LeaseLost
from services.signing import timing


@pytest.fixture
def asked(journey):
    doc = journey.submitted()
    journey.approve(doc)
    return doc


def the_request(journey) -> SigningRequest:
    journey.look_anew()
    return journey.office.session().scalars(select(SigningRequest)).one()


def claimed(journey):
    item = journey.office.session().scalars(select(OutboxItem.id)).one()
    return outbox.claim(journey.office, item)


def time_in(journey, doc):
    data = journey.office.files.read(journey.now(doc.id).signed_sha256)
    return validate_strict(data, ()).signatures[-1].signed_at


def test_a_signature_that_follows_at_once_bears_the_time_of_its_authorisation(journey, asked):
    authorised = the_request(journey).requested_at
    journey.later(minutes=4)
    journey.work()
    assert time_in(journey, asked) == authorised.replace(microsecond=0)


def test_a_signature_that_waited_longer_bears_a_new_time_that_its_row_names(journey, asked):
    authorised = the_request(journey).requested_at
    journey.later(minutes=6)
    journey.work()
    request = the_request(journey)
    assert request.requested_at == authorised
    assert request.signing_at - authorised >= timedelta(minutes=6)
    assert time_in(journey, asked) == request.signing_at.replace(microsecond=0)


def test_the_new_time_is_in_its_row_before_the_key_is_used(journey, asked, monkeypatch):
    """The key goes away at its first use, and another attempt finds the time it has to bear."""
    sign, noted = Pkcs12Key.sign, []

    def away(key, data, digest):
        if noted:
            return sign(key, data, digest)
        noted.append(the_request(journey).signing_at)
        raise Unavailable("token-absent")

    monkeypatch.setattr(Pkcs12Key, "sign", away)
    journey.later(minutes=6)
    with pytest.raises(Unavailable):
        signing.sign(journey.office, claimed(journey))
    journey.later(minutes=3)  # the lease is over
    signing.sign(journey.office, claimed(journey))
    assert time_in(journey, asked) == noted[0].replace(microsecond=0)


def test_a_clock_that_was_set_back_leaves_no_signature_in_the_future(journey, asked):
    lease = claimed(journey)
    journey.later(minutes=-6)
    at = timing.fix(journey.office, lease, the_request(journey))
    assert at == the_request(journey).signing_at <= journey.office.now()


def test_only_the_holder_of_the_request_gives_it_another_time(journey, asked):
    stale = claimed(journey)
    journey.later(minutes=6)
    claimed(journey)
    with pytest.raises(LeaseLost):
        timing.fix(journey.office, stale, the_request(journey))
    assert the_request(journey).signing_at == the_request(journey).requested_at
