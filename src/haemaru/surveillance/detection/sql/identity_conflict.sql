-- Two ships that use one MMSI at the same time: the MMSI's rows change between two places that no ship can connect,
-- again and again. From the first to the last moment of the overlap; value: how often they changed.
WITH shared AS (
    SELECT a.mmsi, a.part AS part_a, b.part AS part_b,
        greatest(a.t0, b.t0) AS t0,
        least(a.t1, b.t1) AS t1,
        CASE WHEN a.t0 >= b.t0 THEN a.lat0 ELSE b.lat0 END AS lat,
        CASE WHEN a.t0 >= b.t0 THEN a.lon0 ELSE b.lon0 END AS lon,
        least(a.alternations, b.alternations) AS changes
    FROM tracks AS a
    JOIN tracks AS b ON b.mmsi = a.mmsi AND b.part > a.part AND b.t0 < a.t1 AND a.t0 < b.t1
    WHERE least(a.alternations, b.alternations) >= $identity_conflict_alternations
),
latest AS (
    SELECT *,
        max(t1) OVER (PARTITION BY mmsi ORDER BY t0, t1, part_a, part_b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS t_so_far
    FROM shared
),
numbered AS (
    SELECT *,
        CAST(sum(CASE WHEN t_so_far IS NOT NULL AND t0 - t_so_far <= $identity_conflict_break_ms THEN 0 ELSE 1 END)
            OVER (PARTITION BY mmsi ORDER BY t0, t1, part_a, part_b ROWS UNBOUNDED PRECEDING) AS BIGINT) AS spell
    FROM latest
)
SELECT mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, min(t0) AS t_start, max(t1) AS t_end,
    arg_min(lat, t0) AS lat, arg_min(lon, t0) AS lon, CAST(sum(changes) AS BIGINT) AS value,
    list(t0) AS evidence_a, list(t1) AS evidence_b
FROM numbered
GROUP BY mmsi, spell
