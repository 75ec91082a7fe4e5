-- Two ships below 3 kn within 500 m of each other for ten minutes or more, more than 5 nm from every port and outside
-- anchorages. What two minutes hold is compared, so a meeting in a break of reception is one meeting.
-- Explained: pair trawling (both under way at a steady trawling speed for an hour), a pair that stays together all day,
-- ships that lay moored beside each other before the watch began, a visit to a ship at anchor (small_craft_visit). Value: closest distance in m.
WITH slow AS (
    SELECT *, (lat + 54000000) // 6000 AS band
    FROM bins
    WHERE sog <= $rendezvous_speed_dkn AND (tags & 7) = 0
),
beside AS (
    SELECT slow.*, band + step AS other_band
    FROM slow CROSS JOIN (VALUES (-1), (0), (1)) AS steps (step)
),
pairs AS (
    SELECT a.mmsi AS mmsi_a, b.mmsi AS mmsi_b, a.part AS part_a, b.part AS part_b, a.bin,
        least(a.t, b.t) AS t_low, greatest(a.t, b.t) AS t_high, a.t AS t_a, b.t AS t_b,
        CASE WHEN a.t <= b.t THEN a.lat ELSE b.lat END AS lat,
        CASE WHEN a.t <= b.t THEN a.lon ELSE b.lon END AS lon,
        least(a.sog, b.sog) AS slower,
        abs(a.lat - b.lat) AS north,
        least(abs(a.lon - b.lon), 216000000 - abs(a.lon - b.lon)) AS turn,
        abs(a.lat + b.lat) // 2 * 32768 // 54000000 AS u
    FROM beside AS a
    JOIN slow AS b ON b.bin = a.bin AND b.band = a.other_band AND b.mmsi > a.mmsi
),
narrowed AS (
    SELECT *, u * u // 32768 AS w FROM pairs WHERE turn < 1000000
),
placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM narrowed
),
near AS (
    SELECT *, north * north + east * east AS square,
        lag(t_high) OVER (PARTITION BY mmsi_a, part_a, mmsi_b, part_b ORDER BY bin) AS t_before
    FROM placed
    WHERE north * north + east * east <= $rendezvous_distance_units * $rendezvous_distance_units
),
numbered AS (
    SELECT *,
        CAST(sum(CASE WHEN t_before IS NOT NULL AND t_low - t_before <= $rendezvous_break_ms THEN 0 ELSE 1 END)
            OVER (PARTITION BY mmsi_a, part_a, mmsi_b, part_b ORDER BY bin ROWS UNBOUNDED PRECEDING) AS BIGINT) AS spell
    FROM near
),
spells AS (
    SELECT mmsi_a, part_a, mmsi_b, part_b, min(t_low) AS t_start, max(t_high) AS t_end, CAST(count(*) AS BIGINT) AS n,
        min(square) AS square, arg_min(lat, square * 100000 + bin % 100000) AS lat,
        arg_min(lon, square * 100000 + bin % 100000) AS lon,
        CAST(sum(slower) AS BIGINT) AS sum_slower, list(t_a) AS evidence_a, list(t_b) AS evidence_b
    FROM numbered
    GROUP BY mmsi_a, part_a, mmsi_b, part_b, spell
    HAVING max(t_high) - min(t_low) >= $rendezvous_shortest_ms
),
joined AS (
    SELECT *,
        CAST(sum(t_end - t_start) OVER (PARTITION BY mmsi_a, mmsi_b) AS BIGINT) AS together_ms,
        CAST(count(*) OVER (PARTITION BY mmsi_a, mmsi_b) AS BIGINT) AS meetings
    FROM spells
),
held AS (
    -- without the evidence, whose lists are long: it is looked up again for what is told
    SELECT j.mmsi_a, j.part_a, j.mmsi_b, j.part_b, j.t_start, j.t_end, j.n, j.sum_slower, j.together_ms, j.meetings,
        a.arrived AS a_arrived, b.arrived AS b_arrived, a.others_alike AS a_alike, b.others_alike AS b_alike,
        row_number() OVER (
            PARTITION BY j.mmsi_a, j.mmsi_b, j.t_start
            ORDER BY a.arrived + b.arrived DESC, a.t0, b.t0
        ) AS choice
    FROM joined AS j
    JOIN stops AS a ON a.mmsi = j.mmsi_a AND a.part = j.part_a AND a.t0 <= j.t_end AND a.t1 >= j.t_start
    JOIN stops AS b ON b.mmsi = j.mmsi_b AND b.part = j.part_b AND b.t0 <= j.t_end AND b.t1 >= j.t_start
)
SELECT s.mmsi_a, s.mmsi_b, s.t_start, s.t_end, s.lat, s.lon,
    CAST(floor(sqrt(CAST(s.square AS DOUBLE))) AS BIGINT) * 185220 // 1000000 AS value, s.evidence_a, s.evidence_b
FROM held
JOIN spells AS s ON s.mmsi_a = held.mmsi_a AND s.part_a = held.part_a AND s.mmsi_b = held.mmsi_b
    AND s.part_b = held.part_b AND s.t_start = held.t_start
WHERE choice = 1
    AND a_arrived + b_arrived >= 1
    AND NOT (held.sum_slower >= held.n * $rendezvous_trawling_dkn AND held.t_end - held.t_start >= $rendezvous_trawling_ms)
    AND together_ms <= $rendezvous_together_ms
    AND meetings <= $rendezvous_meetings
    AND NOT EXISTS (
        SELECT 1 FROM found_small_craft_visit AS v
        WHERE v.mmsi_a = held.mmsi_a AND v.mmsi_b = held.mmsi_b AND v.t_start < held.t_end AND v.t_end > held.t_start
    )
