-- A passage between two ports that took much longer than the same passage usually takes: at least four passages are
-- known, the excess is more than two standard deviations (three median deviations) and a quarter of the usual time.
-- Value: seconds beyond the median.
WITH calls AS (
    SELECT mmsi, part, port, t0, t1, lat0, lon0, lat1, lon1 FROM zone_stays
    WHERE bit = 1 AND slow_ms >= $leg_time_residual_call_ms
),
legs AS (
    SELECT mmsi, part, port AS port_from, t1 AS t_start, lat1 AS lat, lon1 AS lon,
        lead(port) OVER (PARTITION BY mmsi, part ORDER BY t0) AS port_to,
        lead(t0) OVER (PARTITION BY mmsi, part ORDER BY t0) AS t_end
    FROM calls
),
passages AS (
    SELECT *, t_end - t_start AS length_ms, least(port_from, port_to) AS one, greatest(port_from, port_to) AS two
    FROM legs
    WHERE port_to IS NOT NULL AND port_to <> port_from AND t_end > t_start
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY one, two ORDER BY length_ms, t_start, mmsi) AS place,
        count(*) OVER (PARTITION BY one, two) AS n
    FROM passages
),
medians AS (
    SELECT one, two, length_ms AS usual_ms, n FROM ranked WHERE place = (n + 1) // 2
),
spread AS (
    SELECT p.one, p.two, m.usual_ms, m.n, abs(p.length_ms - m.usual_ms) AS off_ms,
        row_number() OVER (PARTITION BY p.one, p.two ORDER BY abs(p.length_ms - m.usual_ms), p.t_start, p.mmsi) AS place
    FROM passages AS p
    JOIN medians AS m ON m.one = p.one AND m.two = p.two
),
usual AS (
    SELECT one, two, usual_ms, off_ms FROM spread
    WHERE place = (n + 1) // 2 AND n >= $leg_time_residual_passages
)
SELECT p.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, p.t_start, p.t_end, p.lat, p.lon,
    (p.length_ms - u.usual_ms) // 1000 AS value,
    list_sort([p.t_start, p.t_end]) AS evidence_a, list_sort([p.t_start, p.t_end]) AS evidence_b
FROM passages AS p
JOIN usual AS u ON u.one = p.one AND u.two = p.two
WHERE p.length_ms - u.usual_ms > u.off_ms * 3
    AND (p.length_ms - u.usual_ms) * 100 >= u.usual_ms * $leg_time_residual_excess_percent
    AND p.length_ms - u.usual_ms >= $leg_time_residual_excess_ms
