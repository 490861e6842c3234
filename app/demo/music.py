"""A playlist that is shared."""

import uuid

from app.demo.cast import Person
from app.demo.stage import Stage
from core.models import Playlist, PlaylistTrack, Track

TRACKS = (("Thin Ice Waltz", "The Zambonis of Nowhere", 184), ("Slow Blades", "Aria Demo", 231))


def collect(stage: Stage, person: Person) -> None:
    """A shared playlist with tracks, and one of their own without."""
    me, at = stage.me(person.login), stage.unit(days_ago=90).now
    shared = Playlist(id=uuid.uuid4(), name="Program music", kind="program", share_token=uuid.uuid4())
    private = Playlist(id=uuid.uuid4(), name="Warm-up", kind="practice")
    tracks = [
        Track(id=uuid.uuid4(), title=title, artist=artist, duration_seconds=seconds, clearance_status="unknown")
        for title, artist, seconds in TRACKS
    ]
    for each in (shared, private, *tracks):
        each.skater_id, each.created_at = me.skater_id, at
    stage.session.add_all([shared, private, *tracks])
    stage.session.flush()
    stage.session.add_all(
        PlaylistTrack(id=uuid.uuid4(), playlist_id=shared.id, track_id=track.id, position=position)
        for position, track in enumerate(tracks)
    )
