-- A ship that is suddenly where it cannot be: over 60 kn from its last row. Out and back is one finding, from the last
-- row before to the first after the return. Two ships under one MMSI explain it (identity_conflict).
-- Value: the speed it would have needed, in 0.1 kn.
WITH spans AS (
    SELECT j.mmsi, j.t0, j.t1, j.lat0, j.lon0, j.speed_dkn,
        CASE WHEN j.returned = 1 AND j.t2 - j.t1 <= $impossible_jump_return_ms THEN j.t2 ELSE j.t1 END AS t2
    FROM jumps AS j
    WHERE NOT EXISTS (
        SELECT 1 FROM found_identity_conflict AS c
        WHERE c.mmsi_a = j.mmsi AND c.t_start - $impossible_jump_settle_ms <= j.t1
            AND j.t0 <= c.t_end + $impossible_jump_settle_ms
    )
),
latest AS (
    SELECT *,
        max(t2) OVER (PARTITION BY mmsi ORDER BY t0, t2 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS t_so_far
    FROM spans
),
numbered AS (
    SELECT *,
        CAST(sum(CASE WHEN t_so_far IS NOT NULL AND t0 <= t_so_far THEN 0 ELSE 1 END)
            OVER (PARTITION BY mmsi ORDER BY t0, t2 ROWS UNBOUNDED PRECEDING) AS BIGINT) AS spell
    FROM latest
)
SELECT mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, min(t0) AS t_start, max(t2) AS t_end,
    arg_min(lat0, t0) AS lat, arg_min(lon0, t0) AS lon, max(speed_dkn) AS value,
    list(t0) AS evidence_a, list(t1) AS evidence_b
FROM numbered
GROUP BY mmsi, spell
HAVING max(speed_dkn) > $impossible_jump_speed_dkn
