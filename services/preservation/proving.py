"""What is kept beside a file, as verifying it takes it: evidence that was verified when it came,
and the moment at which the file provably existed."""

from collections.abc import Sequence

from sqlalchemy import select

from adapters.files import DamagedFile
from adapters.signing.chain import Manifest, Proof, Step, prove
from adapters.signing.trust import Evidence
from domain.errors import Invalid
from models.preservation import Preservation
from services.office import Office
from services.preservation import steps
from services.signing import trust

NOTHING = Evidence()


def beside(office: Office, file_sha256: str) -> Evidence:
    """What is kept beside the file; nothing where what is kept cannot be read."""
    session = office.session()
    query = select(Preservation.id).where(Preservation.file_sha256 == file_sha256)
    row_id = session.scalar(query)
    kept = steps.of(session, row_id) if row_id is not None else []
    if not kept:
        return NOTHING
    try:
        chain = steps.read(office, kept)
        manifests = [Manifest.from_bytes(each.manifest) for each in chain]
        found = {
            kind: tuple(
                office.files.read(sha256)
                for sha256 in dict.fromkeys(
                    sha256 for manifest in manifests for sha256 in getattr(manifest, kind)
                )
            )
            for kind in steps.EVIDENCE_TYPES
        }
        proof = proof_of(office, file_sha256, chain)
    except (DamagedFile, FileNotFoundError, Invalid):
        return NOTHING
    at = max((each.collected_at for each in manifests if each.ocsps or each.crls), default=None)
    return Evidence(**found, asked_at=at, proven_at=proof.at)


def proof_of(office: Office, file_sha256: str, chain: Sequence[Step]) -> Proof:
    """What the chain proves today."""
    roots = trust.stamping_roots(office.session())
    return prove(file_sha256, chain, roots, office.now(), office.files.read)
