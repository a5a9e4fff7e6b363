"""Certificates, requests to sign, and the facts of each signature applied or verified."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, Line, PrimaryKey, Short, reference_to
from models.outgoing import OutgoingDocument


class SigningRole(StrEnum):
    LEADER = "leader"
    SEAL = "seal"


class SigningState(StrEnum):
    AWAITING_TOKEN = "awaiting_token"  # noqa: S105 the person's own, at their PC
    REQUESTED = "requested"
    DONE = "done"
    FAILED = "failed"


class KeyBackend(StrEnum):
    """What holds the private key."""

    PKCS12 = "pkcs12"
    PKCS11 = "pkcs11"
    CSC = "csc"
    TOKEN = "token"  # noqa: S105 the person's own: the node never sees the key


class CertificateBinding(Base):
    """Which certificate a person (as leader) or an agency (its seal) signs with, from when to when.

    `key_sealed` opens only with the PIN and the node key together: it holds the private key itself,
    or where the token or the signing service is and its PIN. `parameters` says the same place for
    people to read; `access_sealed`, under the node key alone, only lets us speak with a service. Of
    a person's own token nothing but the certificate is known, and `key_sealed` is empty.
    """

    __tablename__ = "certificate_binding"

    id: Mapped[PrimaryKey]
    person_id: Mapped[int | None] = reference_to("person.id")
    agency_id: Mapped[int | None] = reference_to("agency.id")
    role: Mapped[SigningRole] = mapped_column(String(10))
    backend: Mapped[KeyBackend] = mapped_column(String(10), default=KeyBackend.PKCS12)
    certificate: Mapped[bytes] = mapped_column(LargeBinary)  # DER
    certificate_sha256: Mapped[str] = mapped_column(String(64))
    subject: Mapped[Line]
    issuer: Mapped[Line]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    parameters: Mapped[dict] = mapped_column(Json, default=dict)
    key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    access_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]  # an administrator looked at it; before, it signs nothing
    suspended_at: Mapped[datetime | None]
    secret_refused_at: Mapped[datetime | None]  # token or service refused its PIN: never again
    demands_code: Mapped[bool] = mapped_column(Boolean, default=False)  # the second factor
    warned_days: Mapped[int | None] = mapped_column(Integer)  # the last warning before its end
    wrong_pins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SecondFactor(Base):
    """A person's app that shows a code every 30 seconds (RFC 6238); `secret_sealed` is under the
    node key. `last_step` is the step of the last code taken: none is taken twice."""

    __tablename__ = "second_factor"

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference_to("person.id", unique=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(Integer, default=0)
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class TrustRoot(Base):
    """A certificate an administrator chose to trust, for signatures, for time stamps or for both;
    or one that is not trusted and only helps to find the way to a root. Never the system's. One
    that is suspended or removed stays in the table: `ended_*` say by whom and why."""

    __tablename__ = "trust_root"
    __table_args__ = (UniqueConstraint("sha256"),)

    id: Mapped[PrimaryKey]
    sha256: Mapped[str] = mapped_column(String(64))
    subject: Mapped[Line]
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str] = mapped_column(String(10), default="both")  # domain.trust.TrustPurpose
    state: Mapped[str] = mapped_column(String(10), default="active")  # domain.trust.TrustState
    added_by: Mapped[Short]
    added_at: Mapped[datetime]
    ended_by: Mapped[Short]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[Line]


class SigningRequest(Base):
    """One signature to be made: which bytes, which role, by whose authority. The authorisation is
    sealed, bound to this request and its digest, and erased when used or expired."""

    __tablename__ = "signing_request"

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = reference_to("outgoing_document.id")
    role: Mapped[SigningRole] = mapped_column(String(10))
    binding_id: Mapped[int] = reference_to("certificate_binding.id")
    person_id: Mapped[int] = reference_to("person.id")
    person_name: Mapped[Short]
    input_sha256: Mapped[str] = mapped_column(String(64))
    output_sha256: Mapped[str | None] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    authorisation: Mapped[bytes | None] = mapped_column(LargeBinary)
    authorised_until: Mapped[datetime]
    state: Mapped[SigningState] = mapped_column(String(20), default=SigningState.REQUESTED)
    failure: Mapped[Short]  # refusal code
    requested_at: Mapped[datetime]
    signing_at: Mapped[datetime]  # what the signature bears (services/signing/timing.py)
    finished_at: Mapped[datetime | None]

    document: Mapped[OutgoingDocument] = relationship()
    binding: Mapped[CertificateBinding] = relationship()


class Signature(Base):
    """What verification found about one signature in one file of a document."""

    __tablename__ = "signature"

    id: Mapped[PrimaryKey]
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    field: Mapped[Short]
    kind: Mapped[str] = mapped_column(String(20))  # person | agency | unknown
    signer_name: Mapped[Line]
    organisation: Mapped[Line]
    issuer: Mapped[Line]
    certificate_sha256: Mapped[str] = mapped_column(String(64), default="")
    signed_at: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(String(20))
    covers_file: Mapped[bool] = mapped_column(Boolean, default=False)
    facts: Mapped[dict] = mapped_column(Json, default=dict)
    problem: Mapped[str] = mapped_column(Text, default="")
    checked_at: Mapped[datetime]
