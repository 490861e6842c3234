"""Who plays, and where: invented people, addresses that no mail can reach."""

from dataclasses import dataclass, field
from typing import Any

SEASON_DAYS = 270
CLUB = "Alpenglow Figure Skating Club"
SISTER_CLUB = "Eislaufverein Lindenhof"
LABEL = "Quiet Edge Music"

RINKS: list[dict[str, Any]] = [
    {"name": "Alpenglow Ice Center", "city": "Boulder", "state": "CO", "country": "US", "zip": "80301"}
    | {"address": "1 Demo Way", "url": "https://ice.alpenglow.example", "timezone": "America/Denver"},
    {"name": "Tabernash Ice Barn", "city": "Fort Collins", "state": "CO", "country": "US", "zip": "80521"}
    | {"address": "2 Sample Street", "url": "https://barn.example", "timezone": "America/Denver"},
    {"name": "Eishalle Lindenhof", "city": "Berlin", "state": "BE", "country": "DE", "zip": "01234"}
    | {"address": "Musterweg 3", "url": "https://lindenhof.example", "timezone": "Europe/Berlin"},
    {"name": "Kawabe Ice Arena", "city": "Tokyo", "state": None, "country": "JP", "zip": "100-0001"}
    | {"address": "4 Example", "url": "https://kawabe.example", "timezone": "Asia/Tokyo"},
]
CLUBS: list[dict[str, Any]] = [
    {"name": CLUB, "home_rink": "Alpenglow Ice Center", "cost": 140.0},
    {"name": SISTER_CLUB, "home_rink": "Eishalle Lindenhof", "cost": 95.0},
]
COACHES: list[dict[str, Any]] = [
    {"first_name": first, "last_name": last, "rate": rate, "email": f"{first.lower()}@alpenglow.example"}
    for first, last, rate in (
        ("Nadia", "Brandt", 90.0),
        ("Tom", "Okafor", 78.0),
        ("Lena", "Voss", 64.0),
        ("Yuki", "Tanabe", 70.0),
    )
]


@dataclass(frozen=True)
class Person:
    """Somebody with an account. `told` says what there is to see as them."""

    login: str
    roles: tuple[str, ...]
    told: str

    @property
    def email(self) -> str:
        return f"{self.login}@alpenglow.example"


@dataclass(frozen=True)
class Skater(Person):
    """`per_week` sessions on average, of which the `coached` part has a coach on it; `competes` by number."""

    profile: dict[str, Any] = field(default_factory=dict)
    rinks: tuple[str, ...] = ("Alpenglow Ice Center", "Tabernash Ice Barn")
    coach: str = "Nadia"
    club: str = CLUB
    per_week: float = 2.0
    coached: float = 0.4
    competes: tuple[int, ...] = ()


def _skater(login: str, last: str, zone: str, city: str, country: str, state: str | None = None, **more: Any) -> Skater:
    profile = {"first_name": login.capitalize(), "last_name": last, "timezone": zone, "city": city}
    return Skater(login, ("adult",), f"skater in {city}", profile | {"country": country, "state": state}, **more)


_DENVER, _BERLIN = "America/Denver", "Europe/Berlin"
_IN_BERLIN: dict[str, Any] = {"rinks": ("Eishalle Lindenhof",), "coach": "Lena", "club": SISTER_CLUB}
SKATERS = (
    _skater("cora", "Winters", _DENVER, "Boulder", "US", "CO", per_week=3.2, coached=0.5, competes=(0, 1, 3)),
    _skater("davi", "Marlow", _DENVER, "Longmont", "US", "CO", per_week=2.2, competes=(0, 3)),
    _skater("elin", "Frost", _DENVER, "Fort Collins", "US", "CO", per_week=1.6, coached=0.2, coach="Tom"),
    _skater("finn", "Abara", _DENVER, "Denver", "US", "CO", per_week=1.2, coached=0.1, competes=(1,)),
    _skater("greta", "Linden", _BERLIN, "Berlin", "DE", per_week=2.6, competes=(2, 4), **_IN_BERLIN),
    _skater("hanno", "Kessel", _BERLIN, "Potsdam", "DE", per_week=1.4, **_IN_BERLIN),
    _skater("ines", "Moran", "Europe/London", "Leeds", "GB", per_week=1.0, coached=0.3, **_IN_BERLIN),
    _skater("jun", "Kawabe", "Asia/Tokyo", "Tokyo", "JP", per_week=2.0, rinks=("Kawabe Ice Arena",), coach="Yuki"),
)
OWNER = Person("olivia", ("adult",), "owner: sees and may do everything")
GUARDIANS = (
    Person("gwen", ("guardian",), "guardian, not yet onboarded"),
    Person("gus", ("guardian",), "guardian, not yet onboarded"),
)
COACH = Person("nadia", ("coach",), "coach who accepted her invitation")
LABEL_OWNER = Person("lou", ("adult",), f"owns the label {LABEL}")
DESIGNER = Person("dana", ("adult",), "was let into the team as designer with the account she had")
ADMIN = Person("adam", (), "admin by team invitation: must set a password of his own first")
ARTISTS = (
    Person("aria", ("adult",), "artist of the label"),
    Person("ansel", ("adult",), "artist with an open invitation: sign in and see /invitations"),
    Person("aki", ("adult",), "artist who declined"),
)


def everybody() -> list[Person]:
    return [OWNER, ADMIN, DESIGNER, COACH, *SKATERS, *GUARDIANS, LABEL_OWNER, *ARTISTS]
