"""Making one requested signature with a key that this node may use: the leader's on the prepared
document, the agency's on what the leader signed."""

from adapters.signing.finishing import finish_update
from adapters.signing.keys import Authority, SigningKey, redeem
from adapters.signing.permissions import is_certified
from adapters.signing.sign import ready_issue
from adapters.signing.uncertified import issue_beside
from domain.errors import Forbidden
from models.signing import SigningRequest, SigningRole
from services.office import Office
from services.preservation import stamping
from services.signing import backends, grounds, material, turns
from services.signing.requests import bound_to

Parts = tuple[bytes, bytes]


def authority_of(office: Office, request: SigningRequest) -> Authority:
    """Redeems the authorisation. Raises Forbidden("authorisation-expired" |
    "authorisation-invalid")."""
    if request.authorisation is None or office.now() > request.authorised_until:
        raise Forbidden("authorisation-expired")
    node_key = office.settings.node_key
    return redeem(request.authorisation, node_key, bound_to(request))


def key_of(office: Office, request: SigningRequest) -> SigningKey:
    """As `authority_of`, and what the holder of the key refuses."""
    return backends.open_binding(office, request.binding, authority_of(office, request))


def input_of(office: Office, request: SigningRequest) -> bytes:
    """The file to sign. Raises Unavailable("file-damaged"); for the seal
    Conflict("leader-signature-missing" | "leader-certificate-other")."""
    data = grounds.read_file(office, request.input_sha256, "file-damaged")
    if request.role == SigningRole.SEAL:
        grounds.check_leader_signed(office.session(), request, data)
    return data


def made(office: Office, request: SigningRequest, data: bytes, key: SigningKey) -> Parts:
    """The signed file, in two parts: what it was before, and the update."""
    stamp = stamping.stamper(office)
    if request.role == SigningRole.LEADER:
        parts = material.of_leader(office, request, request.signing_at)
        ready = turns.ready(request.document, data, key, parts | {"stamped": stamp is not None})
        return data, finish_update(ready, key, stamp)
    parts = material.of_seal(office, request, request.signing_at)
    if not is_certified(data):
        return data, issue_beside(data, key, stamp=stamp, **parts)[len(data) :]
    ready = ready_issue(data, key, stamped=stamp is not None, **parts)
    return data, finish_update(ready, key, stamp)
