"""The XML signature of a message: found, told apart from the dummies everybody copies, verified
where it is real. Mostly it is not: an axis writes packages anew, and then only PDF signatures hold.
"""

import hashlib
import re
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.edxml.base64text import decode
from adapters.edxml.canonical import Canonical, Form
from adapters.edxml.certificates import certificates_of, is_trusted, name_of
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.evidence import Evidence, Judge, SignatureState
from adapters.edxml.frame import NAMESPACE, parse
from adapters.edxml.limits import Limits
from adapters.edxml.nodes import Node
from adapters.edxml.source import clean_pieces
from adapters.edxml.xmldsig import (
    DIGESTS,
    DSIG,
    ENVELOPED,
    EXCLUSIVE,
    FORMS,
    SIGNATURES,
    fits,
    is_weak,
)

# The value that stands in every public sample and in real traffic of 2025.
DUMMY_VALUE = "GbVb8n9+qFxz466Ag0sbpVdLPs2R0+9JBekp12UyarAZjoG0W"
_BLANKS = re.compile(r"\s+")
S = SignatureState


class _Unsupported(Exception):
    """What of the signature we cannot judge."""


def read_evidence(root: Node, source: BinaryIO, limits: Limits, judge: Judge) -> Evidence | None:
    """What the message's signature is worth; None where it has none. `source` is read again from
    its start if there is something to verify."""
    header = root.one("edXMLEnvelope").one("edXMLHeader")
    place = header.one("DigitalSignature")
    signature = header.one("Signature") or place.one("Signature") or root.one("Signature")
    if not (signature or place):
        return None
    if state := _without_proof(signature):
        return Evidence(state)
    try:
        return _judged(signature, source, limits, judge)
    except _Unsupported as reason:
        return Evidence(S.UNSUPPORTED, str(reason)[:200])
    except MalformedPackage:
        return Evidence(S.BROKEN, "canonical-form")


def _without_proof(signature: Node) -> SignatureState | None:
    """What it is, where nothing can be verified."""
    value = _BLANKS.sub("", signature.text("SignatureValue"))
    if not value:
        return S.EMPTY
    if value.startswith(DUMMY_VALUE):
        return S.DUMMY
    return S.REWRITTEN if signature.namespace == NAMESPACE else None


def _judged(signature: Node, source: BinaryIO, limits: Limits, judge: Judge) -> Evidence:
    if signature.namespace != DSIG:
        raise _Unsupported(signature.namespace)
    info = signature.one("SignedInfo")
    method = info.one("SignatureMethod").attribute("Algorithm")
    if method not in SIGNATURES:
        raise _Unsupported(method)
    form = _form_of(info.one("CanonicalizationMethod"))
    reference = _reference(info)
    digest_name = _known(DIGESTS, reference.one("DigestMethod").attribute("Algorithm"))
    known = certificates_of(signature)
    if not known:
        raise _Unsupported("X509Certificate")
    said = _canonical(source, limits, form, only=info.element.place)
    value = decode(signature.text("SignatureValue")).data
    signer = next((c for c in known if fits(c.public_key(), method, value, said[0])), None)
    facts = _facts(signer or known[0], method, digest_name)
    if signer is None:
        return Evidence(S.BROKEN, "value", **facts)
    _, digest = _canonical(
        source, limits, _form_of_all(reference), digest_name, without=signature.element.place
    )
    if digest != decode(reference.text("DigestValue")).data:
        return Evidence(S.BROKEN, "digest", **facts)
    weak = is_weak(judge.day, {digest_name, SIGNATURES[method][1]}, signer.public_key())
    facts["is_trusted"] = is_trusted(signer, known, judge)
    others = [each for each in known if each != signer]
    facts["certificates"] = tuple(each.public_bytes(Encoding.DER) for each in (signer, *others))
    return Evidence(S.WEAK if weak else S.VALID, **facts)


def _reference(info: Node) -> Node:
    """The one reference, to the whole message but its signature: only so is all of it covered."""
    references = info.all("Reference")
    if len(references) != 1 or references[0].attribute("URI"):
        raise _Unsupported("Reference")
    transforms = _transforms(references[0])
    if ENVELOPED not in transforms:
        raise _Unsupported("Transform")
    for transform in transforms:
        if transform != ENVELOPED and transform not in FORMS:
            raise _Unsupported(transform)
    return references[0]


def _transforms(reference: Node) -> list[str]:
    transforms = reference.one("Transforms").all("Transform")
    return [transform.attribute("Algorithm") for transform in transforms]


def _form_of_all(reference: Node) -> Form:
    """A message without a canonical form of its own is taken in the inclusive one."""
    for transform in reference.one("Transforms").all("Transform"):
        if transform.attribute("Algorithm") in FORMS:
            return _form_of(transform)
    return Form()


def _form_of(node: Node) -> Form:
    form = _known(FORMS, node.attribute("Algorithm"))
    prefixes = node.one("InclusiveNamespaces").attribute("PrefixList").split()
    if node.attribute("Algorithm") == EXCLUSIVE and prefixes:
        return Form(True, ["" if prefix == "#default" else prefix for prefix in prefixes])
    return form


def _known(table: dict, name: str):
    if name not in table:
        raise _Unsupported(name)
    return table[name]


def _canonical(
    source: BinaryIO, limits: Limits, form: Form, digest: str = "", **part: int
) -> tuple[bytes, bytes]:
    """The canonical bytes, or their digest alone where one is named."""
    written: list[bytes] = []
    hasher = hashlib.new(digest or "sha256")
    write = hasher.update if digest else written.append
    source.seek(0)
    parse(Canonical(write, form, **part), clean_pieces(source, limits, []), [])
    return b"".join(written), hasher.digest()


def _facts(certificate: x509.Certificate, method: str, digest: str) -> dict:
    return {
        "algorithm": "-".join(SIGNATURES[method]),
        "digest": digest,
        "signed_by": name_of(certificate.subject),
        "issuer": name_of(certificate.issuer),
        "serial": f"{certificate.serial_number:x}"[:80],
        "certificate_sha256": certificate.fingerprint(SHA256()).hex(),
    }
