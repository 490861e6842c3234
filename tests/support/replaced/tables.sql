-- The tables of the replaced backend as its tool sets them up: PostgreSQL names the constraints, nothing has a default.
CREATE TABLE role (id serial PRIMARY KEY, name varchar(80) NOT NULL UNIQUE, description varchar(255));
CREATE TABLE locations (
    rink_id uuid PRIMARY KEY, rink_name varchar, rink_address varchar, rink_city varchar, rink_state varchar,
    rink_country varchar, rink_zip varchar NOT NULL, rink_url varchar, rink_phone varchar, rink_tz varchar,
    data_source varchar, date_created timestamp
);
CREATE TABLE club_directory (
    club_id uuid PRIMARY KEY, club_name varchar, club_home_rink uuid REFERENCES locations ON DELETE CASCADE,
    club_cost double precision
);
CREATE TABLE coaches (
    id serial PRIMARY KEY, coach_id uuid NOT NULL UNIQUE, "coach_Fname" varchar, "coach_Lname" varchar,
    coach_rate double precision, coach_usfsa_id integer, coach_ijs_id integer, coach_phone integer,
    coach_email varchar, "uSkaterUUID" uuid
);
CREATE TABLE ice_type (ice_type_id uuid PRIMARY KEY, ice_type varchar);
CREATE TABLE e_governing_bodies (id uuid PRIMARY KEY, short_name varchar NOT NULL, full_name varchar);
CREATE TABLE e_event_types (
    id uuid PRIMARY KEY, category varchar NOT NULL, scoring_system varchar,
    governing_body_id uuid REFERENCES e_governing_bodies, single_mark boolean
);

CREATE TABLE "uAuthTable" (
    id serial PRIMARY KEY, "aLogin" varchar(80) NOT NULL UNIQUE, "aPasswordHash" text NOT NULL,
    "aEmail" varchar(120) NOT NULL UNIQUE, phone_number varchar(20) UNIQUE, "uSkaterUUID" uuid NOT NULL UNIQUE,
    fs_uniquifier varchar(64) NOT NULL UNIQUE, created_at timestamp, updated_at timestamp
);
CREATE TABLE user_roles (
    id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES "uAuthTable", role_id integer NOT NULL REFERENCES role,
    CONSTRAINT uq_user_roles UNIQUE (user_id, role_id)
);
CREATE TABLE invite_tokens (
    id serial PRIMARY KEY, token varchar(64) NOT NULL UNIQUE, created_by integer REFERENCES "uAuthTable",
    created_at timestamp, expires_at timestamp, max_uses integer NOT NULL, use_count integer NOT NULL
);
CREATE TABLE password_reset_tokens (
    id serial PRIMARY KEY, token varchar(64) NOT NULL UNIQUE, user_id integer NOT NULL REFERENCES "uAuthTable",
    created_at timestamp, expires_at timestamp, used boolean NOT NULL
);

