"""What is signed cannot be changed in any part, and an answer fits its own request alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.federation import signing
from adapters.federation.errors import Unproven
from adapters.federation.signing import Request

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ASKED = Request("POST", "/federation/v1/reports?a=1", b"{}")


def verify(request=ASKED, headers=None, secrets=("bi-mat",), now=NOW):
    headers = headers or signing.sign(ASKED, "000.00.32.H48", "bi-mat", NOW)
    return signing.verify(request, headers.get, lambda system_id: secrets, now)


def refused(code: str, *args, **kwargs) -> None:
    with pytest.raises(Unproven) as caught:
        verify(*args, **kwargs)
    assert caught.value.code == code


def test_a_signed_request_is_proven_by_any_of_the_secrets_in_use():
    assert verify().system_id == "000.00.32.H48"
    assert verify(secrets=("moi", "bi-mat")).secret == "bi-mat"


@pytest.mark.parametrize(
    "change",
    [{"method": "GET"}, {"target": "/federation/v1/reports?a=2"}, {"body": b"{ }"}],
    ids=["method", "query", "body"],
)
def test_another_request_with_the_same_signature_is_refused(change):
    refused("federation-wrong-signature", replace(ASKED, **change))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (signing.SYSTEM, "000.00.31.H48"),
        (signing.NONCE, "0" * 32),
        (signing.TIMESTAMP, str(int(NOW.timestamp()) + 1)),
        (signing.SIGNATURE, "0" * 64),
        (signing.SIGNATURE, "\xe1"),
    ],
)
def test_no_header_of_the_proof_can_be_replaced(name, value):
    headers = signing.sign(ASKED, "000.00.32.H48", "bi-mat", NOW) | {name: value}
    refused("federation-wrong-signature", headers=headers)


@pytest.mark.parametrize(
    "name", [signing.SYSTEM, signing.NONCE, signing.TIMESTAMP, signing.SIGNATURE]
)
@pytest.mark.parametrize("value", ["", "không phải số"])
def test_a_missing_or_malformed_header_is_no_signature(name, value):
    headers = signing.sign(ASKED, "000.00.32.H48", "bi-mat", NOW) | {name: value}
    code = "federation-wrong-signature"
    if not value or name in (signing.NONCE, signing.TIMESTAMP):
        code = "federation-unsigned"
    refused(code, headers=headers)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_holds_five_minutes_either_way(minutes):
    verify(now=NOW + timedelta(minutes=minutes) * 0.8)
    refused("federation-clock", now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_who_shares_no_secret_is_unknown(secrets):
    refused("federation-unknown-system", secrets=secrets)


def test_an_answer_is_bound_to_request_secret_status_and_body():
    made = signing.sign_answer("a" * 32, "bi-mat", 200, b"{}")
    assert signing.is_answer(made, "a" * 32, "bi-mat", 200, b"{}")
    for other in (
        ("b" * 32, "bi-mat", 200, b"{}"),
        ("a" * 32, "khac", 200, b"{}"),
        ("a" * 32, "bi-mat", 304, b"{}"),
        ("a" * 32, "bi-mat", 200, b"{ }"),
    ):
        assert not signing.is_answer(made, *other)
    assert not signing.is_answer(None, "a" * 32, "bi-mat", 200, b"{}")
