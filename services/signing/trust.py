"""The roots this node trusts: chosen by an administrator by their SHA-256, never the system's."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.signing.certificates import read_facts
from adapters.signing.roots import read_root
from domain import permissions
from domain.errors import Forbidden, Invalid
from domain.permissions import Relation
from domain.roles import Actor
from models.signing import TrustRoot
from services.admin import access
from services.office import Office
from services.unit_of_work import Work, transaction

ADMINISTER = "admin:agencies"


def roots(session: Session) -> list[bytes]:
    """All trusted roots as DER."""
    return list(session.scalars(select(TrustRoot.certificate).order_by(TrustRoot.id)))


def may_trust(office: Office, actor: Actor) -> bool:
    """Whether the actor administers the host agency: what is trusted holds for the whole node."""
    allowed = permissions.allowing(actor, ADMINISTER, {Relation.AGENCY}) is not None
    return allowed and access.is_host(office.session(), actor)


def _require(office: Office, actor: Actor) -> None:
    if not may_trust(office, actor):
        raise Forbidden("not-allowed", action=ADMINISTER)


def listing(office: Office, actor: Actor) -> list[TrustRoot]:
    _require(office, actor)
    return list(office.session().scalars(select(TrustRoot).order_by(TrustRoot.subject)))


def add_root(office: Office, actor: Actor, file: bytes) -> str:
    """Trusts a root (PEM or DER) from now on; gives its SHA-256.

    Raises Invalid("certificate-broken" | "trust-root-not-authority" | "trust-root-known").
    """
    _require(office, actor)
    with transaction(office, actor) as work:
        return trust(work, file).sha256


def trust(work: Work, file: bytes) -> TrustRoot:
    """The same inside a transaction."""
    der = read_root(file)
    sha256 = hashlib.sha256(der).hexdigest()
    if work.session.scalar(select(TrustRoot.id).where(TrustRoot.sha256 == sha256)):
        raise Invalid("trust-root-known", field="file", sha256=sha256)
    root = TrustRoot(
        sha256=sha256,
        subject=read_facts(der).subject_name,
        certificate=der,
        added_by=work.actor.name,
        added_at=work.now,
    )
    work.session.add(root)
    work.session.flush()
    work.audit("admin:trust_root_add", root, certificate=sha256, certificate_subject=root.subject)
    return root
