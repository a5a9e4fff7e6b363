"""Federation. On the hub: the nodes it asks and what they told. On a node: who was told what, that
each request is taken once, and that the workers are alive."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id, Json, Line, PrimaryKey, Short, reference_to


class NodeSite(Base):
    """A node as the hub knows it. Without an address it cannot be asked: it tells by itself. The
    newest figures stand here too, for the list of all nodes."""

    __tablename__ = "node_site"

    id: Mapped[PrimaryKey]
    system_id: Mapped[str] = mapped_column(String(35), unique=True)  # whose secret signs
    name: Mapped[Line]
    address: Mapped[Line]
    agencies: Mapped[list] = mapped_column(default=list)
    cursor: Mapped[int] = mapped_column(Id, default=0)
    counters_version: Mapped[str] = mapped_column(String(64), default="")
    counters: Mapped[dict | None] = mapped_column(Json)
    head_sequence: Mapped[int] = mapped_column(Id, default=0)
    head_hash: Mapped[str] = mapped_column(String(64), default="")
    contradicted_at: Mapped[datetime | None]
    oldest_out_at: Mapped[datetime | None]
    oldest_in_at: Mapped[datetime | None]
    waiting_out: Mapped[int] = mapped_column(Integer, default=0)
    waiting_in: Mapped[int] = mapped_column(Integer, default=0)
    is_ailing: Mapped[bool] = mapped_column(Boolean, default=False)
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    problem: Mapped[Line]
    created_at: Mapped[datetime]


class NodeReport(Base):
    """One report of a node: pulled or pushed, of the same shape. The newest hundred are kept."""

    __tablename__ = "node_report"

    id: Mapped[PrimaryKey]
    site_id: Mapped[int] = reference_to("node_site.id")
    at: Mapped[datetime]
    was_pushed: Mapped[bool] = mapped_column(Boolean, default=False)
    took_ms: Mapped[int] = mapped_column(Integer, default=0)
    health: Mapped[dict] = mapped_column(Json)
    counters_version: Mapped[str] = mapped_column(String(64), default="")
    head_sequence: Mapped[int] = mapped_column(Id, default=0)
    head_hash: Mapped[str] = mapped_column(String(64), default="")
    statuses: Mapped[int] = mapped_column(Integer, default=0)

    site: Mapped[NodeSite] = relationship()


class NodeStatus(Base):
    """One exchange status of a document at a node: ids, codes, times."""

    __tablename__ = "node_status"
    __table_args__ = (
        UniqueConstraint("site_id", "sequence"),
        Index("ix_node_status_document", "document"),
    )

    id: Mapped[PrimaryKey]
    site_id: Mapped[int] = reference_to("node_site.id", index=False)
    sequence: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(5))
    document: Mapped[str] = mapped_column(String(200))
    agency_code: Mapped[str] = mapped_column(String(35))
    peers: Mapped[list] = mapped_column(default=list)
    code: Mapped[str | None] = mapped_column(String(2))


class SpentNonce(Base):
    """A signed request that was taken; kept for as long as its time stamp would pass again."""

    __tablename__ = "spent_nonce"
    __table_args__ = (UniqueConstraint("system_id", "nonce"),)

    id: Mapped[PrimaryKey]
    system_id: Mapped[str] = mapped_column(String(100))
    nonce: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(index=True)


class Handout(Base):
    """What this node handed to its hub, to the letter; the newest are kept."""

    __tablename__ = "federation_handout"

    id: Mapped[PrimaryKey]
    at: Mapped[datetime]
    agency_id: Mapped[int] = reference_to("agency.id")
    system_id: Mapped[Short]
    hub: Mapped[Line]
    asked_from: Mapped[Short]
    operation: Mapped[Short]
    was_pushed: Mapped[bool] = mapped_column(Boolean, default=False)
    body: Mapped[str] = mapped_column(Text)


class WorkerBeat(Base):
    """The last time that a queue's worker was seen alive."""

    __tablename__ = "worker_beat"

    queue: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]
