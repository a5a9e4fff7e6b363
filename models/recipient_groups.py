"""Saved groups of recipients ("Nhóm nơi nhận"): an agency's own lists of agencies to write to."""

from datetime import datetime

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Line, PrimaryKey, Short, reference_to


class RecipientGroup(Base):
    """A list of agencies under a name, for every drafter of the agency. `folded_name` is the name
    as a search compares it: no two groups of an agency differ by accents alone."""

    __tablename__ = "recipient_group"
    __table_args__ = (UniqueConstraint("agency_id", "folded_name"),)

    id: Mapped[PrimaryKey]
    version: Mapped[int] = mapped_column(Integer, default=1)
    agency_id: Mapped[int] = reference_to("agency.id")
    name: Mapped[Short]
    folded_name: Mapped[Short]
    changed_by: Mapped[Short]
    changed_at: Mapped[datetime]
    __mapper_args__ = {"version_id_col": version}


class GroupMember(Base):
    """An agency of a group, by its code: the directory says what has become of it. `name` is what
    it was called when it was added, for one that the directory does not know any more."""

    __tablename__ = "recipient_group_member"
    __table_args__ = (UniqueConstraint("group_id", "code"),)

    id: Mapped[PrimaryKey]
    group_id: Mapped[int] = reference_to("recipient_group.id")
    code: Mapped[str] = mapped_column(String(35))
    name: Mapped[Line]
