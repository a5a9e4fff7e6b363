"""Each check of a file's signatures as it was: rows are added and never changed or removed, so that
what was said once can be read for ever."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, PrimaryKey, Short


class Inspection(Base):
    """What one check of one file gave. `signatures` are the facts of each (Report.to_json),
    `problem` the refusal's code where nothing could be said, `roots` the SHA-256 of the roots that
    were trusted then."""

    __tablename__ = "inspection"

    id: Mapped[PrimaryKey]
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    checked_at: Mapped[datetime]
    checked_by: Mapped[Short]
    verdict: Mapped[str] = mapped_column(String(20))  # domain.verdicts.Verdict or "unsigned"
    problem: Mapped[Short]
    signatures: Mapped[list] = mapped_column(Json, default=list)
    roots: Mapped[list] = mapped_column(Json, default=list)
