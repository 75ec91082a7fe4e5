-- A passage between two ports that took much longer than the same passage usually takes. The same passages begin and end
-- within 20 nm of it, in either direction, and cross about as many quarter-degree cells: who sails another way makes
-- another passage. At least four others are known; the excess over their median is more than two standard deviations
-- (three median deviations) and a good part of it. What a ship waits at anchorages and near ports is not
-- counted, and one that is never seen to run as fast as the others is expected to take longer.
-- Explained: whatever another rule says of the ship on this passage.
-- Value: seconds beyond the median.
WITH calls AS (
    SELECT mmsi, part, port, t0, t1, lat0, lon0, lat1, lon1 FROM zone_stays
    WHERE bit = 1 AND slow_ms >= $leg_time_residual_call_ms
),
legs AS (
    SELECT mmsi, part, port AS port_from, t1 AS t_start, lat1 AS lat, lon1 AS lon,
        lead(port) OVER (PARTITION BY mmsi, part ORDER BY t0) AS port_to,
        lead(t0) OVER (PARTITION BY mmsi, part ORDER BY t0) AS t_end,
        lead(lat0) OVER (PARTITION BY mmsi, part ORDER BY t0) AS lat_to,
        lead(lon0) OVER (PARTITION BY mmsi, part ORDER BY t0) AS lon_to
    FROM calls
),
waits AS (
    SELECT l.mmsi, l.part, l.t_start, CAST(sum(least(s.t1, l.t_end) - greatest(s.t0, l.t_start)) AS BIGINT) AS wait_ms
    FROM legs AS l
    JOIN stops AS s ON s.mmsi = l.mmsi AND s.part = l.part AND s.t0 < l.t_end AND s.t1 > l.t_start AND s.at_sea = 0
    GROUP BY l.mmsi, l.part, l.t_start
),
delays AS (
    SELECT mmsi, t_start, t_end FROM stops_told
    UNION ALL SELECT mmsi_a, t_start, t_end FROM found_unexplained_stop
    UNION ALL SELECT mmsi_a, t_start, t_end FROM found_gap
    UNION ALL SELECT mmsi_a, t_start, t_end FROM found_lane_deviation
),
cells AS (
    SELECT l.mmsi, l.part, l.t_start, CAST(count(DISTINCT v.cell) AS BIGINT) AS cells
    FROM legs AS l
    JOIN visits AS v ON v.mmsi = l.mmsi AND v.part = l.part AND v.t0 <= l.t_end AND v.t1 >= l.t_start
    GROUP BY l.mmsi, l.part, l.t_start
),
passages AS (
    SELECT l.*, c.cells, l.t_end - l.t_start - coalesce(w.wait_ms, 0) AS length_ms
    FROM legs AS l
    JOIN cells AS c ON c.mmsi = l.mmsi AND c.part = l.part AND c.t_start = l.t_start
    LEFT JOIN waits AS w ON w.mmsi = l.mmsi AND w.part = l.part AND w.t_start = l.t_start
    WHERE port_to IS NOT NULL AND port_to <> port_from AND t_end > l.t_start
),
speeds AS (
    -- what the ship is seen to run; unknown where no lane, coast or territorial sea is drawn
    SELECT mmsi, max(sog_max) AS speed FROM zone_stays
    WHERE bit IN (8, 16, 32) AND sog_max <> 32767
    GROUP BY mmsi
),
both_ways AS (
    SELECT mmsi, part, t_start, cells, length_ms, lat, lon, lat_to, lon_to FROM passages
    UNION ALL
    SELECT mmsi, part, t_start, cells, length_ms, lat_to, lon_to, lat, lon FROM passages
),
alike AS (
    -- twice as many units of longitude hold the distance up to 60 degrees
    SELECT p.mmsi, p.part, p.t_start, o.mmsi AS other, o.t_start AS other_start, min(o.length_ms) AS other_ms
    FROM passages AS p
    JOIN both_ways AS o ON (o.mmsi <> p.mmsi OR o.t_start <> p.t_start)
        AND abs(o.lat - p.lat) <= $leg_time_residual_place_units
        AND abs(o.lat_to - p.lat_to) <= $leg_time_residual_place_units
        AND least(abs(o.lon - p.lon), 216000000 - abs(o.lon - p.lon)) <= $leg_time_residual_place_units * 2
        AND least(abs(o.lon_to - p.lon_to), 216000000 - abs(o.lon_to - p.lon_to)) <= $leg_time_residual_place_units * 2
        AND p.cells * 3 <= o.cells * 4 + 3 AND o.cells * 3 <= p.cells * 4 + 3
    GROUP BY p.mmsi, p.part, p.t_start, o.mmsi, o.t_start
),
ranked AS (
    SELECT *,
        row_number() OVER (PARTITION BY mmsi, part, t_start ORDER BY other_ms, other_start, other) AS place,
        count(*) OVER (PARTITION BY mmsi, part, t_start) AS n
    FROM alike
),
medians AS (
    SELECT mmsi, part, t_start, other_ms AS usual_ms FROM ranked WHERE place = (n + 1) // 2
),
spread AS (
    SELECT r.mmsi, r.part, r.t_start, m.usual_ms, r.n, abs(r.other_ms - m.usual_ms) AS off_ms,
        row_number() OVER (
            PARTITION BY r.mmsi, r.part, r.t_start ORDER BY abs(r.other_ms - m.usual_ms), r.other_start, r.other
        ) AS place
    FROM ranked AS r
    JOIN medians AS m ON m.mmsi = r.mmsi AND m.part = r.part AND m.t_start = r.t_start
),
usual AS (
    SELECT mmsi, part, t_start, usual_ms, off_ms FROM spread
    WHERE place = (n + 1) // 2 AND n >= $leg_time_residual_passages
),
paces AS (
    SELECT a.mmsi, a.part, a.t_start, CAST(sum(s.speed) AS BIGINT) // CAST(count(*) AS BIGINT) AS usual_speed
    FROM alike AS a
    JOIN speeds AS s ON s.mmsi = a.other
    GROUP BY a.mmsi, a.part, a.t_start
)
SELECT p.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, p.t_start, p.t_end, p.lat, p.lon,
    (p.length_ms - u.usual_ms) // 1000 AS value,
    list_sort([p.t_start, p.t_end]) AS evidence_a, list_sort([p.t_start, p.t_end]) AS evidence_b
FROM passages AS p
JOIN usual AS u ON u.mmsi = p.mmsi AND u.part = p.part AND u.t_start = p.t_start
LEFT JOIN speeds AS s ON s.mmsi = p.mmsi
LEFT JOIN paces AS q ON q.mmsi = p.mmsi AND q.part = p.part AND q.t_start = p.t_start
WHERE p.length_ms - u.usual_ms > u.off_ms * 3
    AND (p.length_ms - u.usual_ms) * 100 >= u.usual_ms * $leg_time_residual_excess_percent
    AND p.length_ms - u.usual_ms >= $leg_time_residual_excess_ms
    -- a slow ship is expected to take longer, up to a limit
    AND (s.speed IS NULL OR q.usual_speed IS NULL OR p.length_ms * 100
        * greatest(s.speed, q.usual_speed * $leg_time_residual_slowest_percent // 100)
        >= u.usual_ms * q.usual_speed * (100 + $leg_time_residual_own_excess_percent))
    AND NOT EXISTS (
        SELECT 1 FROM delays AS d WHERE d.mmsi = p.mmsi AND d.t_start < p.t_end AND d.t_end > p.t_start
    )
