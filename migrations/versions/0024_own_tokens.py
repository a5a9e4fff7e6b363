"""a person's own token: paired computers, what waits for a token, addresses of files"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "signing_device",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=True),
        sa.Column("code_until", MOMENT, nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("paired_at", MOMENT, nullable=True),
        sa.Column("last_seen_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        _refers("signing_device", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_device")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_signing_device_code_sha256")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_signing_device_secret_sha256")),
    )
    op.create_index(op.f("ix_signing_device_person_id"), "signing_device", ["person_id"])
    op.create_table(
        "token_signing",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("prepared", sa.LargeBinary(), nullable=True),
        sa.Column("prepared_at", MOMENT, nullable=True),
        sa.Column("device_id", ID, nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("returned_sha256", sa.String(64), nullable=True),
        sa.Column("problem", sa.String(100), nullable=False),
        _refers("token_signing", "request_id", "signing_request"),
        _refers("token_signing", "device_id", "signing_device"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_signing")),
        sa.UniqueConstraint("request_id", name=op.f("uq_token_signing_request_id")),
    )
    op.create_index(op.f("ix_token_signing_device_id"), "token_signing", ["device_id"])
    op.create_table(
        "file_pass",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _refers("file_pass", "request_id", "signing_request"),
        _refers("file_pass", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_pass")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_file_pass_secret_sha256")),
    )
    op.create_index(op.f("ix_file_pass_request_id"), "file_pass", ["request_id"])
    op.create_index(op.f("ix_file_pass_person_id"), "file_pass", ["person_id"])


def downgrade() -> None:
    op.drop_table("file_pass")
    op.drop_table("token_signing")
    op.drop_table("signing_device")
