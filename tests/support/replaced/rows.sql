-- At least one row in every table. day(n) is replaced by the moment, in UTC, at which the day n days ago began in Denver.
-- Ids are given: their sequences stay where they were.
INSERT INTO role VALUES (1, 'adult', 'Adult'), (2, 'coach', 'Our coaches'), (3, 'minor', NULL), (4, 'guardian', 'G'),
    (5, 'judge', 'Judges at our events');
INSERT INTO locations VALUES
    ('b261166b-9e7c-4a96-ab06-ec630deb3321', 'Off Ice', '-', '-', '-', '-', '00000', '-', '-', NULL, 'seed', day(500)),
    ('10000000-0000-4000-8000-000000000001', 'Blue Rink', '1 Ice Rd', 'Denver', 'CO', 'US', '02134', '-', '-',
     'America/Denver', 'hand', day(500));
INSERT INTO club_directory VALUES
    ('c4dd2b9c-50f1-4f5b-a439-fd8f36a654d6', 'No Club', NULL, 0),
    ('20000000-0000-4000-8000-000000000001', 'Blue FSC', '10000000-0000-4000-8000-000000000001', 99.5);
INSERT INTO coaches VALUES
    (1, '487d43b5-0a4d-4dc4-8cc2-ab06870a10bf', '-', '-', 0, NULL, NULL, NULL, NULL, NULL),
    (2, '30000000-0000-4000-8000-000000000001', 'Nora', 'Blum', 60, 1, 2, 5550100, 'Nora@Example.com', NULL),
    (3, '30000000-0000-4000-8000-000000000002', 'Olaf', 'Ek', 48.5, NULL, NULL, NULL, 'nora@example.com', NULL),
    (4, '30000000-0000-4000-8000-000000000003', 'Pia', 'Ek', 10, NULL, NULL, NULL, 'by phone', NULL);
INSERT INTO ice_type VALUES
    ('dc812842-a9a9-4902-b680-361420baffe5', 'Free Style (Walk On)'),
    ('12208eeb-9ffe-4ac3-90d3-976741a34249', 'Coaching Session'),
    ('db32094e-9b0d-42a5-b87f-cd47729b6c65', 'Group Class');
INSERT INTO e_governing_bodies VALUES ('a0000000-0000-0000-0000-000000000002', 'USFSA', 'Called otherwise here');
INSERT INTO e_event_types VALUES
    ('b0000000-0000-0000-0000-000000000001', 'Competition', '6.0', 'a0000000-0000-0000-0000-000000000002', false),
    ('b0000000-0000-0000-0000-000000000005', 'Exhibition', NULL, NULL, NULL);

-- mia has all there is; kit is not onboarded; pat signs in with an address that is nobody's, lee with her own.
INSERT INTO "uAuthTable" VALUES
    (1, 'mia', 'scrypt:32768:8:1$YfB4ZqnMRzSbO0sa$MIA', 'Mia.Berg@Example.com', '303-555-0101',
     '40000000-0000-4000-8000-000000000001', 'uniq-1', day(400), day(399)),
    (2, 'Kit', 'pbkdf2:sha256:600000$n0p3yH2Lk8JmTq1c$KIT', 'kit@example.com', NULL,
     '40000000-0000-4000-8000-000000000002', 'uniq-2', day(30), day(30)),
    (3, 'Pat@old.example', 'scrypt:32768:8:1$YfB4ZqnMRzSbO0sa$MIA', 'pat.o''brien@example.com', '',
     '40000000-0000-4000-8000-000000000003', 'uniq-3', NULL, day(20)),
    (4, 'lee@example.com', 'a hash of nobody knows what', 'LEE@example.com', '1',
     '40000000-0000-4000-8000-000000000004', 'uniq-4', NULL, NULL),
    (5, '⛸️ "Zoë"', '', 'zoe@example.com', '2', '40000000-0000-4000-8000-000000000005', 'uniq-5', day(2), day(1));
INSERT INTO user_roles VALUES (1, 1, 1), (2, 1, 2), (3, 1, 5), (4, 2, 1), (5, 4, 1);
INSERT INTO invite_tokens VALUES
    (1, 'printed-unused-token', 1, day(3), NULL, 1, 0), (2, 'printed-club-evening-token', NULL, day(3), NULL, 5, 3),
    (3, 'printed-endless-token', NULL, NULL, NULL, 0, 7), (4, 'printed-expired-token', 1, day(90), day(60), 1, 0),
    (5, 'printed-future-token', 1, day(9), '2099-01-01', 1, 0), (6, 'printed-used-up-token', 2, day(9), NULL, 1, 1),
    (7, 'printed-negative-token', 2, day(9), NULL, -1, 0);
