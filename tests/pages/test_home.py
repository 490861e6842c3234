"""Home: what there is for me."""

import uuid

from sqlalchemy.orm import Session

from app.extensions import db
from core.models import IceSession, LabelArtist, Profile
from tests.support.pages import press, send, title, told
from tests.support.world import AUTH, World


def test_labels_that_ask_are_answered_at_home(world: World) -> None:
    lou, art = world.member("Lou"), world.member("Art", "artist")
    skater = art.session().json["uSkaterUUID"]
    for name, message in (("Ice Records", "Come <and> sing"), ("Rink Tapes", None)):
        label = world.label(lou, name)
        lou.post(f"/api/v4/labels/{label}/invitations", {"artistId": skater, "message": message})

    home = art.get("/")
    assert "Labels ask you" in told(home)
    assert "Come <and> sing" in told(home)
    [records] = [part for part in home.text.split("<li>") if "Ice Records" in part]
    path = records.partition('action="')[2].partition('"')[0]
    assert send(art, path).headers["Location"] == "/invitations?done=accepted"

    assert "ask you" not in told(art.get("/"))
    assert len(world.rows(LabelArtist)) == 1
    assert "Rink Tapes expired" in told(art.get("/invitations"))


def test_this_month_on_the_ice_is_told_in_hours(world: World) -> None:
    cas = world.member("Cas")
    cas.post(f"{AUTH}/onboard", {"first_name": "Cas", "last_name": "Nobody"})
    assert "Nothing is recorded yet." in told(cas.get("/"))
    [profile] = world.rows(Profile)
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        for minutes in (75, 60):
            session.add(IceSession(at=world.clock.now, minutes=minutes, skater_id=profile.skater_id))

    home = cas.get("/")

    assert "Time 2 h 15 min Sessions 2" in told(home)
    assert press(cas, home, "Share it").headers["Location"] == "/card?done=shared#share"
    assert "Its link" in told(cas.get("/"))


def test_a_forced_password_comes_before_everything_else(world: World) -> None:
    dev = world.somebody("Dev")
    send(dev, "/team/join", token=world.invite(kind="team", email="dev@club.test", roles=["dev"]))

    for path in ("/profile", "/card", "/invitations"):
        assert dev.get(path).headers["Location"] == "/account"
        assert title(dev.get(path, follow_redirects=True)) == "Set a password"
    assert send(dev, f"/invitations/{uuid.uuid4()}/accept").headers["Location"] == "/account"