CREATE TABLE "uSkaterConfig" (
    id serial PRIMARY KEY, date_created timestamp, "uSkaterUUID" uuid UNIQUE, "uSkaterFname" varchar,
    "uSkaterMname" varchar, "uSkaterLname" varchar, "uSkaterZip" integer, "uSkaterCity" varchar,
    "uSkaterState" varchar, "uSkaterCountry" varchar, "uSkaterTZ" varchar, "uSkaterComboIce" uuid UNIQUE,
    "uSkaterComboOff" uuid UNIQUE, "uSkaterRinkPref" uuid, "uSkaterMaintPref" integer, "activeCoach" uuid,
    "org_Club" uuid REFERENCES club_directory, "org_Club_Join_Date" timestamp, "org_USFSA_number" integer,
    contact_preference varchar, share_token uuid UNIQUE
);
CREATE TABLE "uSkaterBoots" (
    "bootsID" uuid PRIMARY KEY, date_created timestamp, "bootsName" varchar, "bootsModel" varchar,
    "bootsSize" varchar, "bootsPurchaseAmount" double precision,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE "uSkaterBlades" (
    "bladesID" uuid PRIMARY KEY, date_created timestamp, "bladesName" varchar, "bladesModel" varchar,
    "bladesSize" varchar, "bladesPurchaseAmount" double precision,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE "uSkateConfig" (
    "sConfigID" uuid PRIMARY KEY, date_created timestamp,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE,
    "uSkaterBladesID" uuid, "uSkaterBootsID" uuid, "sConfigType" integer, "sActiveFlag" integer
);
CREATE TABLE "uSkaterEquipment" (
    id serial PRIMARY KEY, date_created timestamp, equip_manufacturer varchar, equip_model varchar,
    equip_notes varchar, equip_size varchar, equip_color varchar, equip_vendor varchar, equip_cost double precision,
    equip_url varchar, "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE maintenance (
    id serial PRIMARY KEY, m_date timestamp, m_hours_on integer, m_cost double precision, m_location uuid,
    m_notes varchar, m_roh varchar, m_pref_hours double precision,
    "uSkaterBladesID" uuid REFERENCES "uSkaterBlades" ON DELETE CASCADE,
    "uSkaterConfig" uuid REFERENCES "uSkateConfig" ON DELETE CASCADE,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE ice_time (
    ice_time_id serial PRIMARY KEY, date timestamp, ice_time integer, ice_cost double precision,
    skate_type uuid REFERENCES ice_type ON DELETE CASCADE, coach_time integer,
    coach_id uuid REFERENCES coaches (coach_id) ON DELETE CASCADE, coach_cost double precision, has_video integer,
    has_notes integer, rink_id uuid REFERENCES locations ON DELETE CASCADE,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE,
    "uSkaterConfig" uuid REFERENCES "uSkateConfig" ON DELETE CASCADE, "uSkaterType" integer
);
CREATE TABLE classes_camp (
    id serial PRIMARY KEY, location_id uuid REFERENCES locations ON DELETE CASCADE, camp_cost double precision,
    camp_name varchar, date_start timestamp, date_end timestamp,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE classes_school (
    id serial PRIMARY KEY, location_id uuid REFERENCES locations ON DELETE CASCADE, class_cost double precision,
    class_name varchar, date_start timestamp, date_end timestamp,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE club_members (
    id serial PRIMARY KEY, club_id uuid REFERENCES club_directory ON DELETE CASCADE,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE, joined_date timestamp,
    expiration_date timestamp, membership_fee double precision
);
CREATE TABLE m_playlists (
    id uuid PRIMARY KEY, "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE,
    name varchar NOT NULL, description text, playlist_type varchar NOT NULL, share_token uuid UNIQUE,
    created_at timestamp NOT NULL
);
CREATE TABLE m_tracks (
    id uuid PRIMARY KEY, "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE,
    title varchar NOT NULL, artist varchar, duration_seconds integer, is_performance_cut boolean,
    cut_duration_seconds integer, storage_key varchar, clearance_status varchar NOT NULL, clearance_provider varchar,
    clearance_ref varchar, apple_music_url varchar, spotify_url varchar, youtube_url varchar,
    created_at timestamp NOT NULL
);
CREATE TABLE m_playlist_tracks (
    id uuid PRIMARY KEY, playlist_id uuid NOT NULL REFERENCES m_playlists ON DELETE CASCADE,
    track_id uuid NOT NULL REFERENCES m_tracks ON DELETE CASCADE, position integer NOT NULL
);
CREATE TABLE e_events (
    id uuid PRIMARY KEY, event_label varchar NOT NULL, event_date date NOT NULL,
    event_location uuid REFERENCES locations ON DELETE SET NULL,
    hosting_club uuid REFERENCES club_directory ON DELETE SET NULL,
    coach_id uuid REFERENCES coaches (coach_id) ON DELETE SET NULL, notes text,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE,
    "uSkaterConfig" uuid REFERENCES "uSkateConfig" ON DELETE SET NULL
);
CREATE TABLE e_event_entries (
    id uuid PRIMARY KEY, event_id uuid NOT NULL REFERENCES e_events ON DELETE CASCADE, entry_date date,
    event_segment varchar, event_level varchar, event_type uuid REFERENCES e_event_types, placement integer,
    field_size integer, majority varchar, total_segment_score double precision, status varchar NOT NULL,
    source_url varchar, video_url varchar, event_results varchar,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE e_event_costs (
    id uuid PRIMARY KEY, event_id uuid NOT NULL REFERENCES e_events ON DELETE CASCADE, category varchar NOT NULL,
    note varchar, amount double precision NOT NULL, quantity integer NOT NULL
);
CREATE TABLE e_tests (
    id uuid PRIMARY KEY, test_cost double precision, test_label varchar, test_level varchar,
    test_type uuid REFERENCES e_event_types ON DELETE CASCADE, test_results varchar, test_date timestamp,
    test_location uuid REFERENCES locations ON DELETE CASCADE,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE,
    "uSkaterConfig" uuid REFERENCES "uSkateConfig" ON DELETE CASCADE
);

-- What the product does not use: scores, deductions, the import log, notes, videos, punch cards.
CREATE TABLE e_scores_6_0 (
    id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES e_event_entries ON DELETE CASCADE,
    judge_number integer NOT NULL, ordinal double precision, technical_merit double precision,
    presentation double precision,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE e_scores_cjs (
    id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES e_event_entries ON DELETE CASCADE,
    judge_number integer NOT NULL, artistic_appeal double precision, performance double precision,
    skating_skills double precision,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE e_scores_ijs_components (
    id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES e_event_entries ON DELETE CASCADE,
    judge_number integer NOT NULL, composition double precision, presentation double precision,
    skating_skills double precision,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE e_scores_ijs_elements (
    id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES e_event_entries ON DELETE CASCADE,
    element_number integer NOT NULL, element_name varchar, base_value double precision, goe double precision,
    final_score double precision,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE e_deductions (
    id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES e_event_entries ON DELETE CASCADE,
    deduction_type varchar NOT NULL, value double precision NOT NULL, notes text,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE e_import_log (
    id uuid PRIMARY KEY, source_url varchar NOT NULL, source_type varchar NOT NULL, status varchar NOT NULL,
    skater_name_searched varchar NOT NULL, skater_name_matched varchar,
    event_id uuid REFERENCES e_events ON DELETE SET NULL, entry_id uuid REFERENCES e_event_entries ON DELETE SET NULL,
    raw_html text, error_message text, created_at timestamp NOT NULL,
    "uSkaterUUID" uuid NOT NULL REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE j_notes (
    id serial PRIMARY KEY, notes_date timestamp, notes varchar,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE j_videos (
    id serial PRIMARY KEY, video_date timestamp, video_url varchar, video_platform varchar, video_type varchar,
    video_name varchar, "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE punch_cards (
    card_id uuid PRIMARY KEY, card_type uuid REFERENCES ice_type ON DELETE CASCADE, card_cost double precision,
    punches_total integer, punch_session_minutes integer, purchase_date timestamp, expiration_date timestamp,
    rink_id uuid REFERENCES locations ON DELETE CASCADE,
    "uSkaterUUID" uuid REFERENCES "uSkaterConfig" ("uSkaterUUID") ON DELETE CASCADE
);
CREATE TABLE punched_sessions (
    id uuid PRIMARY KEY, punchcard_id uuid REFERENCES punch_cards ON DELETE CASCADE,
    session_id integer REFERENCES ice_time ON DELETE CASCADE, datetime_punch timestamp, punches_used integer,
    notes varchar
);
