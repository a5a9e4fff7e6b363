"""RFC 3161 time stamps: asking an authority for one, and checking what a token proves.

A token is only taken when it is over our own imprint, answers our own question (nonce, policy), its
time agrees with our clock, and its certificate leads to a trusted root and is made for time stamps.
"""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asn1crypto import algos, cms, tsp, x509
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data as validate_token
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

from adapters.signing.certificates import facts_of
from adapters.signing.outside import Call, NotAnswered, ask
from adapters.signing.trust import load_roots
from domain.errors import Invalid, Unavailable

LARGEST = 64 * 1024
CLOCKS = timedelta(minutes=10)  # so far may the authority's clock be from ours
DIGEST = "sha256"
# Stricter than for received signatures: what is to hold for decades never rests on SHA-1.
POLICY = CMSAlgorithmUsagePolicy.lift_policy(DisallowWeakAlgorithmsPolicy())
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class StampRefused(Unavailable):
    """No time stamp came of it, it can be tried again.

    Codes: "tsa-away", "tsa-slow", "tsa-refused", "tsa-broken", "tsa-other-imprint",
    "tsa-other-question", "tsa-other-policy", "tsa-wrong-time", "tsa-untrusted".
    """


@dataclass(frozen=True)
class TimeAuthority:
    """Where time stamps come from. `credentials` is "user:password" or empty."""

    url: str
    credentials: str = field(default="", repr=False)
    policy: str = ""
    seconds: float = 3.0


@dataclass(frozen=True)
class Stamp:
    """A token (DER) that was checked, and what it says."""

    token: bytes = field(repr=False)
    at: datetime
    authority: str
    certificate: bytes = field(repr=False)  # DER
    certificate_ends: datetime

    @property
    def certificate_sha256(self) -> str:
        return hashlib.sha256(self.certificate).hexdigest()


@dataclass(frozen=True)
class Revocations:
    """Evidence about the authority's own certificate: DER of lists and answers."""

    crls: Sequence[bytes] = ()
    ocsps: Sequence[bytes] = ()
    certificates: Sequence[bytes] = ()


def imprint(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def obtain(authority: TimeAuthority, digest: bytes, roots: Sequence[bytes], now: datetime) -> Stamp:
    """A time stamp over a SHA-256 digest; StampRefused."""
    nonce = secrets.randbits(64) | 1 << 63
    query = {
        "version": 1,
        "message_imprint": tsp.MessageImprint(
            {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": DIGEST}),
                "hashed_message": digest,
            }
        ),
        "nonce": nonce,
        "cert_req": True,
    }
    if authority.policy:
        query["req_policy"] = authority.policy
    answer = _ask(authority, tsp.TimeStampReq(query).dump())
    token = _granted(answer)
    info = _info(token)
    if info["nonce"].native != nonce:
        raise StampRefused("tsa-other-question")
    if authority.policy and info["policy"].dotted != authority.policy:
        raise StampRefused("tsa-other-policy", policy=info["policy"].dotted)
    if abs(info["gen_time"].native - now) > CLOCKS:
        raise StampRefused("tsa-wrong-time", at=info["gen_time"].native)
    return check(token.dump(), digest, roots, now)


def check(
    token: bytes,
    digest: bytes,
    roots: Sequence[bytes],
    moment: datetime,
    revocations: Revocations | None = None,
) -> Stamp:
    """The token over this digest as good at `moment`: its authority's certificate was valid then
    and, as far as `revocations` say, not revoked. Raises StampRefused("tsa-broken" |
    "tsa-other-imprint" | "tsa-untrusted")."""
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        info = signed["encap_content_info"]["content"].parsed
        found = info["message_imprint"]["hashed_message"].native
        certificate = extract_certs_for_validation(signed).signer_cert
    except Exception as error:
        raise StampRefused("tsa-broken") from error
    if found != digest:
        raise StampRefused("tsa-other-imprint")
    usage = certificate.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"]:  # RFC 3161, 2.3
        raise StampRefused("tsa-untrusted", cause="usage")
    _check_signature(signed, digest, _context(roots, moment, revocations or Revocations()))
    return Stamp(
        token=token,
        at=info["gen_time"].native,
        authority=_named(certificate),
        certificate=certificate.dump(),
        certificate_ends=certificate.not_valid_after,
    )


def certificates_in(token: bytes) -> list[bytes]:
    """All certificates (DER) that a token carries."""
    carried = cms.ContentInfo.load(token)["content"]["certificates"]
    return [each.chosen.dump() for each in carried if each.name == "certificate"]


def subject_of(token: bytes) -> str:
    """Who made this token, as it says itself; nothing is checked. Invalid("tsa-broken")."""
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        return _named(extract_certs_for_validation(signed).signer_cert)
    except Exception as error:
        raise Invalid("tsa-broken") from error


def _named(certificate: x509.Certificate) -> str:
    facts = facts_of(certificate)
    names = dict.fromkeys((facts.subject_name, facts.organisation))
    return ", ".join(filter(None, names)) or certificate.subject.human_friendly


def _check_signature(signed: cms.SignedData, digest: bytes, context: ValidationContext) -> None:
    try:
        status = asyncio.run(
            validate_token(signed, context, lambda _algorithm: digest, algorithm_policy=POLICY)
        )
    except Exception as error:
        raise StampRefused("tsa-broken") from error
    if not (status["intact"] and status["valid"]):
        raise StampRefused("tsa-broken")
    if status.get("trust_problem_indic") or status.get("validation_path") is None:
        raise StampRefused("tsa-untrusted", cause=str(status.get("trust_problem_indic") or ""))


def _context(
    roots: Sequence[bytes], moment: datetime, revocations: Revocations
) -> ValidationContext:
    return ValidationContext(
        trust_roots=load_roots(roots),
        other_certs=[x509.Certificate.load(each) for each in revocations.certificates],
        crls=list(revocations.crls),
        ocsps=list(revocations.ocsps),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        retroactive_revinfo=True,
        algorithm_usage_policy=POLICY,
    )


def _ask(authority: TimeAuthority, query: bytes) -> bytes:
    headers = {"Content-Type": QUERY, "Accept": REPLY}
    if authority.credentials:
        encoded = base64.b64encode(authority.credentials.encode()).decode()
        headers["Authorization"] = f"Basic {encoded}"
    call = Call(authority.url, query, headers, authority.seconds, LARGEST)
    try:
        return ask(call)
    except NotAnswered as silence:
        code = {"slow": "tsa-slow", "away": "tsa-away"}.get(silence.cause, "tsa-refused")
        raise StampRefused(code, cause=silence.cause) from None


def _granted(answer: bytes) -> cms.ContentInfo:
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        status = response["status"]["status"].native
        token = response["time_stamp_token"]
    except Exception as error:
        raise StampRefused("tsa-broken") from error
    if status not in ("granted", "granted_with_mods"):
        raise StampRefused("tsa-refused", cause=status)
    return token


def _info(token: cms.ContentInfo) -> tsp.TSTInfo:
    try:
        info = token["content"]["encap_content_info"]["content"].parsed
        if not isinstance(info, tsp.TSTInfo):
            raise Invalid("tsa-broken")
        info.native  # noqa: B018  reads it to the end
    except Exception as error:
        raise StampRefused("tsa-broken") from error
    return info