INSERT INTO password_reset_tokens VALUES
    (1, 'reset-expired-token', 2, day(9), day(9), false), (2, 'reset-earlier-token', 2, day(1), '2098-01-01', false),
    (3, 'reset-living-token', 2, day(0), '2099-01-01', false), (4, 'reset-used-token', 1, NULL, '2099-01-01', true);

INSERT INTO "uSkaterConfig" VALUES
    (1, day(400), '40000000-0000-4000-8000-000000000001', 'Mia', 'Q', 'Berg', 2134, 'Denver', 'CO', 'US',
     'America/Denver', '50000000-0000-4000-8000-000000000003', NULL, '10000000-0000-4000-8000-000000000001', 20,
     '30000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', day(300), 1234567, 'email',
     '60000000-0000-4000-8000-000000000001'),
    (2, NULL, '40000000-0000-4000-8000-000000000099', 'Account', NULL, 'Gone', NULL, NULL, NULL, NULL, 'Mars/Crater',
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '60000000-0000-4000-8000-000000000099');
INSERT INTO "uSkaterBoots" VALUES ('50000000-0000-4000-8000-000000000001', day(400), 'Edea', 'Ice Fly', '245', 650,
    '40000000-0000-4000-8000-000000000001');
INSERT INTO "uSkaterBlades" VALUES ('50000000-0000-4000-8000-000000000002', day(400), 'Wilson', 'Ace', '9.25', 420.5,
    '40000000-0000-4000-8000-000000000001');
INSERT INTO "uSkateConfig" VALUES ('50000000-0000-4000-8000-000000000003', day(400),
    '40000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000002',
    '50000000-0000-4000-8000-000000000001', 1, 1);
INSERT INTO "uSkaterEquipment" VALUES (3, day(200), 'Zuca', 'Bag', 'blue', 'L', 'blue', 'Shop', 120, '-',
    '40000000-0000-4000-8000-000000000001');
INSERT INTO maintenance VALUES (2, day(50), 20, 15, '10000000-0000-4000-8000-000000000001', 'sharp', '1/2', 20,
    '50000000-0000-4000-8000-000000000002', '50000000-0000-4000-8000-000000000003',
    '40000000-0000-4000-8000-000000000001');
INSERT INTO ice_time
    SELECT id, at, minutes, 18.5, type, coached, coach, coached * 0.5, 0, 0, '10000000-0000-4000-8000-000000000001',
           '40000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000003', 1
    FROM (VALUES
        (11, day(400), 60, 'dc812842-a9a9-4902-b680-361420baffe5'::uuid, 30,
         '30000000-0000-4000-8000-000000000001'::uuid),
        (12, day(20), 90, 'dc812842-a9a9-4902-b680-361420baffe5', 0, '487d43b5-0a4d-4dc4-8cc2-ab06870a10bf'),
        (13, day(10), 45, '12208eeb-9ffe-4ac3-90d3-976741a34249', 15, '30000000-0000-4000-8000-000000000002'),
        (14, day(5), 50, 'db32094e-9b0d-42a5-b87f-cd47729b6c65', 0, '487d43b5-0a4d-4dc4-8cc2-ab06870a10bf')
    ) AS sessions (id, at, minutes, type, coached, coach);
INSERT INTO ice_time (ice_time_id) VALUES (15);
INSERT INTO classes_camp VALUES (2, '10000000-0000-4000-8000-000000000001', 300, 'Summer', day(100), day(95),
    '40000000-0000-4000-8000-000000000001');
INSERT INTO classes_school VALUES (2, '10000000-0000-4000-8000-000000000001', 80, 'Basic 6', day(90), day(30),
    '40000000-0000-4000-8000-000000000001');
INSERT INTO club_members VALUES (2, '20000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001',
    day(300), NULL, 99.5);
INSERT INTO m_playlists VALUES
    ('70000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000001', 'Program', NULL, 'general',
     '70000000-0000-4000-8000-000000000009', day(50)),
    ('70000000-0000-4000-8000-000000000002', '40000000-0000-4000-8000-000000000001', 'Mine', 'x', 'general', NULL,
     day(50));
