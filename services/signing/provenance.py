"""Whether the files of an arrival are its sender's own: a seal may be whole and trusted, and yet be
another agency's. Differences never forbid anything, they make the clerk look."""

import json
from collections.abc import Iterable, Mapping

from adapters import pdf
from adapters.confinement import Died, confined
from adapters.files import DamagedFile
from domain.document_checks import Named, SignedFile, other_signer, same_agency, sealed_first
from domain.errors import Refusal
from domain.text import fold
from domain.verdicts import Doubt
from models.incoming import IncomingDocument, IncomingSource
from services import directory
from services.office import Office

SECONDS, MEMORY = 10, 768 * 1024 * 1024  # for the pages of one file


def doubts(
    office: Office, document: IncomingDocument, signatures: Mapping[str, Iterable[Mapping]]
) -> list[str]:
    """What differs between the package and its files, each as `code:what the file says`.
    `signatures` are the facts of each file's signatures, by digest."""
    if document.source is IncomingSource.PAPER:
        return []
    seals = [facts for each in signatures.values() for facts in each if facts["kind"] == "agency"]
    found = [
        _other_seal(office, document, seals),
        _other_number(office, document, signatures),
        *_about_signer(document, signatures),
    ]
    return [doubt for doubt in found if doubt]


def same_number(one: str, other: str) -> bool:
    """`05` is `5`; blanks do not count."""
    return _bare(one) == _bare(other)


def _other_seal(office: Office, document: IncomingDocument, seals: list[Mapping]) -> str:
    known = directory.named(office, [document.sender_code])[0]
    senders = [document.sender_name, known.name, document.sender_code]
    named = [(facts["signer_name"], facts["organisation"]) for facts in seals]
    if any(same_agency(name, each) for names in named for name in names for each in senders):
        return ""
    return f"{Doubt.SEAL_OTHER}:{named[0][0] or named[0][1]}" if named else ""


def _other_number(office: Office, document: IncomingDocument, digests: Iterable[str]) -> str:
    expected = document.main.reference.partition("/")[0]
    if not _bare(expected):
        return ""
    printed = [page for page in (_printed(office, sha256) for sha256 in digests) if page[0]]
    if not printed or any(same_number(number, expected) for number, _notation in printed):
        return ""
    return f"{Doubt.NUMBER_OTHER}:{'/'.join(part for part in printed[0] if part)}"


def _about_signer(
    document: IncomingDocument, signatures: Mapping[str, Iterable[Mapping]]
) -> list[str]:
    """The main file signed by somebody else, or sealed before anybody signed."""
    main = SignedFile("", list(signatures.get(document.main.sha256, ())), is_main=True)
    other = other_signer(Named((), document.main.signer_name), main.whole("person"))
    found = [f"{Doubt.SIGNER_OTHER}:{other}"] if other else []
    return [*found, f"{Doubt.SEALED_FIRST}:"] if sealed_first(main) else found


def _printed(office: Office, sha256: str) -> tuple[str, str]:
    """Number and notation on the file's first page; empty for a scan, and for what nobody reads."""
    try:
        data = office.files.read(sha256)
        number, notation = json.loads(confined(lambda: _read(data), SECONDS, MEMORY))
    except (DamagedFile, FileNotFoundError, Died):
        return "", ""
    return number, notation


def _read(data: bytes) -> bytes:
    try:
        facts = pdf.read_facts(data)
    except Refusal:
        return b'["", ""]'
    return json.dumps([facts.number, facts.notation]).encode()


def _bare(number: str) -> str:
    return "".join(fold(number).split()).lstrip("0")
