"""Recipients: chosen from the directory while drafting, changed before the dispatch where the
directory no longer offers one and another took its place, added after it."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import Invalid
from models.agencies import Agency
from models.hub import DirectoryEntry
from models.outgoing import OutgoingDocument, Recipient
from services import directory
from services.office import Office

MOST = 1000  # of one document, and so of one package
NAMED = 5  # of several wrong recipients so many are told


@dataclass(frozen=True)
class Choice:
    """One agency that could receive the document. `gone`: documents cannot be sent there;
    `replaces`: the recipient that it succeeds, empty for a recipient itself."""

    code: str
    name: str
    gone: bool = False
    replaces: str = ""

    @property
    def boxed(self) -> bool:
        """Must be looked at one by one, however long the list is."""
        return self.gone or bool(self.replaces)


def choices(office: Office, doc: OutgoingDocument) -> list[Choice]:
    """The document's recipients, and the successors of those who are gone."""
    codes = [recipient.code for recipient in doc.recipients]
    entries = directory.named(office, codes)
    gone = [each for each in entries if each.id is None or not directory.is_reachable(office, each)]
    found = [Choice(entry.code, entry.name, gone=entry in gone) for entry in entries]
    heirs = directory.heirs_of(office, [entry for entry in gone if entry.id is not None])
    replaced = {entry.code: entry.name for entry in gone}
    succeeded = {heir.code: (heir, replaced[code]) for code, heir in heirs.items()}
    return found + [
        Choice(heir.code, heir.name, replaces=name)
        for code, (heir, name) in succeeded.items()
        if code not in codes and directory.is_reachable(office, heir)
    ]


def codes_of(doc: OutgoingDocument) -> frozenset[str]:
    """Who is addressed already."""
    return frozenset(recipient.code for recipient in doc.recipients)


def change(
    office: Office, doc: OutgoingDocument, codes: Iterable[str], informed: frozenset[str]
) -> None:
    """Raises what `resolved` refuses."""
    write(doc, resolved(office, doc.agency, codes), informed)


def resolved(office: Office, agency: Agency, codes: Iterable[str]) -> list[DirectoryEntry]:
    """Raises Invalid("recipient-self"), Invalid("recipients-too-many") and what `directory.resolve`
    refuses."""
    entries = directory.resolve(office, codes)
    if len(entries) > MOST:
        raise Invalid("recipients-too-many", field="recipients", limit=MOST, count=len(entries))
    if any(entry.code == agency.code for entry in entries):
        raise Invalid("recipient-self", field="recipients", name=agency.name)
    return entries


def write(doc: OutgoingDocument, entries: list[DirectoryEntry], informed: frozenset[str]) -> None:
    wanted = {entry.code: entry for entry in entries}
    for recipient in list(doc.recipients):
        if recipient.code not in wanted:
            doc.recipients.remove(recipient)
    kept = {recipient.code for recipient in doc.recipients}
    doc.recipients += [
        Recipient(code=entry.code, name=entry.name) for entry in entries if entry.code not in kept
    ]
    for recipient in doc.recipients:
        recipient.for_information = recipient.code in informed


def add(
    office: Office, doc: OutgoingDocument, codes: Iterable[str], informed: frozenset[str]
) -> list[Recipient]:
    """Further recipients of a document that was dispatched.

    Raises Invalid: recipients-none-new, recipients-have-it(names) and what `resolved` refuses.
    """
    entries = resolved(office, doc.agency, codes)
    if not entries:
        raise Invalid("recipients-none-new", field="recipients")
    present = codes_of(doc)
    present |= {dispatch.recipient_code for dispatch in doc.dispatches}  # also who was dropped
    doubled = [f"{entry.name} ({entry.code})" for entry in entries if entry.code in present]
    if doubled:
        more = f" (+{len(doubled) - NAMED})" if len(doubled) > NAMED else ""
        names = ", ".join(doubled[:NAMED]) + more
        raise Invalid("recipients-have-it", field="recipients", names=names)
    added = [
        Recipient(code=entry.code, name=entry.name, for_information=entry.code in informed)
        for entry in entries
    ]
    doc.recipients += added
    return added
