"""What all tables share: the declarative base, column types, the naming of constraints."""

from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator):
    """An aware moment, kept in UTC; refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:  # the first hours of year 1, as only a careless sender says
            return value.replace(tzinfo=UTC)

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite grows a rowid only for INTEGER; PostgreSQL gets the wide one.
Id = BigInteger().with_variant(Integer(), "sqlite")

PrimaryKey = Annotated[int, mapped_column(Id, primary_key=True, autoincrement=True)]
Short = Annotated[str, mapped_column(String(100), default="")]
Line = Annotated[str, mapped_column(String(500), default="")]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant, dict: Json, list: Json}


def reference_to(target: str, **options: object):
    """A foreign key column, indexed: every one of them is followed backwards by some page."""
    options.setdefault("index", True)
    return mapped_column(Id, ForeignKey(target), **options)
