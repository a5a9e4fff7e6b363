"""A file with agencies on its way into the directory: read, shown line by line, then applied."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Line, PrimaryKey, Short, reference_to


class ImportState(StrEnum):
    READING = "reading"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"  # the file cannot be read; `problem` is the code of the refusal


class ImportChange(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    ERROR = "error"


class DirectoryImport(Base):
    """One file. `directory_version` is what it was compared with: a later one asks to read anew."""

    __tablename__ = "directory_import"

    id: Mapped[PrimaryKey]
    file_name: Mapped[Line]
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[ImportState] = mapped_column(String(10), default=ImportState.READING)
    problem: Mapped[Short]
    problem_fields: Mapped[dict] = mapped_column(default=dict)
    lines: Mapped[int] = mapped_column(Integer, default=0)
    new: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    errors: Mapped[int] = mapped_column(Integer, default=0)
    applied_line: Mapped[int] = mapped_column(Integer, default=0)  # so far they are in
    directory_version: Mapped[int] = mapped_column(Integer, default=0)
    person_id: Mapped[int | None] = mapped_column(Id)
    person_name: Mapped[Short]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class DirectoryImportLine(Base):
    """A line that changes something or is wrong; those that say what is known are only counted."""

    __tablename__ = "directory_import_line"
    __table_args__ = (Index("ix_directory_import_line_shown", "import_id", "change", "line"),)

    id: Mapped[PrimaryKey]
    import_id: Mapped[int] = reference_to("directory_import.id")
    line: Mapped[int] = mapped_column(Integer)
    change: Mapped[ImportChange] = mapped_column(String(10))
    code: Mapped[Short]
    name: Mapped[Line]
    values: Mapped[dict] = mapped_column(default=dict)  # as they will stand in the directory
    before: Mapped[dict] = mapped_column(default=dict)  # what of it changes
    problem: Mapped[Short]
    problem_fields: Mapped[dict] = mapped_column(default=dict)
