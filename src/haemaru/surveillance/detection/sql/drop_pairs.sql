-- Step: two ships that stopped at one rare spot at sea, 5 to 60 minutes each, the second 1 to 48 hours after the first.
-- Each stop belongs to its closest partner only. Where five other ships stopped within a mile or so, no spot is rare.
WITH candidates AS (
    SELECT s.*, (s.lat + 54000000) // 12000 AS band
    FROM stops AS s
    WHERE s.at_sea = 1 AND s.arrived = 1
        AND s.length_ms >= $drop_and_retrieve_shortest_ms - $drop_and_retrieve_sampling_ms
        AND s.length_ms <= $drop_and_retrieve_longest_ms + $drop_and_retrieve_sampling_ms
        AND NOT EXISTS (
            SELECT 1 FROM found_rendezvous AS r
            WHERE (r.mmsi_a = s.mmsi OR r.mmsi_b = s.mmsi) AND r.t_start < s.t1 AND r.t_end > s.t0
        )
),
beside AS (
    SELECT candidates.*, band + step AS other_band
    FROM candidates CROSS JOIN (VALUES (-1), (0), (1)) AS steps (step)
),
pairs AS (
    SELECT a.mmsi AS mmsi_first, b.mmsi AS mmsi_second, a.part AS part_first, b.part AS part_second,
        a.t0 AS drop_t0, a.t1 AS drop_t1, b.t0 AS fetch_t0, b.t1 AS fetch_t1, a.lat, a.lon,
        a.others_alike AS alike_first, b.others_alike AS alike_second,
        abs(a.lat - b.lat) AS north,
        least(abs(a.lon - b.lon), 216000000 - abs(a.lon - b.lon)) AS turn,
        abs(a.lat + b.lat) // 2 * 32768 // 54000000 AS u
    FROM beside AS a
    JOIN candidates AS b ON b.band = a.other_band AND b.mmsi <> a.mmsi
        AND b.t0 - a.t0 >= $drop_and_retrieve_soonest_ms AND b.t0 - a.t1 <= $drop_and_retrieve_latest_ms
        AND b.t0 > a.t1
),
narrowed AS (
    SELECT *, u * u // 32768 AS w FROM pairs WHERE turn < 1000000
),
placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM narrowed
),
near AS (
    SELECT *, north * north + east * east AS square
    FROM placed
    WHERE north * north + east * east <= $drop_and_retrieve_distance_units * $drop_and_retrieve_distance_units
        AND (alike_first < $stops_habit_others OR alike_second < $stops_habit_others)
),
ranked AS (
    SELECT *,
        row_number() OVER (PARTITION BY mmsi_first, part_first, drop_t0 ORDER BY square, fetch_t0, mmsi_second) AS for_first,
        row_number() OVER (PARTITION BY mmsi_second, part_second, fetch_t0 ORDER BY square, drop_t0 DESC, mmsi_first) AS for_second
    FROM near
),
mutual AS (
    SELECT * FROM ranked WHERE for_first = 1 AND for_second = 1
),
crowds AS (
    -- twice as many units of longitude hold the distance up to 60 degrees
    SELECT m.mmsi_first, m.part_first, m.drop_t0, CAST(count(DISTINCT s.mmsi) AS BIGINT) AS ships
    FROM mutual AS m
    JOIN stops AS s ON s.mmsi <> m.mmsi_first AND s.mmsi <> m.mmsi_second
        AND abs(s.lat - m.lat) <= $drop_and_retrieve_ground_units
        AND least(abs(s.lon - m.lon), 216000000 - abs(s.lon - m.lon)) <= $drop_and_retrieve_ground_units * 2
    GROUP BY m.mmsi_first, m.part_first, m.drop_t0
)
SELECT m.mmsi_first, m.mmsi_second, m.part_first, m.part_second, m.drop_t0, m.drop_t1, m.fetch_t0, m.fetch_t1,
    m.lat, m.lon, m.square
FROM mutual AS m
LEFT JOIN crowds AS c ON c.mmsi_first = m.mmsi_first AND c.part_first = m.part_first AND c.drop_t0 = m.drop_t0
WHERE coalesce(c.ships, 0) < $drop_and_retrieve_crowd_ships
