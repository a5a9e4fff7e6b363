"""The body of a sendEdoc: the raw edXML file, one CRLF after it, and the header `hash-file`."""

import hashlib
import hmac

from adapters.axis.errors import AxisRefusal

CRLF = b"\r\n"


def file_hashes(data: bytes) -> tuple[str, str]:
    """SHA-256 of the file: the true hex, and the SDK's, which drops each byte's leading zero."""
    digest = hashlib.sha256(data).digest()
    return digest.hex(), "".join(f"{byte:x}" for byte in digest)


def hash_matches(header: str, data: bytes) -> bool:
    """Whether a `hash-file` value belongs to exactly these bytes, in either form."""
    received = header.strip().lower().encode("utf-8", "replace")
    found = [hmac.compare_digest(received, form.encode()) for form in file_hashes(data)]
    return any(found)


def strip_body(data: bytes) -> bytes:
    """The body without the one CRLF that the SDK appends to every file."""
    return data.removesuffix(CRLF)


def file_of_body(body: bytes, hash_file: str | None) -> bytes:
    """The file in a sendEdoc body: with the SDK's CRLF, without it, or ending in its own.

    The hash decides which it is; without a hash one CRLF is taken off. Raises AxisRefusal
    "axis-hash-mismatch" where neither form fits, "axis-empty-file" where nothing is left.
    """
    candidates = [strip_body(body)] + ([body] if body.endswith(CRLF) else [])
    if not candidates[0]:
        raise AxisRefusal("axis-empty-file")
    if not hash_file:
        return candidates[0]
    for candidate in candidates:
        if hash_matches(hash_file, candidate):
            return candidate
    raise AxisRefusal("axis-hash-mismatch")
