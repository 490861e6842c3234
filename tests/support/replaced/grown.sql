-- What years of migrations made of the same tables: defaults, names of their own, indexes in place of constraints.
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('016_add_compete_usa');

ALTER TABLE invite_tokens ALTER max_uses SET DEFAULT 1, ALTER use_count SET DEFAULT 0, ALTER use_count DROP NOT NULL,
    DROP CONSTRAINT invite_tokens_created_by_fkey;
UPDATE invite_tokens SET created_by = 99 WHERE id = 1;
ALTER TABLE password_reset_tokens ALTER used SET DEFAULT false, ALTER created_at SET DEFAULT now();
ALTER TABLE m_tracks ALTER is_performance_cut SET DEFAULT false, ALTER title DROP NOT NULL;
ALTER TABLE "uAuthTable" ALTER fs_uniquifier DROP NOT NULL, ALTER created_at SET DEFAULT now(),
    ALTER "aEmail" TYPE text, ADD nickname varchar DEFAULT 'x' NOT NULL;
UPDATE "uAuthTable" SET fs_uniquifier = NULL WHERE id > 3;
ALTER TABLE locations ALTER rink_name TYPE varchar(200), ALTER rink_city SET NOT NULL;

ALTER TABLE "uSkaterConfig" RENAME CONSTRAINT "uSkaterConfig_share_token_key" TO uq_skater_share_token;
ALTER TABLE "uSkaterConfig" DROP CONSTRAINT "uSkaterConfig_uSkaterComboOff_key";
ALTER TABLE m_playlists DROP CONSTRAINT m_playlists_share_token_key;
CREATE UNIQUE INDEX ix_m_playlists_share_token ON m_playlists (share_token);
ALTER TABLE "uAuthTable" DROP CONSTRAINT "uAuthTable_aLogin_key", DROP CONSTRAINT "uAuthTable_aEmail_key",
    DROP CONSTRAINT "uAuthTable_fs_uniquifier_key";
CREATE UNIQUE INDEX "ix_uAuthTable_aLogin" ON "uAuthTable" ("aLogin");
CREATE UNIQUE INDEX one_address_each ON "uAuthTable" (lower("aEmail"));
CREATE UNIQUE INDEX "ix_uAuthTable_fs_uniquifier" ON "uAuthTable" (fs_uniquifier);
ALTER TABLE m_playlist_tracks ADD CONSTRAINT uq_playlist_track UNIQUE (playlist_id, track_id);

CREATE INDEX "ix_m_tracks_uSkaterUUID" ON m_tracks ("uSkaterUUID");
CREATE INDEX ix_user_roles_role_id ON user_roles (role_id);
CREATE INDEX idx_skaters_events ON e_events ("uSkaterUUID");

ALTER TABLE ice_time RENAME CONSTRAINT ice_time_pkey TO pk_training;
ALTER TABLE ice_time RENAME CONSTRAINT ice_time_rink_id_fkey TO fk_where;
ALTER TABLE club_directory DROP CONSTRAINT club_directory_club_home_rink_fkey;
ALTER TABLE club_members DROP CONSTRAINT club_members_club_id_fkey,
    ADD CONSTRAINT fk_club FOREIGN KEY (club_id) REFERENCES club_directory;
ALTER TABLE coaches ALTER id DROP DEFAULT;
DROP SEQUENCE coaches_id_seq;
ALTER SEQUENCE role_id_seq OWNED BY NONE;

-- Somebody's trigger that stamps what changes, and keeps what was there.
CREATE TABLE changes (what text);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO changes VALUES (old::text); RETURN new; END $$;
CREATE TRIGGER note_change BEFORE UPDATE ON invite_tokens FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN new.updated_at = now(); RETURN new; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON "uAuthTable" FOR EACH ROW EXECUTE FUNCTION stamp();
