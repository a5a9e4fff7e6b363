"""A person's own token: the computers paired with a person's account, what is prepared for a token
to sign or came back from one, and addresses that are good for one file and one time."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agencies import Person
from models.base import Base, PrimaryKey, Short, reference_to
from models.copies import CopySigning
from models.outgoing import Enclosure
from models.signing import SigningRequest


class PassKind(StrEnum):
    DOWNLOAD = "download"
    UPLOAD = "upload"


class SigningDevice(Base):
    """A computer on which a person's token is plugged in. First it is a pairing code, once that is
    used a secret of its own; of both only the hash is kept."""

    __tablename__ = "signing_device"
    __table_args__ = (UniqueConstraint("code_sha256"), UniqueConstraint("secret_sha256"))

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference_to("person.id")
    name: Mapped[Short]
    code_sha256: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime]
    secret_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    paired_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class TokenSigning(Base):
    """One file that a request has a person's token sign: the document or copy itself (part 0), or
    one of its enclosures. What was prepared, then the signature, or the file that a desktop program
    sent back; `is_done` when nothing more is asked of the token for it. The last `problem` is a
    refusal's code. Emptied when the request ends."""

    __tablename__ = "token_signing"
    __table_args__ = (
        UniqueConstraint("request_id", "part"),
        UniqueConstraint("copy_signing_id", "part"),
    )

    id: Mapped[PrimaryKey]
    request_id: Mapped[int | None] = reference_to("signing_request.id", index=False)
    copy_signing_id: Mapped[int | None] = reference_to("copy_signing.id", index=False)
    part: Mapped[int] = mapped_column(Integer, default=0)
    enclosure_id: Mapped[int | None] = reference_to("enclosure.id")
    manner: Mapped[Short]  # domain.enclosures.Manner, of an enclosure that was prepared
    # The bytes that are signed: an enclosure that strict readers do not take is written anew first.
    input_sha256: Mapped[str | None] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64), default="")  # of the last preparation
    prepared: Mapped[bytes | None] = mapped_column(LargeBinary)  # what is to be signed, packed
    prepared_at: Mapped[datetime | None]
    device_id: Mapped[int | None] = reference_to("signing_device.id")
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    returned_sha256: Mapped[str | None] = mapped_column(String(64))
    is_done: Mapped[bool] = mapped_column(Boolean, default=False)
    problem: Mapped[Short]

    request: Mapped[SigningRequest | None] = relationship()
    copy_signing: Mapped[CopySigning | None] = relationship()
    enclosure: Mapped[Enclosure | None] = relationship()


class FilePass(Base):
    """The right to fetch or bring one file of one request, once and for a short time; whoever has
    the secret in the address has it."""

    __tablename__ = "file_pass"
    __table_args__ = (UniqueConstraint("secret_sha256"),)

    id: Mapped[PrimaryKey]
    signing_id: Mapped[int] = reference_to("token_signing.id")
    person_id: Mapped[int] = reference_to("person.id")
    kind: Mapped[PassKind] = mapped_column(String(10))
    secret_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    signing: Mapped[TokenSigning] = relationship()
