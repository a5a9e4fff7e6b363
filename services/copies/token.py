"""A certified copy that waits for the agency's own token."""

from datetime import datetime

from adapters import pdf
from adapters.signing.blocks import base_of, ready_block, with_form
from domain.copy_flow import CopyState
from domain.errors import Refusal
from domain.roles import Actor
from models.copies import CertifiedCopy, CopySigning
from models.signing import SigningState
from models.tokens import TokenSigning
from services.copies import access, material, state
from services.copies.signing import KIND, check, load
from services.office import Office
from services.preservation import stamping
from services.signing.token_rows import Holder, Part, part_of
from services.stored_files import read_file
from services.unit_of_work import Work

__all__ = [
    "KIND", "base", "check", "file_name", "give_back", "load", "operation", "ready", "see",
]  # fmt: skip


def see(office: Office, actor: Actor, asked: CopySigning) -> None:
    access.find(office.session(), actor, asked.copy_id)


def ready(
    office: Office, asked: CopySigning, row: TokenSigning, holder: Holder, at: datetime
) -> Part:
    """Raises what `ready_block` refuses."""
    sha256 = row.input_sha256 or asked.input_sha256
    data = read_file(office, sha256)
    block = material.signature_block(asked.document, at)
    place, stamped = pdf.clear_corner(data, *block.size), stamping.stamper(office) is not None
    made = ready_block(data, holder, block, place, at=at, stamped=stamped)
    return part_of(office, (sha256, data), made.before, made=made)


def base(office: Office, asked: CopySigning, row: TokenSigning) -> Part:
    sha256 = row.input_sha256 or asked.input_sha256
    data = read_file(office, sha256)
    before, _fresh = base_of(data)
    return part_of(office, (sha256, data), with_form(before))


def give_back(work: Work, asked: CopySigning, refusal: Refusal) -> int:
    """Ends the request; the copy keeps its number. Gives the copy's id."""
    copy = work.session.get_one(
        CertifiedCopy, asked.copy_id, with_for_update=True, populate_existing=True
    )
    asked.state, asked.finished_at = SigningState.FAILED, work.now
    asked.failure = copy.failure = refusal.code
    if copy.state == CopyState.SIGNING:
        state.move(work, copy, "sign_failed", failure=refusal.code)
    return copy.id


def operation(_asked: CopySigning, _row: TokenSigning) -> str:
    """What the desktop program calls it."""
    return "SignCopy"


def file_name(asked: CopySigning, _row: TokenSigning) -> str:
    return f"ban-sao-{asked.copy_id}.pdf"
