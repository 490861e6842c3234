"""Invitations of every kind in every state, with links to try."""

from dataclasses import dataclass

from app import links
from app.demo import cast
from app.demo.stage import Stage
from core import coaches, invitations, labels, resending, teams, tenants
from core.invitations import Issued
from core.sessions import SignedIn

MONTH = 30 * 24 * 60 * 60


@dataclass(frozen=True)
class Link:
    """`kind` and `state` of an invitation, what it is for, and where it leads."""

    kind: str
    state: str
    told: str
    url: str


def open_all(stage: Stage, owner: SignedIn) -> list[Link]:
    """Let everybody in, and leave links of all states behind."""
    return [*_gate(stage, owner), *_coaches(stage, owner), *_team(stage, owner)]


def make_label(stage: Stage) -> Link:
    """A label that three artists were asked by: one joined, one said no, one has not answered yet."""
    accepts, waits, declines = (stage.me(person.login) for person in cast.ARTISTS)
    label_id = labels.create(stage.unit(days_ago=110), cast.LABEL, cast.LABEL_OWNER.login)
    lou = stage.me(cast.LABEL_OWNER.login)

    def ask(artist: SignedIn, days_ago: float) -> labels.Asked:
        unit = stage.unit(days_ago=days_ago, by=lou)
        return labels.invite(unit, lou, label_id, artist.skater_id, f"{artist.login}, skate to our music?")

    labels.accept(stage.unit(days_ago=98, by=accepts), accepts, ask(accepts, 100).id)
    labels.decline(stage.unit(days_ago=58, by=declines), declines, ask(declines, 60).id)
    ask(waits, 1)
    return Link("label", "pending", f"sign in as {waits.login} and answer", links.invitations_page())


def _gate(stage: Stage, owner: SignedIn) -> list[Link]:
    def issue(note: str, days_ago: float, max_uses: int, *roles: str, seconds: int | None = MONTH) -> Issued:
        unit = stage.unit(days_ago=days_ago, by=owner)
        end = invitations.ending(unit, seconds=seconds) if seconds else None
        return invitations.issue(unit, roles=roles, max_uses=max_uses, expires_at=end, note=note)

    season = issue("Season opening", 281, len(cast.SKATERS))
    for number, skater in enumerate(cast.SKATERS):
        stage.register(skater, season.secret, days_ago=280 - number)
    families = issue("Families' afternoon", 6, 5, "guardian")
    for number, guardian in enumerate(cast.GUARDIANS):
        stage.register(guardian, families.secret, days_ago=5 - number)
    open_house = issue("Open house, on the poster", 200, 0, seconds=None)
    for number, guest in enumerate((cast.LABEL_OWNER, cast.DESIGNER)):
        stage.register(guest, open_house.secret, days_ago=190 - number)
    artists = issue("Artists' night", 130, len(cast.ARTISTS), "artist")
    for number, artist in enumerate(cast.ARTISTS):
        stage.register(artist, artists.secret, days_ago=128 - number)
    lost = issue("Left at the rink", 3, 10)
    invitations.revoke(stage.unit(days_ago=2, by=owner), lost.id)
    return [
        _link("active", "unused, one person", issue("A friend of Cora's", 1, 1)),
        _link("active", "partly used: 2 of 5 families", families),
        _link("active", "unlimited, without end", open_house),
        _link("used", "used up by eight skaters", season),
        _link("expired", "last season's flyer", issue("Flyer", 60, 20)),
        _link("revoked", "lost at the rink", lost),
    ]


def _link(state: str, told: str, issued: Issued) -> Link:
    return Link("gate", state, told, links.invite(issued).invite_url)


def _coaches(stage: Stage, owner: SignedIn) -> list[Link]:
    home, away = (tenants.create(stage.unit(days_ago=275), name) for name in (cast.CLUB, cast.SISTER_CLUB))
    places = {"Nadia": (home, "head_coach"), "Tom": (home, "coach"), "Lena": (away, "coach"), "Yuki": (home, "coach")}

    def ask(first_name: str, days_ago: float) -> Issued:
        [about] = [each for each in cast.COACHES if each["first_name"] == first_name]
        tenant_id, part = places[first_name]
        unit, name = stage.unit(days_ago=days_ago, by=owner), f"{first_name} {about['last_name']}"
        return coaches.invite(unit, None, name=name, email=about["email"], part=part, tenant_id=tenant_id).link

    nadia = ask("Nadia", 272)
    stage.register(cast.COACH, nadia.secret, days_ago=271)
    pending, expired, replaced, fresh = ask("Tom", 2), ask("Lena", 40), ask("Yuki", 6), ask("Yuki", 1)
    told = {
        ("accepted", "Nadia Brandt, head coach"): nadia,
        ("pending", "Tom Okafor"): pending,
        ("expired", "Lena Voss"): expired,
        ("replaced", "Yuki Tanabe's first link"): replaced,
        ("pending", "Yuki Tanabe's second link"): fresh,
    }
    return [Link("coach", *about, links.coach(link.secret)) for about, link in told.items()]


def _team(stage: Stage, owner: SignedIn) -> list[Link]:
    def ask(email: str, role: str, days_ago: float) -> Issued:
        unit = stage.unit(days_ago=days_ago, by=owner)
        verdict = teams.invite(unit, teams.begin_inviting(unit, owner, [email]), email, role)
        assert verdict.link is not None, verdict
        return verdict.link

    designer, admin = ask(cast.DESIGNER.email, "designer", 160), ask(cast.ADMIN.email, "admin", 30)
    dana = stage.me(cast.DESIGNER.login)
    teams.accept(stage.unit(days_ago=159, by=dana), designer.secret, dana)
    teams.accept(stage.unit(days_ago=29), admin.secret, None)
    pending, revoked = ask("petra@alpenglow.example", "dev", 2), ask("ruben@alpenglow.example", "dev", 5)
    resending.revoke(stage.unit(days_ago=4, by=owner), owner, revoked.id)
    return [
        Link("team", "accepted", "Dana, designer", links.team(designer.secret)),
        Link("team", "pending", "petra, dev", links.team(pending.secret)),
        Link("team", "revoked", "ruben, dev", links.team(revoked.secret)),
    ]
