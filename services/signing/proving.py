"""What stands behind a request to sign: the right PIN of a key that this node has, or the fact that
the key is on the person's own token, which asks for its PIN itself."""

from dataclasses import dataclass

from domain.errors import Invalid, NotFound
from domain.roles import Actor
from models.outgoing import OutgoingDocument
from models.signing import CertificateBinding, KeyBackend, SigningRole
from services.office import Office
from services.signing import bindings, pins
from services.signing.pins import PinProof, Typed


@dataclass(frozen=True)
class TokenProof:
    """That this person asked for this document and will sign it with their own token. It proves
    nothing yet: only the token's signature will."""

    document_id: int
    person_id: int
    role: SigningRole
    binding_id: int


def prove(
    office: Office, actor: Actor, doc: OutgoingDocument, role: SigningRole, typed: Typed
) -> PinProof | TokenProof:
    """The proof to hand to `request_leader` or `request_seal`, for an actor whose right to this
    step is checked. Raises as `check_pin`."""
    token = token_of(office, actor, role)
    if token is None:
        return pins.check_pin(office, actor, doc, role, typed)
    if doc.agency_id != actor.agency_id:
        raise NotFound("not-found")
    return TokenProof(doc.id, actor.person_id, role, token.id)


def token_of(office: Office, actor: Actor, role: SigningRole) -> CertificateBinding | None:
    """The binding of the own token with which the actor would sign now, if it is one."""
    try:
        binding = bindings.current(
            office.session(), role, office.now(),
            person_id=actor.person_id, agency_id=actor.agency_id,
        )  # fmt: skip
    except Invalid:
        return None
    return binding if binding.backend == KeyBackend.TOKEN else None
