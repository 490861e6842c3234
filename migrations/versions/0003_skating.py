"""The skater's side: what skaters choose from and record, equipment, events, music. A database that was taken over has
most of it already."""

import sqlalchemy as sa
from alembic import op

from migrations import legacy, reference

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    legacy.create_table(
        "e_governing_bodies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_e_governing_bodies")),
    )
    legacy.create_table(
        "ice_type",
        sa.Column("ice_type_id", sa.Uuid(), nullable=False),
        sa.Column("ice_type", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("ice_type_id", name=op.f("pk_ice_type")),
    )
    legacy.create_table(
        "e_event_types",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("scoring_system", sa.String(), nullable=True),
        sa.Column("governing_body_id", sa.Uuid(), nullable=True),
        sa.Column("single_mark", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["governing_body_id"], ["e_governing_bodies.id"], name=op.f("fk_e_event_types_governing_body_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_e_event_types")),
    )
    legacy.create_table(
        "classes_camp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("camp_cost", sa.Float(), nullable=True),
        sa.Column("camp_name", sa.String(), nullable=True),
        sa.Column("date_start", sa.DateTime(), nullable=True),
        sa.Column("date_end", sa.DateTime(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.rink_id"], name=op.f("fk_classes_camp_location_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_classes_camp_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classes_camp")),
    )
    legacy.create_index("classes_camp", "uSkaterUUID")
    legacy.create_table(
        "classes_school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("class_cost", sa.Float(), nullable=True),
        sa.Column("class_name", sa.String(), nullable=True),
        sa.Column("date_start", sa.DateTime(), nullable=True),
        sa.Column("date_end", sa.DateTime(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.rink_id"], name=op.f("fk_classes_school_location_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"],
            ["uSkaterConfig.uSkaterUUID"],
            name=op.f("fk_classes_school_uSkaterUUID"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classes_school")),
    )
    legacy.create_index("classes_school", "uSkaterUUID")
    legacy.create_table(
        "club_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("club_id", sa.Uuid(), nullable=True),
        sa.Column("joined_date", sa.DateTime(), nullable=True),
        sa.Column("expiration_date", sa.DateTime(), nullable=True),
        sa.Column("membership_fee", sa.Float(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["club_id"], ["club_directory.club_id"], name=op.f("fk_club_members_club_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_club_members_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_members")),
    )
    legacy.create_index("club_members", "uSkaterUUID")
    legacy.create_table(
        "m_playlists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("playlist_type", sa.String(), nullable=False),
        sa.Column("share_token", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_m_playlists_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_m_playlists")),
        sa.UniqueConstraint("share_token", name=op.f("uq_m_playlists_share_token")),
    )
    legacy.create_index("m_playlists", "uSkaterUUID")
    legacy.create_table(
        "m_tracks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("artist", sa.String(), nullable=True),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("is_performance_cut", sa.Boolean(), nullable=True),
        sa.Column("cut_duration_seconds", sa.Integer(), nullable=True),
        sa.Column("storage_key", sa.String(), nullable=True),
        sa.Column("clearance_status", sa.String(), nullable=False),
        sa.Column("clearance_provider", sa.String(), nullable=True),
        sa.Column("clearance_ref", sa.String(), nullable=True),
        sa.Column("apple_music_url", sa.String(), nullable=True),
        sa.Column("spotify_url", sa.String(), nullable=True),
        sa.Column("youtube_url", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_m_tracks_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_m_tracks")),
    )
    legacy.create_index("m_tracks", "uSkaterUUID")
    legacy.create_table(
        "uSkateConfig",
        sa.Column("sConfigID", sa.Uuid(), nullable=False),
        sa.Column("date_created", sa.DateTime(), nullable=True),
        sa.Column("uSkaterBladesID", sa.Uuid(), nullable=True),
        sa.Column("uSkaterBootsID", sa.Uuid(), nullable=True),
        sa.Column("sConfigType", sa.Integer(), nullable=True),
        sa.Column("sActiveFlag", sa.Integer(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_uSkateConfig_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sConfigID", name=op.f("pk_uSkateConfig")),
    )
    legacy.create_index("uSkateConfig", "uSkaterUUID")
    legacy.create_table(
        "uSkaterBlades",
        sa.Column("bladesID", sa.Uuid(), nullable=False),
        sa.Column("date_created", sa.DateTime(), nullable=True),
        sa.Column("bladesName", sa.String(), nullable=True),
        sa.Column("bladesModel", sa.String(), nullable=True),
        sa.Column("bladesSize", sa.String(), nullable=True),
        sa.Column("bladesPurchaseAmount", sa.Float(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"],
            ["uSkaterConfig.uSkaterUUID"],
            name=op.f("fk_uSkaterBlades_uSkaterUUID"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("bladesID", name=op.f("pk_uSkaterBlades")),
    )
    legacy.create_index("uSkaterBlades", "uSkaterUUID")
    legacy.create_table(
        "uSkaterBoots",
        sa.Column("bootsID", sa.Uuid(), nullable=False),
        sa.Column("date_created", sa.DateTime(), nullable=True),
        sa.Column("bootsName", sa.String(), nullable=True),
        sa.Column("bootsModel", sa.String(), nullable=True),
        sa.Column("bootsSize", sa.String(), nullable=True),
        sa.Column("bootsPurchaseAmount", sa.Float(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_uSkaterBoots_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bootsID", name=op.f("pk_uSkaterBoots")),
    )
    legacy.create_index("uSkaterBoots", "uSkaterUUID")
    legacy.create_table(
        "uSkaterEquipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date_created", sa.DateTime(), nullable=True),
        sa.Column("equip_manufacturer", sa.String(), nullable=True),
        sa.Column("equip_model", sa.String(), nullable=True),
        sa.Column("equip_notes", sa.String(), nullable=True),
        sa.Column("equip_size", sa.String(), nullable=True),
        sa.Column("equip_color", sa.String(), nullable=True),
        sa.Column("equip_vendor", sa.String(), nullable=True),
        sa.Column("equip_cost", sa.Float(), nullable=True),
        sa.Column("equip_url", sa.String(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"],
            ["uSkaterConfig.uSkaterUUID"],
            name=op.f("fk_uSkaterEquipment_uSkaterUUID"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uSkaterEquipment")),
    )
    legacy.create_index("uSkaterEquipment", "uSkaterUUID")
    legacy.create_table(
        "e_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_label", sa.String(), nullable=False),
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column("event_location", sa.Uuid(), nullable=True),
        sa.Column("hosting_club", sa.Uuid(), nullable=True),
        sa.Column("coach_id", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=False),
        sa.Column("uSkaterConfig", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coaches.coach_id"], name=op.f("fk_e_events_coach_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_location"], ["locations.rink_id"], name=op.f("fk_e_events_event_location"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["hosting_club"], ["club_directory.club_id"], name=op.f("fk_e_events_hosting_club"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterConfig"], ["uSkateConfig.sConfigID"], name=op.f("fk_e_events_uSkaterConfig"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_e_events_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_e_events")),
    )
    legacy.create_index("e_events", "uSkaterUUID")
    legacy.create_table(
        "e_tests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("test_cost", sa.Float(), nullable=True),
        sa.Column("test_label", sa.String(), nullable=True),
        sa.Column("test_level", sa.String(), nullable=True),
        sa.Column("test_type", sa.Uuid(), nullable=True),
        sa.Column("test_results", sa.String(), nullable=True),
        sa.Column("test_date", sa.DateTime(), nullable=True),
        sa.Column("test_location", sa.Uuid(), nullable=True),
        sa.Column("uSkaterConfig", sa.Uuid(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["test_location"], ["locations.rink_id"], name=op.f("fk_e_tests_test_location"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["test_type"], ["e_event_types.id"], name=op.f("fk_e_tests_test_type"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterConfig"], ["uSkateConfig.sConfigID"], name=op.f("fk_e_tests_uSkaterConfig"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_e_tests_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_e_tests")),
    )
    legacy.create_index("e_tests", "uSkaterUUID")
    legacy.create_table(
        "ice_time",
        sa.Column("ice_time_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.DateTime(), nullable=True),
        sa.Column("ice_time", sa.Integer(), nullable=True),
        sa.Column("ice_cost", sa.Float(), nullable=True),
        sa.Column("skate_type", sa.Uuid(), nullable=True),
        sa.Column("coach_time", sa.Integer(), nullable=True),
        sa.Column("coach_id", sa.Uuid(), nullable=True),
        sa.Column("coach_cost", sa.Float(), nullable=True),
        sa.Column("has_video", sa.Integer(), nullable=True),
        sa.Column("has_notes", sa.Integer(), nullable=True),
        sa.Column("rink_id", sa.Uuid(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.Column("uSkaterConfig", sa.Uuid(), nullable=True),
        sa.Column("uSkaterType", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coaches.coach_id"], name=op.f("fk_ice_time_coach_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rink_id"], ["locations.rink_id"], name=op.f("fk_ice_time_rink_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["skate_type"], ["ice_type.ice_type_id"], name=op.f("fk_ice_time_skate_type"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterConfig"], ["uSkateConfig.sConfigID"], name=op.f("fk_ice_time_uSkaterConfig"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_ice_time_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ice_time_id", name=op.f("pk_ice_time")),
    )
    legacy.create_index("ice_time", "uSkaterUUID", "date")
    legacy.create_table(
        "m_playlist_tracks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("playlist_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_id"], ["m_playlists.id"], name=op.f("fk_m_playlist_tracks_playlist_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["m_tracks.id"], name=op.f("fk_m_playlist_tracks_track_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_m_playlist_tracks")),
    )
    legacy.create_index("m_playlist_tracks", "playlist_id")
    legacy.create_table(
        "maintenance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("m_date", sa.DateTime(), nullable=True),
        sa.Column("m_hours_on", sa.Integer(), nullable=True),
        sa.Column("m_cost", sa.Float(), nullable=True),
        sa.Column("m_location", sa.Uuid(), nullable=True),
        sa.Column("m_notes", sa.String(), nullable=True),
        sa.Column("m_roh", sa.String(), nullable=True),
        sa.Column("m_pref_hours", sa.Float(), nullable=True),
        sa.Column("uSkaterBladesID", sa.Uuid(), nullable=True),
        sa.Column("uSkaterConfig", sa.Uuid(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uSkaterBladesID"],
            ["uSkaterBlades.bladesID"],
            name=op.f("fk_maintenance_uSkaterBladesID"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterConfig"], ["uSkateConfig.sConfigID"], name=op.f("fk_maintenance_uSkaterConfig"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"], ["uSkaterConfig.uSkaterUUID"], name=op.f("fk_maintenance_uSkaterUUID"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    legacy.create_index("maintenance", "uSkaterUUID")
    legacy.create_table(
        "e_event_costs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["e_events.id"], name=op.f("fk_e_event_costs_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_e_event_costs")),
    )
    legacy.create_index("e_event_costs", "event_id")
    legacy.create_table(
        "e_event_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("entry_date", sa.Date(), nullable=True),
        sa.Column("event_segment", sa.String(), nullable=True),
        sa.Column("event_level", sa.String(), nullable=True),
        sa.Column("event_type", sa.Uuid(), nullable=True),
        sa.Column("placement", sa.Integer(), nullable=True),
        sa.Column("field_size", sa.Integer(), nullable=True),
        sa.Column("majority", sa.String(), nullable=True),
        sa.Column("total_segment_score", sa.Float(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("video_url", sa.String(), nullable=True),
        sa.Column("event_results", sa.String(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["e_events.id"], name=op.f("fk_e_event_entries_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_type"], ["e_event_types.id"], name=op.f("fk_e_event_entries_event_type")),
        sa.ForeignKeyConstraint(
            ["uSkaterUUID"],
            ["uSkaterConfig.uSkaterUUID"],
            name=op.f("fk_e_event_entries_uSkaterUUID"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_e_event_entries")),
    )
    legacy.create_index("e_event_entries", "event_id")
    legacy.create_index("e_event_entries", "uSkaterUUID")
    reference.seed()
    if legacy.is_taken_over():
        legacy.keep_secrets_safe()
        legacy.fill_coach_keys()
        legacy.tell_staff()


def downgrade() -> None:
    legacy.refuse_to_drop()
    reference.remove()
    for name in reversed(TABLES):
        op.drop_table(name)


TABLES = (
    "e_governing_bodies",
    "ice_type",
    "e_event_types",
    "classes_camp",
    "classes_school",
    "club_members",
    "m_playlists",
    "m_tracks",
    "uSkateConfig",
    "uSkaterBlades",
    "uSkaterBoots",
    "uSkaterEquipment",
    "e_events",
    "e_tests",
    "ice_time",
    "m_playlist_tracks",
    "maintenance",
    "e_event_costs",
    "e_event_entries",
)
