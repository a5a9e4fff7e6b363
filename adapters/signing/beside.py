"""Verifying a signature that is a file of its own (CMS, CAdES: `.p7s`, `.p7m`; DER, BER or base64):
detached from the file it signs, or with the content inside."""

import binascii
import hashlib
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from asn1crypto import cms, core, pem

from adapters.signing.algorithms import is_ber
from adapters.signing.judging import Court, identity, judged_cms, told, trusted
from adapters.signing.report import Report, SignatureFacts
from adapters.signing.signed import in_cms
from adapters.signing.tokens import signing_time
from adapters.signing.trust import Evidence, TrustList, load_anchors
from domain.errors import Invalid
from domain.verdicts import Verdict

MOST_SIGNERS = 20


def validate_beside(
    name: str,
    signature: bytes,
    contents: Sequence[bytes],
    trust_roots: TrustList | Sequence[bytes],
    at: datetime,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
) -> tuple[int | None, Report]:
    """Judge every signer of `signature`: (index of the content it belongs to, report). The first
    content is taken where none fits; None where the signature carries its content itself and that
    is none of them.

    Refuses "detached-unreadable", "detached-alone" (no content to compare with),
    "too-many-signatures", "trust-root-broken".
    """
    court = Court(load_anchors(trust_roots, evidence), evidence.day(at))
    signed_data, signers = read_signers(signature)
    try:
        inside = _inside(signed_data)
    except Exception as error:  # a damaged CMS can lead to any error
        raise Invalid("detached-unreadable", field="file") from error
    index, content = _content(signers[0], inside, contents)
    encoding = "ber" if is_ber(_binary(signature)) else "der"
    judged = (_judge(name, signed_data, each, content, court, encoding) for each in signers)
    facts = [replace(each, proven_at=evidence.proven_at) for each in judged]
    return index, Report(tuple(facts))


def read_signers(signature: bytes) -> tuple[cms.SignedData, list[cms.SignerInfo]]:
    """The CMS in a file, and who signed it, at least one. Refuses "detached-unreadable",
    "too-many-signatures"."""
    der = _binary(signature)
    try:
        signed_data = _signed_data(der)
        signers = list(signed_data["signer_infos"])
    except Exception as error:  # as above
        raise Invalid("detached-unreadable", field="file") from error
    if not signers:
        raise Invalid("detached-unreadable", field="file")
    if len(signers) > MOST_SIGNERS:
        raise Invalid("too-many-signatures", field="file", most=MOST_SIGNERS)
    return signed_data, signers


def alone(signed_data: cms.SignedData, signer: cms.SignerInfo) -> cms.SignedData:
    """The same with this signer only: whoever else signed has a turn of their own."""
    one = signed_data.copy()
    one["signer_infos"] = cms.SignerInfos([signer])
    return one


def _binary(signature: bytes) -> bytes:
    """The CMS of a file in DER, PEM or plain base64."""
    if signature[:1] == b"\x30":
        return signature
    try:
        if pem.detect(signature):
            return pem.unarmor(signature)[2]
        return b64decode(signature, validate=False)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid("detached-unreadable", field="file") from error


def _signed_data(der: bytes) -> cms.SignedData:
    content = cms.ContentInfo.load(der)
    if content["content_type"].native != "signed_data":
        raise ValueError("no signature")
    return content["content"]


def _inside(signed_data: cms.SignedData) -> bytes | None:
    content = signed_data["encap_content_info"]["content"]
    if content is core.VOID or content.native is None:
        return None
    return bytes(content)


def _content(
    signer: cms.SignerInfo, inside: bytes | None, contents: Sequence[bytes]
) -> tuple[int | None, bytes]:
    """The content that was signed: what is inside, else the file whose digest the signer put down,
    else the first, which it is then said not to fit."""
    if inside is not None:
        fitting = (n for n, content in enumerate(contents) if content == inside)
        return next(fitting, None), inside
    if not contents:
        raise Invalid("detached-alone", field="file")
    wanted, algorithm = _noted_digest(signer), signer["digest_algorithm"]["algorithm"].native
    for index, content in enumerate(contents):
        if _digest(algorithm, content) == wanted:
            return index, content
    return 0, contents[0]


def _noted_digest(signer: cms.SignerInfo) -> bytes | None:
    for attribute in signer["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            return attribute["values"][0].native
    return None


def _digest(algorithm: str, content: bytes) -> bytes | None:
    try:
        return hashlib.new(algorithm.replace("sha3_", "sha3-"), content).digest()
    except ValueError:
        return None


def _judge(
    name: str,
    signed_data: cms.SignedData,
    signer: cms.SignerInfo,
    content: bytes,
    court: Court,
    encoding: str,
) -> SignatureFacts:
    known = SignatureFacts(name, Verdict.BROKEN, purpose="detached")
    try:
        one = alone(signed_data, signer)
        signed = in_cms(one, signer, lambda algorithm: _digest(algorithm, content))
        known = identity(name, signed.signer_info, signed.certificate)
        known = replace(known, purpose="detached", encoding=encoding)
    except Exception:  # no certificate, or one that nobody can read
        return told(known, Verdict.BROKEN, "signature-unreadable")
    try:
        time = signing_time(signed, court.anchors, court.at)
        known, ended = judged_cms(known, signed, time, court)
        if ended:
            return known
        known = replace(known, covers_whole_file=True, later_changes="none")
        return trusted(known, signed, time, court)
    except Exception:  # as with the signatures of a PDF
        return told(known, Verdict.INCONCLUSIVE, "not-judged")
