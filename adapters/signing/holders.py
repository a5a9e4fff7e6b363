"""Whose certificates stand behind a file: its signers, and the authorities that stamped them.

Reading a received file is apart from asking the network about certificates (`evidence`): only the
first touches bytes from strangers, and can be confined.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asn1crypto import cms
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_tst_data_iter,
)

from adapters.signing.beside import alone, read_signers
from adapters.signing.office import holds_signature, signers_in
from adapters.signing.pdf import is_pdf, open_pdf

MOST_SIGNATURES = 50


@dataclass(frozen=True)
class Holder:
    """Whose standing is asked for: a certificate and those that came with it, as DER."""

    certificate: bytes
    others: tuple[bytes, ...] = ()


def holders(data: bytes) -> list[Holder]:
    """Signers of a PDF, of an office file, or of a signature that is a file of its own, and the
    authorities that stamped them; refuses what opening these refuses."""
    found: dict[bytes, Holder] = {}
    if holds_signature(data):
        for certificates, tokens in signers_in(data):
            own, *others = (each.dump() for each in certificates)
            found.setdefault(own, Holder(own, tuple(others)))
            for token in tokens:
                _add(found, token)
        return list(found.values())
    for signed_data, signer_info in _signed_in(data):
        try:
            _add(found, signed_data)
            for token in extract_tst_data_iter(signer_info, signed=False):
                _add(found, token)
        except Exception:  # noqa: S112  a broken signature has no standing; others may
            continue
    return list(found.values())


def _signed_in(data: bytes) -> Iterator[tuple[cms.SignedData, cms.SignerInfo]]:
    if is_pdf(data):
        for each in open_pdf(data).embedded_signatures[:MOST_SIGNATURES]:
            yield each.signed_data, each.signer_info
    else:
        signed_data, signers = read_signers(data)
        for each in signers:
            yield alone(signed_data, each), each


def holders_of_token(token: Sequence[bytes]) -> list[Holder]:
    """The authority behind the certificates of a time stamp, the authority's own first."""
    return [Holder(token[0], tuple(token[1:]))] if token else []


def pack(found: Sequence[Holder]) -> bytes:
    """For passing between processes."""
    return json.dumps(
        [[_text(each) for each in (h.certificate, *h.others)] for h in found]
    ).encode()


def unpack(packed: bytes) -> list[Holder]:
    rows = [[base64.b64decode(each) for each in row] for row in json.loads(packed)]
    return [Holder(row[0], tuple(row[1:])) for row in rows]


def _add(found: dict[bytes, Holder], signed_data: cms.SignedData) -> None:
    certificates = extract_certs_for_validation(signed_data)
    own = certificates.signer_cert.dump()
    others = tuple(each.dump() for each in certificates.other_certs)
    found.setdefault(own, Holder(own, others))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
