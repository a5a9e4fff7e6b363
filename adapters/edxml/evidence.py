"""What an XML signature is worth: a plain value, for people to see."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum


class SignatureState(StrEnum):
    EMPTY = "empty"  # a place for a signature without one
    DUMMY = "dummy"  # the text of the public samples, copied by everybody
    REWRITTEN = "rewritten"  # moved into the standard's namespace on the way: nothing can be proved
    UNSUPPORTED = "unsupported"  # the detail says what
    BROKEN = "broken"  # the package is not what was signed
    WEAK = "weak"  # it fits, but its algorithm was no longer to be trusted that day
    VALID = "valid"


@dataclass(frozen=True)
class Evidence:
    """`is_trusted`: the certificate leads to a root this office trusts and was valid that day.
    `signed_by` and `issuer` are names out of the certificate; `certificates` (DER) are those that
    came along, the signer's first: whether it was revoked is asked later, of its authority."""

    state: SignatureState
    detail: str = ""
    algorithm: str = ""
    digest: str = ""
    signed_by: str = ""
    issuer: str = ""
    serial: str = ""
    certificate_sha256: str = ""
    is_trusted: bool = False
    certificates: tuple[bytes, ...] = ()

    def to_json(self) -> dict:
        """All but the certificates, which are bytes."""
        told = asdict(self)
        del told["certificates"]
        return told


@dataclass(frozen=True)
class Judge:
    """By which day and which trusted roots (DER) signatures are judged."""

    day: date
    roots: Sequence[bytes] = ()
