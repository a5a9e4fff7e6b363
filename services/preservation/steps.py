"""The chain of proof beside a file, as rows and stored files: reading it, adding to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.signing.chain import Manifest, Step
from adapters.signing.evidence import Collected
from adapters.signing.timestamps import Stamp
from models.preservation import Preservation, PreservationStep
from services.office import Office
from services.unit_of_work import Work

MANIFEST_TYPE = "application/json"
STAMP_TYPE = "application/timestamp-reply"
EVIDENCE_TYPES = {
    "certificates": "application/pkix-cert",
    "ocsps": "application/ocsp-response",
    "crls": "application/pkix-crl",
}


@dataclass(frozen=True)
class Kept:
    """A step as it lies in the file store."""

    number: int
    manifest_sha256: str
    stamp_sha256: str | None
    stamped_at: datetime | None
    stamp_ends: datetime | None

    @classmethod
    def of(cls, step: PreservationStep) -> "Kept":
        return cls(
            step.number,
            step.manifest_sha256,
            step.stamp_sha256,
            step.stamped_at,
            step.stamp_ends,
        )


def of(session: Session, preservation_id: int) -> list[Kept]:
    query = (
        select(PreservationStep)
        .where(PreservationStep.preservation_id == preservation_id)
        .order_by(PreservationStep.number)
    )
    return [Kept.of(row) for row in session.scalars(query)]


def read(office: Office, kept: Sequence[Kept]) -> list[Step]:
    """Raises as the file store does."""
    files = office.files
    return [
        Step(
            files.read(each.manifest_sha256),
            files.read(each.stamp_sha256) if each.stamp_sha256 else b"",
        )
        for each in kept
    ]


def next_manifest(
    office: Office, file_sha256: str, kept: Sequence[Kept], collected: Collected
) -> bytes:
    """What the next time stamp is to be over."""
    last = kept[-1] if kept else None
    return Manifest(
        file=file_sha256,
        collected_at=office.now(),
        certificates=tuple(sorted(collected.certificates)),
        ocsps=tuple(sorted(collected.ocsps)),
        crls=tuple(sorted(collected.crls)),
        previous=last.manifest_sha256 if last else "",
        stamp=(last.stamp_sha256 or "") if last else "",
    ).to_bytes()


def add(
    work: Work, row: Preservation, manifest: bytes, collected: Collected, given: Stamp | None
) -> None:
    """Stores evidence, manifest and time stamp, and the step that binds them."""
    for kind, media_type in EVIDENCE_TYPES.items():
        for data in getattr(collected, kind).values():
            work.store(data, media_type)
    manifest_sha256 = work.store(manifest, MANIFEST_TYPE)
    number = len(of(work.session, row.id)) + 1
    step = PreservationStep(
        preservation_id=row.id,
        number=number,
        manifest_sha256=manifest_sha256,
        created_at=work.now,
    )
    work.session.add(step)
    if given is not None:
        step.stamp_sha256 = work.store(given.token, STAMP_TYPE)
        step.stamped_at, step.stamp_ends = given.at, given.certificate_ends
        row.stamped_at = row.stamped_at or given.at
        row.stamp_ends = given.certificate_ends
