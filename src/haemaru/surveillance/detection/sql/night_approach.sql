-- A craft comes from the sea into the strip along the coast by night (the agency's clock), far from every port, stops
-- there for minutes and goes out again within hours. Explained: a port in the same stay, a habit (three similar stops
-- a day), a ship that was not seen at sea before. Value: seconds in the strip.
WITH stays AS (
    SELECT *, t0 // 60000 % 1440 AS minute, t1 // 60000 % 1440 AS minute_out
    FROM zone_stays
    WHERE bit = 16 AND t1 - t0 >= $night_approach_shortest_ms AND t1 - t0 <= $night_approach_longest_ms
),
dark AS (
    SELECT * FROM stays
    WHERE CASE WHEN $night_approach_night_from_min <= $night_approach_night_until_min
            THEN (minute >= $night_approach_night_from_min AND minute < $night_approach_night_until_min)
                OR (minute_out >= $night_approach_night_from_min AND minute_out < $night_approach_night_until_min)
            ELSE minute >= $night_approach_night_from_min OR minute < $night_approach_night_until_min
                OR minute_out >= $night_approach_night_from_min OR minute_out < $night_approach_night_until_min END
),
halts AS (
    -- of two halts of one length the earlier
    SELECT d.mmsi, d.part, d.t0, d.t1, s.lat, s.lon, s.t0 AS s0, s.t1 AS s1,
        row_number() OVER (PARTITION BY d.mmsi, d.part, d.t0 ORDER BY s.length_ms DESC, s.t0) AS choice
    FROM dark AS d
    JOIN stops AS s ON s.mmsi = d.mmsi AND s.part = d.part AND s.t0 >= d.t0 AND s.t1 <= d.t1
    WHERE s.at_sea = 1 AND s.arrived = 1 AND s.others_alike < $stops_habit_others
        AND s.length_ms >= $night_approach_stop_ms
)
SELECT h.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, h.t0 AS t_start, h.t1 AS t_end, h.lat, h.lon,
    (h.t1 - h.t0) // 1000 AS value, list_sort([h.t0, h.s0]) AS evidence_a, list_sort([h.s1, h.t1]) AS evidence_b
FROM halts AS h
WHERE h.choice = 1
    AND EXISTS (
        SELECT 1 FROM tracks AS r
        WHERE r.mmsi = h.mmsi AND r.part = h.part AND r.t0 <= h.t0 - $night_approach_seen_ms AND r.t1 >= h.t1
    )
    AND NOT EXISTS (
        SELECT 1 FROM zone_stays AS p
        WHERE p.mmsi = h.mmsi AND p.part = h.part AND p.bit = 1
            AND p.t0 <= h.t1 + $night_approach_seen_ms AND p.t1 >= h.t0 - $night_approach_seen_ms
    )
