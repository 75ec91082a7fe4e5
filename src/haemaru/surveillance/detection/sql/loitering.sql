-- Two hours or more at 2 kn or less within 14 km, where no port, anchorage or meeting explains it.
-- Explained: a ship that was never seen under way before or after (its berth), one that does so three times a day
-- (its trade), time that is mostly a rendezvous. A run that was cut at 14 km counts with its neighbours.
-- Value: seconds.
WITH slow AS (
    SELECT *, t1 - t0 AS length_ms,
        CASE WHEN (sog_before <> 32767 AND sog_before >= 30) OR (sog_after <> 32767 AND sog_after >= 30)
            THEN 1 ELSE 0 END AS moved,
        lag(t1) OVER (PARTITION BY mmsi, part ORDER BY t0) AS t_before
    FROM runs
    WHERE level = 20
),
numbered AS (
    SELECT *,
        CAST(sum(CASE WHEN t_before IS NOT NULL AND t0 - t_before <= $loitering_chain_ms THEN 0 ELSE 1 END)
            OVER (PARTITION BY mmsi, part ORDER BY t0 ROWS UNBOUNDED PRECEDING) AS BIGINT) AS chain
    FROM slow
),
chained AS (
    SELECT *, max(moved) OVER (PARTITION BY mmsi, part, chain) AS chain_moved FROM numbered
),
long AS (
    SELECT * FROM chained
    WHERE length_ms >= $loitering_shortest_ms - $loitering_sampling_ms
        AND slow_ms * 100 >= length_ms * $loitering_slow_percent
        AND (tags_or & 5) = 0 AND (tags_and & 2) = 0 AND chain_moved = 1
),
habit AS (
    SELECT a.mmsi, a.part, a.t0, CAST(count(*) AS BIGINT) AS others
    FROM long AS a
    JOIN long AS b ON b.mmsi = a.mmsi AND b.part = a.part AND b.chain <> a.chain
        AND b.t0 BETWEEN a.t0 - $stops_habit_window_ms AND a.t0 + $stops_habit_window_ms
    GROUP BY a.mmsi, a.part, a.t0
),
met AS (
    SELECT l.mmsi, l.part, l.t0,
        CAST(sum(least(l.t1, r.t_end) - greatest(l.t0, r.t_start)) AS BIGINT) AS met_ms
    FROM long AS l
    JOIN found_rendezvous AS r ON (r.mmsi_a = l.mmsi OR r.mmsi_b = l.mmsi) AND r.t_start < l.t1 AND r.t_end > l.t0
    GROUP BY l.mmsi, l.part, l.t0
)
SELECT l.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, l.t0 AS t_start, l.t1 AS t_end, l.lat, l.lon,
    l.length_ms // 1000 AS value, list_sort([l.t0, l.t1]) AS evidence_a, list_sort([l.t0, l.t1]) AS evidence_b
FROM long AS l
LEFT JOIN habit AS h ON h.mmsi = l.mmsi AND h.part = l.part AND h.t0 = l.t0
LEFT JOIN met AS m ON m.mmsi = l.mmsi AND m.part = l.part AND m.t0 = l.t0
WHERE coalesce(h.others, 0) < $loitering_habit_others AND coalesce(m.met_ms, 0) * 2 < l.length_ms
