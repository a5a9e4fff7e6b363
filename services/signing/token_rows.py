"""The rows of what a request has a person's token sign: one for each file. Documents and copies
keep theirs alike; `Asked` is either's request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asn1crypto import x509
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, joinedload

from adapters.signing.detached import DetachedToMake
from adapters.signing.keys import longest_signature
from adapters.signing.schemes import Scheme, scheme_of
from adapters.signing.update import SignatureToMake
from models.copies import CopySigning
from models.outgoing import Enclosure
from models.signing import SigningRequest, SigningState
from models.tokens import FilePass, TokenSigning
from services.office import Office
from services.unit_of_work import Work

Asked = SigningRequest | CopySigning


@dataclass(frozen=True)
class Holder:
    """Whose signature it will be, as far as a node knows of it: the certificate and its issuers."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def signature_bytes(self) -> int:
        return longest_signature(self.certificate)

    @property
    def scheme(self) -> Scheme:
        return scheme_of(self.certificate)


@dataclass(frozen=True)
class Part:
    """What a token is to sign of one file: how the signature stands with it, the bytes it is for,
    and the signature to make; None where the agency's signature is there already. `rewritten`: the
    bytes, where they are not yet in the store."""

    manner: str
    input_sha256: str
    made: SignatureToMake | DetachedToMake | None
    rewritten: bytes | None = None


def part_of(
    office: Office, stored: tuple[str, bytes], before: bytes,
    manner: str = "", made: SignatureToMake | None = None,
) -> Part:  # fmt: skip
    """What is signed of a stored file (its digest and bytes): itself, or what was written anew for
    readers that take it."""
    sha256, data = stored
    if before == data:
        return Part(manner, sha256, made)
    return Part(manner, office.files.put(before), made, before)


def open_rows(work: Work, asked: Asked, enclosures: Iterable[Enclosure] = ()) -> None:
    """The request waits for the token, with the document itself and these enclosures."""
    asked.state = SigningState.AWAITING_TOKEN
    owner = {"copy_signing_id" if isinstance(asked, CopySigning) else "request_id": asked.id}
    work.session.add(TokenSigning(part=0, **owner))
    for part, enclosure in enumerate(enclosures, 1):
        work.session.add(TokenSigning(part=part, enclosure_id=enclosure.id, **owner))


def rows_of(session: Session, *asked: Asked) -> Sequence[TokenSigning]:
    """The files of these requests (all of one kind) as the database has them now, by part."""
    if not asked:
        return ()
    query = (
        select(TokenSigning)
        .where(_belongs(asked))
        .options(joinedload(TokenSigning.enclosure))
        .order_by(TokenSigning.part)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def row_of(session: Session, asked: Asked, part: int = 0) -> TokenSigning | None:
    return next((each for each in rows_of(session, asked) if each.part == part), None)


def forget(work: Work, asked: Asked) -> None:
    """Nothing prepared and no address outlives its request."""
    rows = rows_of(work.session, asked)
    for row in rows:
        row.prepared = row.signature = None
    ids = [row.id for row in rows]
    work.session.execute(delete(FilePass).where(FilePass.signing_id.in_(ids)))


def _belongs(asked: Sequence[Asked]) -> ColumnElement[bool]:
    copies = isinstance(asked[0], CopySigning)
    column = TokenSigning.copy_signing_id if copies else TokenSigning.request_id
    return column.in_([each.id for each in asked])
