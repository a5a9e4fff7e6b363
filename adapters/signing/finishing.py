"""What every signature begins and ends with: is the certificate usable, does what came of it hold.

Whatever fails in a token, a service or a writer leaves as SigningFailed; whatever was signed is
verified before it is given back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from asn1crypto import x509

from adapters.signing.certificates import check_usable, facts_of
from adapters.signing.closing import closing_signature
from adapters.signing.keys import SigningKey
from adapters.signing.report import Report
from adapters.signing.schemes import Scheme
from adapters.signing.update import SignatureToMake, Stamp
from adapters.signing.validate import validate_strict
from domain.errors import Refusal, Unavailable


class Holder(Protocol):
    """Whose signature it will be; every `SigningKey` is one."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> Sequence[x509.Certificate]: ...

    @property
    def signature_bytes(self) -> int:
        """The most bytes its signature value has."""

    @property
    def scheme(self) -> Scheme:
        """How its key signs. Refuses Invalid("key-type-unsupported")."""


class SigningFailed(Unavailable):
    """No signed file came of it; nothing was changed, it can be tried again.

    Codes: "signing-failed" (`cause` names the kind of error), "signed-file-invalid".
    """


def finish(made: SignatureToMake, key: SigningKey, stamp: Stamp | None = None) -> bytes:
    """The second step with a key of this process: the signed file, verified."""
    return made.before + finish_update(made, key, stamp, alone=not made.earlier)


def finish_update(
    made: SignatureToMake, key: SigningKey, stamp: Stamp | None = None, *, alone: bool = True
) -> bytes:
    """Only what is to follow `made.before`. The new signature is checked; the earlier ones are too
    unless it stands `alone`, which is for those who judge the stored file strictly anyway."""
    with failures():
        tail = made.signed(key.sign(made.attributes, made.digest_name), stamp)
    _check_new(made, tail)
    if not alone:
        _check_all(made, made.before + tail)
    return tail


def verified(made: SignatureToMake, after: bytes) -> bytes:
    """The signed file itself, if it is `made.before` with one more signature and all hold; else
    SigningFailed("signed-file-invalid"). For what comes back from elsewhere."""
    if after[: len(made.before)] != made.before:
        raise SigningFailed("signed-file-invalid", cause="not-extended")
    _check_new(made, after[len(made.before) :])
    _check_all(made, after)
    return after


def _check_new(made: SignatureToMake, tail: bytes) -> None:
    """The new signature closes the file, holds, and is of the certificate it was made ready for."""
    try:
        found = closing_signature((made.before, tail), made.hashed)
    except Refusal as refusal:
        raise SigningFailed("signed-file-invalid", cause=refusal.code) from refusal
    if (found.field, found.certificate) != (made.field, made.certificate.dump()):
        raise SigningFailed("signed-file-invalid", cause="signature-of-another")


def _check_all(made: SignatureToMake, after: bytes) -> None:
    report = validate_strict(after, [each.dump() for each in made.chain])
    if not _holds(report):
        raise SigningFailed("signed-file-invalid", cause=str(report.verdict))


def check_holder(holder: Holder, at: datetime) -> None:
    """Refuses a certificate that may not sign at this time."""
    if at.tzinfo is None:
        raise ValueError("the time of signing needs its zone")
    check_usable(facts_of(holder.certificate), at)


def _holds(report: Report) -> bool:
    last = report.signatures[-1]
    return (
        all(each.verdict.intact for each in report.signatures)
        and all(each.later_changes in ("none", "form-filling") for each in report.signatures)
        and last.covers_whole_file
    )


@contextmanager
def failures() -> Iterator[None]:
    try:
        yield
    except Refusal:
        raise
    except Exception as error:  # tokens, services and writers fail in their own ways
        raise SigningFailed("signing-failed", cause=type(error).__name__) from error
