"""The head of this node's audit chain, and what an entry that the hub remembers bears today: so a
chain that was written anew shows even where it has grown since."""

from sqlalchemy import select

from models.audit import AuditEntry
from services import audit_chain
from services.office import Office


def audit_head(office: Office, known: int = 0) -> dict:
    """`known` is the number of an entry whose hash is asked for; 0 asks for none."""
    sequence, digest = audit_chain.head(office.session())
    found = {"sequence": sequence, "hash": digest, "known": None}
    if known:
        query = select(AuditEntry.hash).where(AuditEntry.sequence == known)
        found["known"] = {"sequence": known, "hash": office.session().scalar(query)}
    return found
