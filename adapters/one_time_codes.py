"""Codes of an authenticator app (RFC 6238, as pyotp makes them): a new secret, the address an app
reads, and which step of thirty seconds a typed code belongs to."""

import hmac
from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
DRIFT = 1  # steps: the telephone's clock may be wrong by so much


def new_secret() -> str:
    """160 random bits in base32, as apps take it."""
    return pyotp.random_base32()


def address(secret: str, account: str, issuer: str) -> str:
    """The otpauth:// address that an app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def picture(address: str) -> tuple[int, str]:
    """The address as a picture that a telephone reads (QR): how many dots wide, and the dots as the
    path of an SVG."""
    rows = list(segno.make(address, error="m").matrix_iter(border=4))
    dots = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return len(rows), "".join(dots)


def step_of(secret: str, code: str, at: datetime, after: int) -> int | None:
    """The step whose code this is, near to `at` and later than `after`; None when it is of none. A
    caller that keeps the last step accepts no code twice."""
    typed, totp = "".join(code.split()), pyotp.TOTP(secret)
    now = int(at.timestamp()) // STEP_SECONDS
    for step in range(max(now - DRIFT, after + 1), now + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            return step
    return None