INSERT INTO m_tracks (id, "uSkaterUUID", title, clearance_status, created_at) VALUES
    ('70000000-0000-4000-8000-000000000003', '40000000-0000-4000-8000-000000000001', 'Clair', 'not_required', day(50));
INSERT INTO m_playlist_tracks VALUES ('70000000-0000-4000-8000-000000000004', '70000000-0000-4000-8000-000000000001',
    '70000000-0000-4000-8000-000000000003', 1);
INSERT INTO e_events VALUES
    ('80000000-0000-4000-8000-000000000001', 'Blue Open', '2025-03-08', '10000000-0000-4000-8000-000000000001',
     '20000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', 'cold',
     '40000000-0000-4000-8000-000000000001', '50000000-0000-4000-8000-000000000003'),
    ('80000000-0000-4000-8000-000000000002', 'Spring Show', '2025-05-01', NULL, NULL, NULL, NULL,
     '40000000-0000-4000-8000-000000000001', NULL);
INSERT INTO e_event_entries (id, event_id, event_type, placement, status, "uSkaterUUID") VALUES
    ('80000000-0000-4000-8000-000000000011', '80000000-0000-4000-8000-000000000001',
     'b0000000-0000-0000-0000-000000000001', 2, 'Scored', '40000000-0000-4000-8000-000000000001'),
    ('80000000-0000-4000-8000-000000000012', '80000000-0000-4000-8000-000000000001',
     'b0000000-0000-0000-0000-000000000001', 4, 'Scored', '40000000-0000-4000-8000-000000000001'),
    ('80000000-0000-4000-8000-000000000013', '80000000-0000-4000-8000-000000000002',
     'b0000000-0000-0000-0000-000000000005', 1, 'Performed', '40000000-0000-4000-8000-000000000001');
INSERT INTO e_event_costs VALUES ('80000000-0000-4000-8000-000000000021', '80000000-0000-4000-8000-000000000001',
    'entry', NULL, 75, 1);
INSERT INTO e_tests VALUES ('80000000-0000-4000-8000-000000000031', 30, 'Moves', 'Bronze', NULL, 'pass', day(200),
    NULL, '40000000-0000-4000-8000-000000000001', NULL);

INSERT INTO e_scores_6_0 VALUES ('90000000-0000-4000-8000-000000000001', '80000000-0000-4000-8000-000000000011', 1,
    2, 4.5, 4.7, '40000000-0000-4000-8000-000000000001');
INSERT INTO e_scores_cjs VALUES ('90000000-0000-4000-8000-000000000002', '80000000-0000-4000-8000-000000000011', 1,
    2, 4.5, 4.7, '40000000-0000-4000-8000-000000000001');
INSERT INTO e_scores_ijs_components VALUES ('90000000-0000-4000-8000-000000000003',
    '80000000-0000-4000-8000-000000000011', 1, 2, 4.5, 4.7, '40000000-0000-4000-8000-000000000001');
INSERT INTO e_scores_ijs_elements VALUES ('90000000-0000-4000-8000-000000000004',
    '80000000-0000-4000-8000-000000000011', 1, '1A', 1.1, 0.2, 1.3, '40000000-0000-4000-8000-000000000001');
INSERT INTO e_deductions VALUES ('90000000-0000-4000-8000-000000000005', '80000000-0000-4000-8000-000000000011',
    'fall', 1, NULL, '40000000-0000-4000-8000-000000000001');
INSERT INTO e_import_log VALUES ('90000000-0000-4000-8000-000000000006', 'https://x.test', '6.0', 'done', 'Mia', NULL,
    NULL, NULL, '<b>', NULL, day(100), '40000000-0000-4000-8000-000000000001');
INSERT INTO j_notes VALUES (2, day(9), 'edges', '40000000-0000-4000-8000-000000000001');
INSERT INTO j_videos VALUES (2, day(9), 'https://x.test/v', 'x', 'spin', 'v', '40000000-0000-4000-8000-000000000001');
INSERT INTO punch_cards VALUES ('90000000-0000-4000-8000-000000000007', NULL, 100, 10, 60, day(9), NULL, NULL,
    '40000000-0000-4000-8000-000000000001');
INSERT INTO punched_sessions VALUES ('90000000-0000-4000-8000-000000000008', '90000000-0000-4000-8000-000000000007',
    12, day(9), 1, NULL);
