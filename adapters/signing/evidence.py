"""Collecting what proves that a certificate was not revoked: OCSP answers and revocation lists.

Only certificates that lead to a trusted root are asked about, at the addresses they name; what
comes is verified before it counts.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal, Protocol

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, RevokedError
from pyhanko_certvalidator.fetchers.common_utils import format_ocsp_request

from adapters.signing.holders import Holder
from adapters.signing.outside import NotAnswered
from adapters.signing.trust import load_roots

Standing = Literal["good", "revoked", "unknown"]
MOST_QUESTIONS = 24
OCSP_TYPE = "application/ocsp-request"


@dataclass(frozen=True)
class Question:
    """What is asked where; an OCSP request has a body, a revocation list none."""

    kind: Literal["ocsp", "crl"]
    url: str
    body: bytes | None = None

    @property
    def key(self) -> str:
        return hashlib.sha256(self.url.encode() + b"\0" + (self.body or b"")).hexdigest()


class Answers(Protocol):
    """Where answers come from. `keep` is told which were verified, and how long they are good."""

    def ask(self, question: Question) -> bytes:
        """The answer; NotAnswered."""

    def keep(self, question: Question, answer: bytes, until: datetime | None) -> None: ...


@dataclass(frozen=True)
class Finding:
    """How a certificate stands, by which kind of evidence. `at` is when that evidence was made,
    `since` when the certificate was revoked, `awaited` that who it names may still tell."""

    sha256: str
    standing: Standing
    source: Literal["ocsp", "crl", ""] = ""
    at: datetime | None = None
    since: datetime | None = None
    awaited: bool = False


@dataclass
class Collected:
    """Evidence that was verified (DER), and how each certificate stands, by its SHA-256."""

    certificates: dict[str, bytes] = field(default_factory=dict)
    ocsps: dict[str, bytes] = field(default_factory=dict)
    crls: dict[str, bytes] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        """The worst of all; nothing asked is nothing known."""
        found = {each.standing for each in self.findings.values()}
        if "revoked" in found:
            return "revoked"
        return "good" if found == {"good"} else "unknown"

    @property
    def awaited(self) -> bool:
        """Whether an answer is still to come; a certificate that names nobody awaits none."""
        return any(each.awaited for each in self.findings.values())


def collect(
    found: Sequence[Holder], roots: Sequence[bytes], now: datetime, answers: Answers
) -> Collected:
    """Asks about every certificate on the way from each holder to its root, once each."""
    collected = Collected()
    asker = _Asker(answers, now, collected)
    anchors = load_roots(roots)
    for holder in found:
        path = _path(holder, anchors, now)
        for certificate in path:
            collected.certificates[_digest(certificate.dump())] = certificate.dump()
        for issuer, certificate in pairwise(path):
            asker.settle(certificate, issuer)
        if not path:
            digest = _digest(holder.certificate)
            collected.findings.setdefault(digest, Finding(digest, "unknown"))
    return collected


def _path(holder: Holder, anchors: list[x509.Certificate], now: datetime) -> list[x509.Certificate]:
    """From the root to the holder; empty where no trusted root is reached, or the certificate has
    ended: lists forget those, and silence about one proves nothing."""
    try:
        certificate = x509.Certificate.load(holder.certificate)
        context = ValidationContext(
            trust_roots=anchors,
            moment=now,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        others = [x509.Certificate.load(each) for each in holder.others]
        path = _validated(certificate, others, context)
        return list(path)
    except (PathValidationError, PathBuildingError, ValueError, TypeError, KeyError):
        return []


class _Asker:
    """Asks about certificates, a bounded number of questions for one file."""

    def __init__(self, answers: Answers, now: datetime, collected: Collected) -> None:
        self._answers, self._now, self._collected = answers, now, collected
        self._left = MOST_QUESTIONS
        self._silent: set[str] = set()

    def settle(self, certificate: x509.Certificate, issuer: x509.Certificate) -> None:
        digest = _digest(certificate.dump())
        if digest in self._collected.findings:
            return
        held: list[tuple[Question, bytes]] = []
        finding = Finding(digest, "unknown")
        questions = _questions(certificate, issuer)
        for question in questions:
            answer = self._ask(question)
            if answer is None:
                continue
            held.append((question, answer))
            finding = _judge(certificate, issuer, held, self._now)
            if finding.standing != "unknown":
                self._keep(held, finding)
                break
        open_yet = finding.standing == "unknown" and bool(questions)
        self._collected.findings[digest] = replace(finding, awaited=open_yet)

    def _ask(self, question: Question) -> bytes | None:
        if self._left <= 0 or question.url in self._silent:
            return None
        self._left -= 1
        try:
            return self._answers.ask(question)
        except NotAnswered:
            self._silent.add(question.url)
            return None

    def _keep(self, held: list[tuple[Question, bytes]], finding: Finding) -> None:
        """Only what was needed: an OCSP answer that decided nothing is no evidence."""
        for question, answer in held:
            if question.kind == finding.source:
                kind = self._collected.ocsps if question.kind == "ocsp" else self._collected.crls
                kind[_digest(answer)] = answer
                self._answers.keep(question, answer, _good_until(question.kind, answer))


def _questions(certificate: x509.Certificate, issuer: x509.Certificate) -> list[Question]:
    """OCSP first: it is small and new."""
    authority = AuthorityWithCert(issuer)
    asked = []
    for url in _web(certificate.ocsp_urls):
        request = format_ocsp_request(
            certificate, authority, certid_hash_algo="sha1", request_nonces=False
        )
        asked.append(Question("ocsp", url, request.dump()))
    for point in certificate.crl_distribution_points:
        asked += [Question("crl", url) for url in _web([point.url])]
    return asked


def _web(urls: Sequence[str | None]) -> list[str]:
    return [url for url in urls if url and url.lower().startswith(("http://", "https://"))][:2]


def _judge(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    held: list[tuple[Question, bytes]],
    now: datetime,
) -> Finding:
    """What the newest answer says, together with those before it (a list may vouch for the
    certificate of an OCSP responder)."""
    kind, answer = held[-1][0].kind, held[-1][1]
    digest = _digest(certificate.dump())
    try:
        context = ValidationContext(
            trust_roots=[issuer],
            moment=now,
            allow_fetching=False,
            revocation_mode="require",
            ocsps=[each for question, each in held if question.kind == "ocsp"],
            crls=[each for question, each in held if question.kind == "crl"],
        )
        _validated(certificate, [], context)
    except RevokedError as error:
        return Finding(digest, "revoked", kind, _made_at(kind, answer), error.revocation_dt)
    except Exception:  # stale, about somebody else, signed by nobody, not even an answer
        return Finding(digest, "unknown")
    return Finding(digest, "good", kind, _made_at(kind, answer))


def _validated(
    certificate: x509.Certificate, others: list[x509.Certificate], context: ValidationContext
):
    validator = CertificateValidator(certificate, others, validation_context=context)
    return asyncio.run(validator.async_validate_usage(set()))


def _made_at(kind: str, answer: bytes) -> datetime:
    if kind == "crl":
        return crl.CertificateList.load(answer)["tbs_cert_list"]["this_update"].native
    return _single(answer)["this_update"].native


def _good_until(kind: str, answer: bytes) -> datetime | None:
    if kind == "crl":
        return crl.CertificateList.load(answer)["tbs_cert_list"]["next_update"].native
    return _single(answer)["next_update"].native


def _single(answer: bytes) -> ocsp.SingleResponse:
    return ocsp.OCSPResponse.load(answer).response_data["responses"][0]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
