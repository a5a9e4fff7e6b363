"""each check of a file kept; purpose and end of trust"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WORST_FIRST = ["broken", "modified", "inconclusive", "untrusted", "valid"]
WITH_DEFAULT = {"purpose": "both", "state": "active", "ended_by": "", "ended_reason": ""}


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.Column("signatures", JSON, nullable=False),
        sa.Column("roots", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inspection_file_sha256"), ["file_sha256"], unique=False
        )
    _keep_what_was_found()
    with op.batch_alter_table("trust_root", schema=None) as batch_op:
        for name, length in (("purpose", 10), ("state", 10), ("ended_by", 100)):
            batch_op.add_column(
                sa.Column(
                    name,
                    sa.String(length=length),
                    nullable=False,
                    server_default=WITH_DEFAULT[name],
                )
            )
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("ended_reason", sa.String(length=500), nullable=False, server_default="")
        )
    with op.batch_alter_table("trust_root", schema=None) as batch_op:
        for name in WITH_DEFAULT:
            batch_op.alter_column(name, server_default=None)


def _keep_what_was_found() -> None:
    """The last check of each file, so that the next one does not wipe it out."""
    known = sa.table(
        "signature",
        *map(sa.column, ("id", "file_sha256", "verdict", "problem")),
        sa.column("facts", JSON),
        sa.column("checked_at", sa.DateTime(timezone=True)),
    )
    files: dict[str, dict] = {}
    for row in op.get_bind().execute(sa.select(known).order_by(known.c.id)).mappings():
        file = files.setdefault(
            row["file_sha256"],
            {
                "file_sha256": row["file_sha256"],
                "checked_at": row["checked_at"],
                "checked_by": "Hệ thống",
                "verdict": "valid",
                "problem": "",
                "signatures": [],
                "roots": [],
            },
        )
        file["problem"] = file["problem"] or row["problem"][:100]
        file["verdict"] = min(file["verdict"], row["verdict"], key=WORST_FIRST.index)
        if row["facts"]:
            file["signatures"] = [*file["signatures"], row["facts"]]
    kept = sa.table(
        "inspection",
        *map(sa.column, ("file_sha256", "checked_by", "verdict", "problem")),
        sa.column("checked_at", sa.DateTime(timezone=True)),
        sa.column("signatures", JSON),
        sa.column("roots", JSON),
    )
    if files:
        op.bulk_insert(kept, list(files.values()))


def downgrade() -> None:
    with op.batch_alter_table("trust_root", schema=None) as batch_op:
        for name in ("ended_reason", "ended_at", "ended_by", "state", "purpose"):
            batch_op.drop_column(name)
    op.drop_table("inspection")
