"""What skaters choose from on the first day: kinds of ice time and of events, and the entries that stand for none.

Ids are those of the replaced backend, whose front end knows them.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

ICE_TYPES = {
    "dc812842-a9a9-4902-b680-361420baffe5": "Free Style (Walk On)",
    "cedbb4e9-ab5b-4a14-a273-fd9783aaac86": "Public",
    "12208eeb-9ffe-4ac3-90d3-976741a34249": "Coaching Session",
    "7a3b3441-04d6-4b5a-afb6-eb556022c2e7": "Competition",
    "88f87085-927d-4b77-b1c9-77d6de7c2d28": "Performance",
    "e48d17a7-d092-4320-8e5b-6670d57b104b": "Club Ice",
    "db32094e-9b0d-42a5-b87f-cd47729b6c65": "Group Class",
    "0bcb0d7a-f5f0-41e2-bccb-78e80eb6673f": "Free Style (Punch Card)",
    "a2250306-a238-4ff3-b772-ae86cbda0d7c": "Off Ice - Concrete or Asphalt",
    "43cae2d2-909c-47a1-ac7d-a1a923c25d4e": "Off Ice - Rink",
}
BODIES = {
    1: ("None", "Unaffiliated"),
    2: ("USFSA", "U.S. Figure Skating Association"),
    3: ("ISI", "Ice Sports Industry"),
    4: ("Other", "Other"),
    5: ("Compete USA", "Compete USA"),
}
EVENT_TYPES = {
    1: ("Competition", "6.0", 2, False),
    2: ("Competition", "6.0", 1, False),
    3: ("Showcase", "CJS", 2, False),
    4: ("Showcase", None, 1, False),
    5: ("Exhibition", None, 1, False),
    6: ("Competition", "IJS", 2, False),
    7: ("Competition", "6.0", 5, True),
    8: ("Competition", "6.0", 5, False),
    9: ("Competition", "IJS", 5, False),
    10: ("Competition", "CJS", 5, False),
}
NO_COACH = {"coach_id": UUID("487d43b5-0a4d-4dc4-8cc2-ab06870a10bf"), "coach_Fname": "-", "coach_Lname": "-"}
NO_RINK = {"rink_id": UUID("b261166b-9e7c-4a96-ab06-ec630deb3321"), "rink_name": "Off Ice"}
NO_CLUB = {"club_id": UUID("c4dd2b9c-50f1-4f5b-a439-fd8f36a654d6"), "club_name": "No Club"}


def seed() -> None:
    """Add what is not there yet."""
    ice_types = [{"ice_type_id": UUID(key), "ice_type": name} for key, name in ICE_TYPES.items()]
    _add("ice_type", ("ice_type_id",), ice_types)
    bodies = [{"id": _body(n), "short_name": short, "full_name": full} for n, (short, full) in BODIES.items()]
    _add("e_governing_bodies", ("id",), bodies)
    _add("e_event_types", ("id",), [_event_type(number, *about) for number, about in EVENT_TYPES.items()])
    where = {"rink_address": "-", "rink_city": "-", "rink_state": "-", "rink_country": "-", "rink_zip": "00000"}
    _add("locations", ("rink_id", "rink_name"), [NO_RINK | where | {"rink_url": "-", "rink_phone": "-"}])
    _add("club_directory", ("club_id", "club_name"), [NO_CLUB | {"club_cost": 0.0}])
    _add("coaches", ("coach_id", "coach_Lname"), [NO_COACH | {"coach_rate": 0.0}])


def remove() -> None:
    """Take back what stands in tables of earlier migrations, unless somebody has come to use it."""
    profiles = _table("uSkaterConfig", ["org_Club"])
    for name, entry in (("club_directory", NO_CLUB), ("locations", NO_RINK), ("coaches", NO_COACH)):
        table = _table(name, entry)
        key = next(iter(entry))
        unused = table.c[key] == entry[key]
        if name == "club_directory":
            unused &= ~sa.exists().where(profiles.c.org_Club == entry[key])
        op.get_bind().execute(sa.delete(table).where(unused))


def _body(number: int) -> UUID:
    return UUID(f"a0000000-0000-0000-0000-{number:012x}")


def _event_type(number: int, category: str, scoring: str | None, body: int, single_mark: bool) -> dict[str, Any]:
    key = UUID(f"b0000000-0000-0000-0000-{number:012x}")
    about = {"category": category, "scoring_system": scoring, "single_mark": single_mark}
    return {"id": key, "governing_body_id": _body(body), **about}


def _add(name: str, by: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Add those rows that share none of these columns with one that is there, be it by another name."""
    table = _table(name, rows[0])
    present = {each: set(op.get_bind().scalars(sa.select(table.c[each]))) for each in by}
    op.bulk_insert(table, [row for row in rows if not any(row[each] in present[each] for each in by)])


def _table(name: str, columns: Any) -> sa.TableClause:
    kinds = {"id": sa.Uuid(), "org_Club": sa.Uuid()}
    return sa.table(
        name, *(sa.column(each, kinds.get(each) or (sa.Uuid() if each.endswith("_id") else None)) for each in columns)
    )
