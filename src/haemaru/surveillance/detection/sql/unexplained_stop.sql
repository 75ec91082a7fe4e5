-- A ship under way that stops at sea, below 3 kn for 20 minutes to two hours, more than 5 nm from ports and outside
-- anchorages, 2 nm off the coast. Explained: its habit (three similar stops within a day), an outing (a craft that left a
-- port hours before and is back in the same port hours later), and whatever another rule already says of at least half
-- of the time. Value: seconds.
WITH calls AS (
    SELECT mmsi, part, port, t1 AS t_out, lead(t0) OVER own AS t_home, lead(port) OVER own AS port_home
    FROM zone_stays
    WHERE bit = 1
    WINDOW own AS (PARTITION BY mmsi, part ORDER BY t0)
),
outings AS (
    SELECT mmsi, part, t_out, t_home FROM calls
    WHERE port_home = port AND t_home - t_out <= $unexplained_stop_outing_ms
),
covered AS (
    SELECT s.mmsi, s.part, s.t0, CAST(sum(least(s.t1, e.t_end) - greatest(s.t0, e.t_start)) AS BIGINT) AS told_ms
    FROM stops AS s
    JOIN stops_told AS e ON e.mmsi = s.mmsi AND e.t_start < s.t1 AND e.t_end > s.t0
    GROUP BY s.mmsi, s.part, s.t0
)
SELECT s.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, s.t0 AS t_start, s.t1 AS t_end, s.lat, s.lon,
    s.length_ms // 1000 AS value, list_sort([s.t0, s.t1]) AS evidence_a, list_sort([s.t0, s.t1]) AS evidence_b
FROM stops AS s
LEFT JOIN covered AS c ON c.mmsi = s.mmsi AND c.part = s.part AND c.t0 = s.t0
WHERE s.at_sea = 1 AND s.arrived = 1
    AND s.length_ms >= $unexplained_stop_shortest_ms AND s.length_ms < $unexplained_stop_longest_ms
    AND (s.tags_or & 16) = 0
    AND s.others_alike < $stops_habit_others
    AND NOT EXISTS (
        SELECT 1 FROM outings AS o
        WHERE o.mmsi = s.mmsi AND o.part = s.part AND o.t_out <= s.t0 AND o.t_home >= s.t1
    )
    AND coalesce(c.told_ms, 0) * 2 < s.length_ms
