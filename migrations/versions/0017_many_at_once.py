"""many documents decided at once"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reading_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint(
            "person_id", "file_sha256", name=op.f("uq_reading_person_id_file_sha256")
        ),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_person_id"), ["person_id"], unique=False)

    op.create_table(
        "signing_batch",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("person_name", sa.String(length=100), nullable=False),
        sa.Column(
            "appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column(
            "binding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("form", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=True),
        sa.Column("authorised_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_signing_batch_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_signing_batch_appointment_id_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["binding_id"],
            ["certificate_binding.id"],
            name=op.f("fk_signing_batch_binding_id_certificate_binding"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_signing_batch_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_batch")),
        sa.UniqueConstraint("form_token", name=op.f("uq_signing_batch_form_token")),
    )
    with op.batch_alter_table("signing_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_batch_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_signing_batch_appointment_id"), ["appointment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_signing_batch_binding_id"), ["binding_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_signing_batch_person_id"), ["person_id"], unique=False)

    op.create_table(
        "signing_batch_item",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("shown_sha256", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("authorisation", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("failure", sa.String(length=100), nullable=False),
        sa.Column(
            "failure_fields",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["signing_batch.id"],
            name=op.f("fk_signing_batch_item_batch_id_signing_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["outgoing_document.id"],
            name=op.f("fk_signing_batch_item_document_id_outgoing_document"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["signing_request.id"],
            name=op.f("fk_signing_batch_item_request_id_signing_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_batch_item")),
        sa.UniqueConstraint(
            "batch_id", "document_id", name=op.f("uq_signing_batch_item_batch_id_document_id")
        ),
    )
    with op.batch_alter_table("signing_batch_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signing_batch_item_batch_id"), ["batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_signing_batch_item_document_id"), ["document_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_signing_batch_item_request_id"), ["request_id"], unique=False
        )
        batch_op.create_index(
            "ix_signing_batch_item_turn", ["batch_id", "state", "ordinal"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("signing_batch_item", schema=None) as batch_op:
        batch_op.drop_index("ix_signing_batch_item_turn")
        batch_op.drop_index(batch_op.f("ix_signing_batch_item_request_id"))
        batch_op.drop_index(batch_op.f("ix_signing_batch_item_document_id"))
        batch_op.drop_index(batch_op.f("ix_signing_batch_item_batch_id"))

    op.drop_table("signing_batch_item")
    with op.batch_alter_table("signing_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signing_batch_person_id"))
        batch_op.drop_index(batch_op.f("ix_signing_batch_binding_id"))
        batch_op.drop_index(batch_op.f("ix_signing_batch_appointment_id"))
        batch_op.drop_index(batch_op.f("ix_signing_batch_agency_id"))

    op.drop_table("signing_batch")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_person_id"))

    op.drop_table("reading")
