"""Changes to documents that were sent: revoked, taken back, updated, replaced."""

from datetime import datetime

from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from domain.change_flow import ChangeKind, ChangeState
from models.base import Base, Id, Line, PrimaryKey, Short, reference_to
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument


class Change(Base):
    """One change, asked of one recipient (`out`: of our `dispatch`) or of us (`in`: about our
    `incoming`). `differences` are rows {field, before, after}; `drops_us`: the update takes the
    recipient off the list of recipients. The replacement is our own document of either side.
    `awaits_…` name a document that is not here yet. `notices`: files of the document that revokes
    (NĐ 30/2020, Điều 18.4), rows {sha256, name, media_type, damaged, outgoing_id}."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_waiting", "agency_id", "direction", "state"),
        Index("ix_change_awaits", "agency_id", "peer_code", "awaits_uid"),
    )

    id: Mapped[PrimaryKey]
    agency_id: Mapped[int] = reference_to("agency.id")
    direction: Mapped[Direction] = mapped_column(String(5))
    kind: Mapped[ChangeKind] = mapped_column(String(10))
    state: Mapped[ChangeState] = mapped_column(String(10), default=ChangeState.ASKED)
    outgoing_id: Mapped[int | None] = reference_to("outgoing_document.id")
    dispatch_id: Mapped[int | None] = reference_to("dispatch.id")
    incoming_id: Mapped[int | None] = reference_to("incoming_document.id")
    # The package that asks: pinned with its bytes, sent or received.
    message_id: Mapped[int | None] = reference_to("exchange_message.id")
    peer_code: Mapped[str] = mapped_column(String(35), default="")
    peer_name: Mapped[Line]
    reason: Mapped[Line]
    differences: Mapped[list] = mapped_column(default=list)
    drops_us: Mapped[bool] = mapped_column(Boolean, default=False)
    awaits_uid: Mapped[str] = mapped_column(String(200), default="")
    awaits_reference: Mapped[Short]
    notices: Mapped[list] = mapped_column(default=list)
    new_outgoing_id: Mapped[int | None] = mapped_column(Id, index=True)
    new_incoming_id: Mapped[int | None] = mapped_column(Id, index=True)
    asked_by: Mapped[Short]
    asked_at: Mapped[datetime]
    answered_by: Mapped[Short]
    answered_at: Mapped[datetime | None]
    answer: Mapped[Line]
    seen_at: Mapped[datetime | None]  # a person took note of a refusal

    outgoing: Mapped[OutgoingDocument | None] = relationship()
    dispatch: Mapped[Dispatch | None] = relationship(
        backref=backref("changes", order_by="Change.id")
    )
    incoming: Mapped[IncomingDocument | None] = relationship(
        foreign_keys=[incoming_id], backref=backref("changes", order_by="Change.id")
    )
    new_incoming: Mapped[IncomingDocument | None] = relationship(
        primaryjoin="foreign(Change.new_incoming_id) == IncomingDocument.id",
        backref=backref("replacing", viewonly=True),
        viewonly=True,
    )
    message: Mapped[ExchangeMessage | None] = relationship()
