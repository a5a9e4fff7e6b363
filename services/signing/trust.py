"""What this node trusts: chosen by an administrator by its SHA-256, never the system's. Nothing is
trusted by being uploaded: each certificate of a file is shown with its fingerprint, and only those
that were ticked are taken. What is suspended or removed changes no earlier verdict."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asn1crypto import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.signing.certificates import CertificateFacts, read_facts
from adapters.signing.roots import is_authority, is_self_issued, read_bundle, read_root
from adapters.signing.trust import TrustList
from domain import permissions
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.permissions import Relation
from domain.roles import Actor
from domain.trust import FOR_SIGNATURES, FOR_STAMPS, TrustPurpose, TrustState
from models.signing import TrustRoot
from services.admin import access
from services.office import Office
from services.unit_of_work import Work, transaction

ADMINISTER = "admin:agencies"
TRUSTED = (
    select(TrustRoot.certificate, TrustRoot.purpose)
    .where(TrustRoot.state == TrustState.ACTIVE)
    .order_by(TrustRoot.id)
)


@dataclass(frozen=True)
class Candidate:
    """A certificate of an uploaded file. `may_be_root`: it may issue certificates; `state`: how it
    stands in the list already, empty when it is new."""

    facts: CertificateFacts
    may_be_root: bool
    proposed: TrustPurpose
    state: str = ""

    @property
    def sha256(self) -> str:
        return self.facts.sha256


def roots(session: Session) -> list[bytes]:
    """The roots trusted for signatures, as DER."""
    return list(trust_list(session).signing)


def stamping_roots(session: Session) -> list[bytes]:
    """The roots trusted for time stamps, as DER."""
    return list(trust_list(session).stamping)


def all_roots(session: Session) -> list[bytes]:
    """The roots trusted for anything, each once, as DER."""
    trusted = trust_list(session)
    return list(dict.fromkeys((*trusted.signing, *trusted.stamping)))


def trust_list(session: Session) -> TrustList:
    """All that is trusted now, and for what."""
    rows = session.execute(TRUSTED).all()

    def of(purposes: Iterable[str]) -> tuple[bytes, ...]:
        return tuple(root.certificate for root in rows if root.purpose in purposes)

    return TrustList(of(FOR_SIGNATURES), of(FOR_STAMPS), of((TrustPurpose.HELPER,)))


def digests(trusted: TrustList) -> list[str]:
    """The SHA-256 of all roots of a list, each once."""
    both = dict.fromkeys((*trusted.signing, *trusted.stamping))
    return [hashlib.sha256(der).hexdigest() for der in both]


def issuers_of(session: Session, certificate: x509.Certificate) -> tuple[x509.Certificate, ...]:
    """The trusted root that issued this certificate, if it is here: goes into what it signs."""
    known = (x509.Certificate.load(der) for der in roots(session))
    return tuple(each for each in known if each.subject == certificate.issuer)


def may_trust(office: Office, actor: Actor) -> bool:
    """Whether the actor administers the host agency: what is trusted holds for the whole node."""
    allowed = permissions.allowing(actor, ADMINISTER, {Relation.AGENCY}) is not None
    return allowed and access.is_host(office.session(), actor)


def _require(office: Office, actor: Actor) -> None:
    if not may_trust(office, actor):
        raise Forbidden("not-allowed", action=ADMINISTER)


def listing(office: Office, actor: Actor) -> list[tuple[TrustRoot, CertificateFacts]]:
    """All that is or was trusted, what is in force first."""
    _require(office, actor)
    order = [TrustState.ACTIVE, TrustState.SUSPENDED, TrustState.REMOVED]
    rows = office.session().scalars(select(TrustRoot).order_by(TrustRoot.subject, TrustRoot.id))
    found = sorted(rows, key=lambda root: order.index(root.state))
    return [(root, read_facts(root.certificate)) for root in found]


def preview(office: Office, actor: Actor, file: bytes) -> list[Candidate]:
    """The certificates of a file, none of them trusted by this.

    Raises Invalid("certificate-broken" | "trust-bundle-large").
    """
    _require(office, actor)
    known = dict(office.session().execute(select(TrustRoot.sha256, TrustRoot.state)).all())
    return [_candidate(der, known) for der in read_bundle(file)]


def _candidate(der: bytes, known: Mapping[str, str]) -> Candidate:
    facts, authority = read_facts(der), is_authority(der)
    rooted = authority and is_self_issued(der)
    proposed = TrustPurpose.BOTH if rooted else TrustPurpose.HELPER
    return Candidate(facts, authority, proposed, known.get(facts.sha256, ""))


def accept(office: Office, actor: Actor, file: bytes, chosen: Mapping[str, str]) -> int:
    """Takes the ticked certificates of the file, each for its purpose; says how many are new.

    Raises as `preview`, and Invalid("trust-none-chosen" | "trust-root-not-authority" |
    "trust-purpose-unknown").
    """
    _require(office, actor)
    by_digest = {hashlib.sha256(der).hexdigest(): der for der in read_bundle(file)}
    ticked = {sha256: purpose for sha256, purpose in chosen.items() if sha256 in by_digest}
    if not ticked:
        raise Invalid("trust-none-chosen", field="chosen")
    with transaction(office, actor) as work:
        return sum(_take(work, by_digest[sha256], ticked[sha256]) for sha256 in ticked)


def _take(work: Work, der: bytes, purpose: str) -> bool:
    if purpose not in set(TrustPurpose):
        raise Invalid("trust-purpose-unknown", field="chosen")
    if purpose != TrustPurpose.HELPER and not is_authority(der):
        raise Invalid("trust-root-not-authority", field="chosen")
    sha256 = hashlib.sha256(der).hexdigest()
    root = work.session.scalar(select(TrustRoot).where(TrustRoot.sha256 == sha256))
    if root is not None and (root.state, root.purpose) == (TrustState.ACTIVE, purpose):
        return False
    if root is None:
        root = TrustRoot(sha256=sha256, subject=read_facts(der).subject_name, certificate=der)
        work.session.add(root)
    root.purpose, root.state = purpose, TrustState.ACTIVE
    root.added_by, root.added_at = work.actor.name, work.now
    root.ended_by, root.ended_at, root.ended_reason = "", None, ""
    work.session.flush()
    work.audit(
        "admin:trust_root_add",
        root,
        certificate=sha256,
        certificate_subject=root.subject,
        purpose=str(purpose),
    )
    return True


def end(office: Office, actor: Actor, root_id: int, state: TrustState, reason: str) -> None:
    """Suspends, removes or trusts again; verdicts given before stay as they were.

    Raises NotFound, Invalid("reason-missing"), Conflict("trust-root-unchanged").
    """
    _require(office, actor)
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Invalid("reason-missing", field="reason")
    with transaction(office, actor) as work:
        root = work.session.get(TrustRoot, root_id, with_for_update=True)
        if root is None:
            raise NotFound("not-found")
        if root.state == state:
            raise Conflict("trust-root-unchanged")
        root.state = state
        root.ended_by, root.ended_at, root.ended_reason = work.actor.name, work.now, reason
        tag = {
            TrustState.ACTIVE: "admin:trust_root_resume",
            TrustState.SUSPENDED: "admin:trust_root_suspend",
            TrustState.REMOVED: "admin:trust_root_remove",
        }[state]
        work.audit(
            tag,
            root,
            certificate=root.sha256,
            certificate_subject=root.subject,
            reason=reason,
        )


def add_root(office: Office, actor: Actor, file: bytes) -> str:
    """The administrator trusts the one root of a file for everything; gives its SHA-256."""
    _require(office, actor)
    with transaction(office, actor) as work:
        return trust(work, file).sha256


def trust(work: Work, file: bytes) -> TrustRoot:
    """Trusts one root for everything, inside a transaction: for setting up a node.

    Raises Invalid("certificate-broken" | "trust-root-not-authority" | "trust-root-known").
    """
    der = read_root(file)
    sha256 = hashlib.sha256(der).hexdigest()
    if not _take(work, der, TrustPurpose.BOTH):
        raise Invalid("trust-root-known", field="file", sha256=sha256)
    return work.session.scalars(select(TrustRoot).where(TrustRoot.sha256 == sha256)).one()
