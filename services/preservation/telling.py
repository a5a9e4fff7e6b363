"""What is kept beside one file, in full: its time stamps with the authority and its certificate,
the evidence collected, the archive form. Read from the file store: for one file, not for lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from adapters.files import DamagedFile
from adapters.signing.chain import Manifest, Step
from adapters.signing.timestamps import subject_of
from domain.errors import Invalid
from models.files import StoredFile
from models.preservation import Preservation, PreservationStep
from services.office import Office
from services.preservation import levels, steps
from services.preservation.levels import State
from services.preservation.proving import proof_of
from services.preservation.steps import Kept


@dataclass(frozen=True)
class StampTold:
    """A time stamp over the chain beside the file; `ends` with its authority's certificate."""

    at: datetime
    authority: str
    ends: datetime
    sha256: str


@dataclass(frozen=True)
class Archive:
    sha256: str
    size: int


@dataclass(frozen=True)
class Told:
    """`problem`: why the chain proves nothing today, as a code. Digests name stored files."""

    state: State
    stamps: Sequence[StampTold] = ()
    evidence: Sequence[tuple[str, Sequence[str]]] = ()
    collected_at: datetime | None = None
    proven_at: datetime | None = None
    problem: str = ""
    archive: Archive | None = None


def told(
    office: Office, sha256: str, facts: Sequence[Mapping], beside: Mapping[str, str]
) -> Told | None:
    """Of a file, by what was found of its signatures and the files `beside` it that may hold them
    (digest by name); nothing where nothing is kept. Two statements."""
    groups = levels.by_carrier({sha256: facts}, beside)
    query = (
        select(Preservation, PreservationStep, StoredFile.size)
        .outerjoin(PreservationStep, PreservationStep.preservation_id == Preservation.id)
        .outerjoin(StoredFile, StoredFile.sha256 == Preservation.archive_sha256)
        .where(Preservation.file_sha256.in_({carrier for _file, carrier in groups}))
        .order_by(PreservationStep.number)
    )
    read = office.session().execute(query).all()
    rows = {row.file_sha256: row for row, _step, _size in read}
    state = levels.states(groups, rows, office.now())[sha256]
    own = [each for each in read if each[0] is state.row]
    if not own:
        return None
    row, _step, size = own[0]
    archive = Archive(row.archive_sha256, size or 0) if row.archive_sha256 else None
    kept = [Kept.of(step) for _row, step, _size in own if step is not None]
    return replace(_read(office, state, row, kept), archive=archive)


def _read(office: Office, state: State, row: Preservation, kept: Sequence[Kept]) -> Told:
    if not kept:
        return Told(state)
    try:
        chain = steps.read(office, kept)
        manifests = [Manifest.from_bytes(each.manifest) for each in chain]
        proof = proof_of(office, row.file_sha256, chain)
        return Told(
            state,
            _stamps(kept, chain),
            [(kind, _named(kind, manifests)) for kind in steps.EVIDENCE_TYPES],
            max(each.collected_at for each in manifests),
            proof.at,
            proof.problem,
        )
    except (DamagedFile, FileNotFoundError):
        return Told(state, problem="file-damaged")
    except Invalid as broken:
        return Told(state, problem=broken.code)


def _stamps(kept: Sequence[Kept], chain: Sequence[Step]) -> list[StampTold]:
    return [
        StampTold(each.stamped_at, subject_of(step.stamp), each.stamp_ends, each.stamp_sha256)
        for each, step in zip(kept, chain, strict=True)
        if each.stamp_sha256 and each.stamped_at and each.stamp_ends
    ]


def _named(kind: str, manifests: Sequence[Manifest]) -> list[str]:
    return list(dict.fromkeys(each for manifest in manifests for each in getattr(manifest, kind)))
