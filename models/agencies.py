"""Agencies hosted on this node, their units, people and who holds which position when."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, Float, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.roles import Role
from models.base import Base, Id, Line, PrimaryKey, Short, reference_to


class Agency(Base):
    """An agency with its own code, registers, letterhead and seal; several live on one node."""

    __tablename__ = "agency"

    id: Mapped[PrimaryKey]
    # Text up to 35 characters (QĐ 20/2020/QĐ-TTg; QCVN 102:2016 as amended 2022).
    code: Mapped[str] = mapped_column(String(35), unique=True)
    old_code: Mapped[str] = mapped_column(String(35), default="")
    name: Mapped[Line]
    notation: Mapped[Short]  # "UBND": stands in the notation of its documents
    superior_name: Mapped[Line]  # line above the issuer's name in the letterhead
    authority: Mapped[Short]  # "TM. ỦY BAN NHÂN DÂN": the line above the leader's position
    place: Mapped[Short]  # place name of the date line
    address: Mapped[Line]
    email: Mapped[Short]
    telephone: Mapped[Short]
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    seal_sha256: Mapped[str | None] = mapped_column(String(64))
    seal_mm: Mapped[float] = mapped_column(Float, default=36.0)
    # Who besides its head may approve certified copies: roles.
    copy_approvers: Mapped[list] = mapped_column(default=list)
    created_at: Mapped[datetime]

    units: Mapped[list["Unit"]] = relationship(back_populates="agency", order_by="Unit.position")


class HubLink(Base):
    """How an agency reaches its hub: endpoint, system id and secret (sealed under the node key)."""

    __tablename__ = "hub_link"

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id", unique=True)
    kind: Mapped[str] = mapped_column(String(20), default="axis")  # of connector
    endpoint: Mapped[Line]
    system_id: Mapped[Short]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[Line]
    directory_version: Mapped[int] = mapped_column(Integer, default=0)  # copied over this line
    # Our receipt key as the hub has it; "-": this hub knows no receipts.
    receipt_key_id: Mapped[str] = mapped_column(String(16), default="")
    receipts_seen: Mapped[int] = mapped_column(Id, default=0)  # the last one got over this line

    agency: Mapped[Agency] = relationship()


class Unit(Base):
    """A unit inside an agency; a tree of any depth."""

    __tablename__ = "unit"

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    parent_id: Mapped[int | None] = reference_to("unit.id")
    name: Mapped[Line]
    notation: Mapped[Short]
    position: Mapped[int] = mapped_column(Integer, default=0)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    agency: Mapped[Agency] = relationship(back_populates="units")


class Person(Base):
    """A person with an account; what they may do stands in their appointments."""

    __tablename__ = "person"

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(String(100), unique=True)
    full_name: Mapped[Short]
    email: Mapped[Short]
    telephone: Mapped[Short]
    password_hash: Mapped[str] = mapped_column(String(255))
    # Set while the password is one that an administrator handed over.
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    language: Mapped[str] = mapped_column(String(5), default="vi")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    signature_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]

    appointments: Mapped[list["Appointment"]] = relationship(back_populates="person")


class Appointment(Base):
    """A person holds a position in a unit of an agency, in a role, for a time."""

    __tablename__ = "appointment"

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference_to("person.id")
    agency_id: Mapped[int] = reference_to("agency.id")
    unit_id: Mapped[int] = reference_to("unit.id")
    role: Mapped[Role] = mapped_column(String(30))
    title: Mapped[Short]  # "Phó Chủ tịch"
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    person: Mapped[Person] = relationship(back_populates="appointments")
    agency: Mapped[Agency] = relationship()
    unit: Mapped[Unit] = relationship()

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class LoginSession(Base):
    """A signed-in browser; the cookie carries a token of which only the hash is kept."""

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_sha256"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = reference_to("person.id")
    appointment_id: Mapped[int | None] = reference_to("appointment.id")
    token_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[Short]
    browser: Mapped[Line]

    person: Mapped[Person] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
