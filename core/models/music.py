"""A skater's music: tracks, and playlists that may be shared."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base
from core.models.skating import Profile


class Track(Base):
    __tablename__ = "m_tracks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    skater_id: Mapped[uuid.UUID] = mapped_column(
        "uSkaterUUID", ForeignKey(Profile.skater_id, ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String)
    artist: Mapped[str | None] = mapped_column(String)
    duration_seconds: Mapped[int | None]
    is_performance_cut: Mapped[bool | None]
    cut_duration_seconds: Mapped[int | None]
    storage_key: Mapped[str | None] = mapped_column(String)
    clearance_status: Mapped[str] = mapped_column(String)
    clearance_provider: Mapped[str | None] = mapped_column(String)
    clearance_ref: Mapped[str | None] = mapped_column(String)
    apple_music_url: Mapped[str | None] = mapped_column(String)
    spotify_url: Mapped[str | None] = mapped_column(String)
    youtube_url: Mapped[str | None] = mapped_column(String)
    created_at: Mapped[datetime]


class Playlist(Base):
    """Shared while it has a `share_token`."""

    __tablename__ = "m_playlists"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    skater_id: Mapped[uuid.UUID] = mapped_column(
        "uSkaterUUID", ForeignKey(Profile.skater_id, ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String)
    description: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column("playlist_type", String)
    share_token: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class PlaylistTrack(Base):
    __tablename__ = "m_playlist_tracks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    playlist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Playlist.id, ondelete="CASCADE"), index=True)
    track_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Track.id, ondelete="CASCADE"))
    position: Mapped[int]
