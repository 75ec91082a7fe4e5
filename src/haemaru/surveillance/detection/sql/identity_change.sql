-- A ship ends under one MMSI and goes on under another: at sea, the last row of the one and the first row of the other
-- lie so close in time and place that one ship can have sent both, and no other ship fits. Value: 0.
-- Or a ship that says another name (1), IMO number (2) or call sign (3) than before: value is the field, `mmsi_b` is 0.
WITH watch AS (
    SELECT min(t0) AS t_first, max(t1) AS t_last FROM tracks
),
ships AS (
    SELECT mmsi, min(t0) AS t0, max(t1) AS t1, arg_min(lat0, t0) AS lat0, arg_min(lon0, t0) AS lon0,
        arg_min(tags0, t0) AS tags0, arg_max(lat1, t1) AS lat1, arg_max(lon1, t1) AS lon1, arg_max(tags1, t1) AS tags1,
        CAST(sum(n) AS BIGINT) AS n, max(part) AS parts
    FROM tracks
    GROUP BY mmsi
    HAVING sum(n) >= $identity_change_heard_rows AND max(part) = 0
),
ended AS (
    SELECT s.* FROM ships AS s, watch AS w
    WHERE s.t1 <= w.t_last - $identity_change_quiet_ms AND (s.tags1 & 7) = 0
),
begun AS (
    SELECT s.* FROM ships AS s, watch AS w
    WHERE s.t0 >= w.t_first + $identity_change_quiet_ms AND (s.tags0 & 7) = 0
),
pairs AS (
    SELECT a.mmsi AS mmsi_old, b.mmsi AS mmsi_new, a.t1 AS t_start, b.t0 AS t_end, a.lat1 AS lat, a.lon1 AS lon,
        b.t0 - a.t1 AS mute_ms, abs(b.lat0 - a.lat1) AS north,
        least(abs(b.lon0 - a.lon1), 216000000 - abs(b.lon0 - a.lon1)) AS turn,
        abs(a.lat1 + b.lat0) // 2 * 32768 // 54000000 AS u
    FROM ended AS a
    JOIN begun AS b ON b.mmsi <> a.mmsi AND b.t0 > a.t1 AND b.t0 <= a.t1 + $identity_change_mute_ms
),
narrowed AS (
    SELECT *, u * u // 32768 AS w FROM pairs WHERE turn < 10000000
),
placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM narrowed
),
reach AS (
    -- 0.1 kn is 1 unit in 3,600 ms
    SELECT *, $identity_change_slack_units + $identity_change_reach_dkn * mute_ms // 3600 AS radius,
        north * north + east * east AS square
    FROM placed
),
fitting AS (
    SELECT *,
        CAST(count(*) OVER (PARTITION BY mmsi_old) AS BIGINT) AS heirs,
        CAST(count(*) OVER (PARTITION BY mmsi_new) AS BIGINT) AS forebears
    FROM reach
    WHERE square <= radius * radius
),
words AS (
    SELECT mmsi, field, value, t0, t1,
        lag(value) OVER (PARTITION BY mmsi, field ORDER BY t0, value) AS value_before,
        lag(t1) OVER (PARTITION BY mmsi, field ORDER BY t0, value) AS t_before
    FROM claims
    WHERE field IN (1, 2, 3)
)
SELECT least(mmsi_old, mmsi_new) AS mmsi_a, greatest(mmsi_old, mmsi_new) AS mmsi_b, t_start, t_end, lat, lon,
    CAST(0 AS BIGINT) AS value, list_sort([t_start, t_end]) AS evidence_a, list_sort([t_start, t_end]) AS evidence_b
FROM fitting
WHERE heirs = 1 AND forebears = 1
UNION ALL
SELECT c.mmsi, CAST(0 AS BIGINT), least(c.t_before, c.t0), c.t0, coalesce(arg_max(r.lat0, r.t0), 0),
    coalesce(arg_max(r.lon0, r.t0), 0), min(c.field), list_sort([least(c.t_before, c.t0), c.t0]),
    list_sort([least(c.t_before, c.t0), c.t0])
FROM words AS c
LEFT JOIN tracks AS r ON r.mmsi = c.mmsi AND r.t0 <= c.t0
WHERE c.value_before IS NOT NULL AND c.value <> c.value_before
GROUP BY c.mmsi, c.t_before, c.t0
