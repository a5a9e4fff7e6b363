"""certified copies and the signatures asked for on them"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
REFERENCES = {
    "certified_copy": {
        "agency_id": "agency",
        "requester_id": "person",
        "signer_id": "appointment",
        "incoming_id": "incoming_document",
        "outgoing_id": "outgoing_document",
        "number_entry_id": "register_entry",
    },
    "copy_signing": {
        "copy_id": "certified_copy",
        "binding_id": "certificate_binding",
        "person_id": "person",
    },
}
INDEXES = {
    "certified_copy": (
        "agency_id", "requester_id", "signer_id", "incoming_id", "outgoing_id", "state",
        "reference",
    ),
    "copy_signing": ("copy_id", "binding_id", "person_id"),
}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "certified_copy",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", KEY, nullable=False),
        sa.Column("requester_id", KEY, nullable=False),
        sa.Column("signer_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("medium", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("incoming_id", KEY, nullable=True),
        sa.Column("outgoing_id", KEY, nullable=True),
        sa.Column("original_reference", sa.String(length=100), nullable=False),
        sa.Column("original_date", sa.Date(), nullable=True),
        sa.Column("original_issuer", sa.String(length=500), nullable=False),
        sa.Column("original_subject", sa.String(length=500), nullable=False),
        sa.Column("to_places", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("input_name", sa.String(length=500), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("is_coarse", sa.Boolean(), nullable=False),
        sa.Column("notation", sa.String(length=100), nullable=False),
        sa.Column("number_entry_id", KEY, nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("issued_date", sa.Date(), nullable=True),
        sa.Column("output_sha256", sa.String(length=64), nullable=True),
        sa.Column("failure", sa.String(length=100), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=True),
        *_references("certified_copy"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certified_copy")),
        sa.UniqueConstraint("form_token", name=op.f("uq_certified_copy_form_token")),
    )
    op.create_table(
        "copy_signing",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("copy_id", KEY, nullable=False),
        sa.Column("binding_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("person_name", sa.String(length=100), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("output_sha256", sa.String(length=64), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("authorisation", sa.LargeBinary(), nullable=True),
        sa.Column("authorised_until", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("failure", sa.String(length=100), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        *_references("copy_signing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_signing")),
    )
    for table, columns in INDEXES.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.create_index(
        op.f("ix_certified_copy_number_entry_id"), "certified_copy", ["number_entry_id"],
        unique=True,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("copy_signing")
    op.drop_table("certified_copy")


def _references(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")
        )
        for column, target in REFERENCES[table].items()
    ]
