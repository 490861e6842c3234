"""What every table shares: naming, and times that are always UTC."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Label, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Refuses naive values, stores UTC without offset, gives aware UTC back.

    Without offset because SQLite drops offsets silently and the replaced backend's columns have none:
    one storage form on both databases leaves nothing to convert.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime}


def named(model: type[Base], *attributes: str) -> list[Label[Any]]:
    """Columns for a select whose rows are to carry our names rather than the quoted ones of the database."""
    return [getattr(model, attribute).label(attribute) for attribute in attributes]
