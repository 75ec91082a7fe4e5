-- A craft comes under way to a ship that has lain still for an hour, stays within 200 m of it for 2 to 30 minutes below
-- 3 kn, and goes. The ship lies at anchor or at sea; at berths of a drawn port nothing is said, at berths that were
-- inferred the two places are compared. Explained: its own berth, a craft that serves three ships a day or stops often (launch, ferry).
-- Value: closest distance in m (at sea), distance of the two places (in an inferred port).
WITH still AS (
    SELECT *, lag(t1) OVER own AS t_before, lag(lat) OVER own AS lat_before, lag(lon) OVER own AS lon_before
    FROM runs
    WHERE level = 20
        AND max_lat - min_lat <= $small_craft_visit_swing_units
        AND max_dlon - min_dlon <= $small_craft_visit_swing_units * 2
        AND ((tags_or & 1) = 0 OR (tags_or & 128) <> 0)
    WINDOW own AS (PARTITION BY mmsi, part ORDER BY t0)
),
numbered AS (
    -- a break of reception does not end a stay at one place
    SELECT *,
        CAST(sum(CASE WHEN t_before IS NOT NULL AND t0 - t_before <= $small_craft_visit_host_break_ms
                AND abs(lat - lat_before) <= $small_craft_visit_swing_units
                AND least(abs(lon - lon_before), 216000000 - abs(lon - lon_before)) <= $small_craft_visit_swing_units * 2
            THEN 0 ELSE 1 END)
            OVER (PARTITION BY mmsi, part ORDER BY t0 ROWS UNBOUNDED PRECEDING) AS BIGINT) AS stay,
        (t1 - t0) * 100000 - row_number() OVER (PARTITION BY mmsi, part ORDER BY t0) AS weight
    FROM still
),
hosts AS (
    SELECT mmsi, part, min(t0) AS t0, max(t1) AS t1, arg_max(lat, weight) AS lat, arg_max(lon, weight) AS lon,
        (arg_max(lat, weight) + 54000000) // 6000 AS band
    FROM numbered
    GROUP BY mmsi, part, stay
    HAVING max(t1) - min(t0) >= $small_craft_visit_host_still_ms
),
homes AS (
    -- where a ship lay for longer in an inferred port is its own berth, not a ship that it visits
    SELECT mmsi, lat, lon FROM runs
    WHERE level = 20 AND (tags_or & 128) <> 0 AND t1 - t0 >= $small_craft_visit_longest_ms
),
visitors AS (
    SELECT s.*, (s.lat + 54000000) // 6000 + step AS other_band
    FROM stops AS s CROSS JOIN (VALUES (-1), (0), (1)) AS steps (step)
    WHERE s.arrived = 1 AND s.went_on = 1
        AND s.length_ms >= $small_craft_visit_shortest_ms AND s.length_ms <= $small_craft_visit_longest_ms
        AND s.others_alike < $small_craft_visit_habit_others
        AND ((s.tags_or & 1) = 0 OR (s.tags_or & 128) <> 0)
        AND NOT EXISTS (
            SELECT 1 FROM homes AS h
            WHERE h.mmsi = s.mmsi AND abs(h.lat - s.lat) <= $small_craft_visit_home_units
                AND least(abs(h.lon - s.lon), 216000000 - abs(h.lon - s.lon)) <= $small_craft_visit_home_units * 2
        )
),
pairs AS (
    SELECT v.mmsi AS visitor, v.part AS visitor_part, h.mmsi AS host, h.part AS host_part,
        v.t0, v.t1, v.lat, v.lon,
        abs(v.lat - h.lat) AS north,
        least(abs(v.lon - h.lon), 216000000 - abs(v.lon - h.lon)) AS turn,
        abs(v.lat + h.lat) // 2 * 32768 // 54000000 AS u
    FROM visitors AS v
    JOIN hosts AS h ON h.band = v.other_band AND h.mmsi <> v.mmsi AND h.t0 <= v.t0 - $small_craft_visit_host_before_ms AND h.t1 >= v.t1
),
narrowed AS (
    SELECT *, u * u // 32768 AS w FROM pairs WHERE turn < 1000000
),
placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM narrowed
),
close AS (
    SELECT * FROM placed
    WHERE north * north + east * east <= $small_craft_visit_reach_units * $small_craft_visit_reach_units
),
moments AS (
    SELECT c.visitor, c.visitor_part, c.host, c.host_part, c.t0, c.t1, c.lat, c.lon, v.t AS t_visitor, g.t AS t_host,
        abs(v.lat - g.lat) AS north,
        least(abs(v.lon - g.lon), 216000000 - abs(v.lon - g.lon)) AS turn,
        abs(v.lat + g.lat) // 2 * 32768 // 54000000 AS u
    FROM close AS c
    JOIN bins AS v ON v.mmsi = c.visitor AND v.part = c.visitor_part AND v.t BETWEEN c.t0 AND c.t1
    JOIN bins AS g ON g.mmsi = c.host AND g.part = c.host_part AND g.bin BETWEEN v.bin - 1 AND v.bin + 1
),
moments_narrowed AS (
    SELECT *, u * u // 32768 AS w FROM moments
),
moments_placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM moments_narrowed
),
seen AS (
    SELECT visitor, visitor_part, host, host_part, t0, t1, lat, lon, min(north * north + east * east) AS square,
        list(t_visitor) AS evidence_a, list(t_host) AS evidence_b
    FROM moments_placed
    GROUP BY visitor, visitor_part, host, host_part, t0, t1, lat, lon
    UNION ALL
    SELECT c.visitor, c.visitor_part, c.host, c.host_part, c.t0, c.t1, c.lat, c.lon, c.north * c.north + c.east * c.east,
        list_sort([c.t0, c.t1]), list_sort([c.t0, c.t1])
    FROM close AS c
    WHERE NOT EXISTS (SELECT 1 FROM bins AS v WHERE v.mmsi = c.visitor AND v.part = c.visitor_part AND v.t BETWEEN c.t0 AND c.t1)
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY visitor, visitor_part, t0 ORDER BY square, host_part, host) AS choice
    FROM seen
    WHERE square <= $small_craft_visit_distance_units * $small_craft_visit_distance_units
),
served AS (
    SELECT a.visitor, a.t0, CAST(count(DISTINCT b.host) AS BIGINT) AS ships
    FROM ranked AS a
    JOIN ranked AS b ON b.visitor = a.visitor AND b.choice = 1
        AND b.t0 BETWEEN a.t0 - $stops_habit_window_ms AND a.t0 + $stops_habit_window_ms
    WHERE a.choice = 1
    GROUP BY a.visitor, a.t0
)
SELECT least(r.visitor, r.host) AS mmsi_a, greatest(r.visitor, r.host) AS mmsi_b, r.t0 AS t_start, r.t1 AS t_end,
    r.lat, r.lon, CAST(floor(sqrt(CAST(r.square AS DOUBLE))) AS BIGINT) * 185220 // 1000000 AS value,
    r.evidence_a, r.evidence_b
FROM ranked AS r
JOIN served AS s ON s.visitor = r.visitor AND s.t0 = r.t0
WHERE r.choice = 1 AND s.ships < $small_craft_visit_served_ships_a_day
