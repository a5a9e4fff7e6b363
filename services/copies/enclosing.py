"""An issued electronic copy sent along with an outgoing document. The agency has signed it, so it
goes out as it is."""

from domain.copies import Medium
from domain.copy_flow import CopyState
from domain.errors import Conflict
from domain.roles import Actor
from models.copies import CertifiedCopy
from services.copies.queries import load
from services.office import Office
from services.outgoing import Upload
from services.stored_files import read_file


def may_enclose(copy: CertifiedCopy) -> bool:
    return copy.state == CopyState.ISSUED and copy.medium == Medium.ELECTRONIC


def file_name(copy: CertifiedCopy) -> str:
    return f"{copy.reference.replace('/', '-')}.pdf"


def named(office: Office, actor: Actor, copy_id: int) -> CertifiedCopy:
    """The copy to enclose. Raises NotFound, Conflict("copy-not-issued")."""
    copy = load(office, actor, copy_id)
    if not may_enclose(copy):
        raise Conflict("copy-not-issued")
    return copy


def file_of(office: Office, actor: Actor, copy_id: int) -> Upload:
    """Its signed file, as if it were chosen in the form. Raises as `named`, and
    Unavailable("file-damaged")."""
    copy = named(office, actor, copy_id)
    return Upload(file_name(copy), read_file(office, copy.output_sha256))
