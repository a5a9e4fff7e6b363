"""a token signs several files of one request, and copies"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("copy_signing_id", "copy_signing"),
    ("enclosure_id", "enclosure"),
)


def upgrade() -> None:
    # Addresses of files live for fifteen minutes: nobody misses those of before.
    op.execute("DELETE FROM file_pass")
    with op.batch_alter_table("file_pass") as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_pass_request_id"))
        batch_op.drop_constraint(
            batch_op.f("fk_file_pass_request_id_signing_request"), type_="foreignkey"
        )
        batch_op.drop_column("request_id")
        batch_op.add_column(sa.Column("signing_id", ID, nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_file_pass_signing_id_token_signing"),
            "token_signing", ["signing_id"], ["id"],
        )  # fmt: skip
        batch_op.create_index(batch_op.f("ix_file_pass_signing_id"), ["signing_id"])
    with op.batch_alter_table("token_signing") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_token_signing_request_id"), type_="unique")
        batch_op.alter_column("request_id", existing_type=ID, nullable=True)
        for column, target in COLUMNS:
            batch_op.add_column(sa.Column(column, ID, nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f"fk_token_signing_{column}_{target}"), target, [column], ["id"]
            )
        _add_plain(batch_op)
        for column in ("request_id", "copy_signing_id"):
            name = batch_op.f(f"uq_token_signing_{column}_part")
            batch_op.create_unique_constraint(name, [column, "part"])
        batch_op.create_index(batch_op.f("ix_token_signing_enclosure_id"), ["enclosure_id"])
    op.execute(
        "UPDATE token_signing SET is_done = true "
        "WHERE signature IS NOT NULL OR returned_sha256 IS NOT NULL"
    )
    with op.batch_alter_table("token_signing") as batch_op:
        for column in ("part", "manner", "is_done"):
            batch_op.alter_column(column, server_default=None)


def _add_plain(batch_op) -> None:
    for column in (
        sa.Column("part", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("manner", sa.String(100), nullable=False, server_default=""),
        sa.Column("input_sha256", sa.String(64), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        batch_op.add_column(column)


def downgrade() -> None:
    op.execute("DELETE FROM file_pass")
    # What waits for a token besides a document itself is asked for anew.
    op.execute("DELETE FROM token_signing WHERE request_id IS NULL OR part > 0")
    with op.batch_alter_table("token_signing") as batch_op:
        batch_op.drop_index(batch_op.f("ix_token_signing_enclosure_id"))
        for column in ("request_id", "copy_signing_id"):
            name = batch_op.f(f"uq_token_signing_{column}_part")
            batch_op.drop_constraint(name, type_="unique")
        for column, target in COLUMNS:
            name = batch_op.f(f"fk_token_signing_{column}_{target}")
            batch_op.drop_constraint(name, type_="foreignkey")
            batch_op.drop_column(column)
        for column in ("part", "manner", "input_sha256", "is_done"):
            batch_op.drop_column(column)
        batch_op.alter_column("request_id", existing_type=ID, nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_token_signing_request_id"), ["request_id"])
    with op.batch_alter_table("file_pass") as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_pass_signing_id"))
        batch_op.drop_constraint(
            batch_op.f("fk_file_pass_signing_id_token_signing"), type_="foreignkey"
        )
        batch_op.drop_column("signing_id")
        batch_op.add_column(sa.Column("request_id", ID, nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_file_pass_request_id_signing_request"),
            "signing_request", ["request_id"], ["id"],
        )  # fmt: skip
        batch_op.create_index(batch_op.f("ix_file_pass_request_id"), ["request_id"])
