"""What a package says, whatever its bytes: by this a package is known again that an axis has
written anew or that hubs have added their hops to, and receipts from behind another hub are
compared."""

import hashlib
import json

from adapters.edxml.errors import MalformedPackage
from adapters.edxml.package import Package
from domain.roles import SYSTEM
from models.exchange import ExchangeMessage
from services.exchange import reading
from services.office import Office
from services.unit_of_work import transaction


def digest(package: Package) -> str:
    """What makes a package the same document again. Not its bytes: an axis may write it anew and
    add its own hops, only the decoded content comes through unchanged."""
    said = [
        package.sender.code,
        package.document_id,
        package.number,
        package.notation,
        str(package.issued_date),
        package.subject,
        int(package.business.kind),
        [(file.name, file.sha256) for file in package.attachments],
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def note(office: Office, message_id: int) -> None:
    """Reads a package of ours once more, outside of any transaction, and keeps its digest."""
    sha256 = office.session().get(ExchangeMessage, message_id).payload_sha256
    office.session().rollback()
    try:
        package = reading.read(office.files, sha256)
    except (MalformedPackage, OSError):  # a damaged file is found, and told, at night
        return
    if isinstance(package, Package):
        with transaction(office, SYSTEM) as work:
            work.session.get(ExchangeMessage, message_id).content_sha256 = digest(package)
