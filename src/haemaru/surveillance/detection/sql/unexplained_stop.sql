-- A ship under way that stops at sea, below 3 kn for 20 minutes to two hours, more than 5 nm from ports and outside
-- anchorages, and goes on. Explained: its habit (three similar stops within a day), and whatever another rule already
-- says of at least half of the time. Value: seconds.
WITH covered AS (
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
    AND s.others_alike < $stops_habit_others
    AND coalesce(c.told_ms, 0) * 2 < s.length_ms
