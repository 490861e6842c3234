"""What a Flask view costs that does nothing, one that selects a row by a unique key through a SQLAlchemy pool, and one
that checks a password before that."""

import os
from threading import BoundedSemaphore
from typing import Any

from flask import jsonify, request
from sqlalchemy import String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.bench.bare import app


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "floor"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))


engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=10)
KEY = "f" * 64
SLOT = BoundedSemaphore()


@app.get("/row")
def row() -> Any:
    with Session(engine) as session:
        found = session.scalars(select(Row).where(Row.key == KEY)).one()
        return jsonify(id=found.id, name=found.name)


@app.post("/password")
def password() -> Any:
    from tests.bench import hashing  # not before: it is no part of what the row floor takes to start and to hold

    with SLOT:
        hashing.check(request.get_json()["password"])
    return row()


def fill() -> None:
    """The table with a thousand rows, of which one is asked for."""
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(Row(key=f"{number:064}", name=f"row {number}") for number in range(1000))
        session.add(Row(key=KEY, name="the one"))
