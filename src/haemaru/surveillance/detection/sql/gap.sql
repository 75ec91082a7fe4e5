-- A ship that was well heard falls silent for two hours or more at sea, where others are heard.
-- Explained: the ship is often silent, the place is one where others are lost too, the silence is that of a ship whose
-- position was false meanwhile (impossible_jump). Value: metres that it stayed behind the way it would have made at its
-- last speed (negative: it went further).
WITH silent AS (
    SELECT *, t1 - t0 AS length_ms, (lat0 + 54000000) // 150000 AS cell_row, (lon0 + 108000000) // 150000 AS cell_column
    FROM drops
    WHERE t1 - t0 >= $gap_silence_ms AND n_before >= $gap_heard_rows AND (tags0 & 5) = 0
),
own AS (
    SELECT a.mmsi, a.part, a.t0,
        CAST(sum(b.t1 - b.t0) AS BIGINT) AS lost_ms,
        CAST(sum(CASE WHEN (b.t1 - b.t0) * 2 >= a.length_ms OR b.t1 - b.t0 >= $gap_long_ms THEN 1 ELSE 0 END) AS BIGINT)
            AS long
    FROM silent AS a
    JOIN drops AS b ON b.mmsi = a.mmsi AND b.part = a.part AND b.t0 <> a.t0
        AND b.t1 > a.t0 - $gap_habit_window_ms AND b.t0 < a.t1 + $gap_habit_window_ms
    GROUP BY a.mmsi, a.part, a.t0
),
heard AS (
    SELECT a.mmsi, a.part, a.t0, CAST(sum(least(r.t1, a.t1 + $gap_habit_window_ms) - greatest(r.t0, a.t0 - $gap_habit_window_ms)) AS BIGINT) AS heard_ms
    FROM silent AS a
    JOIN tracks AS r ON r.mmsi = a.mmsi AND r.part = a.part
        AND r.t1 > a.t0 - $gap_habit_window_ms AND r.t0 < a.t1 + $gap_habit_window_ms
    GROUP BY a.mmsi, a.part, a.t0
),
cells AS (
    SELECT mmsi, cell, CAST(sum(t1 - t0) AS BIGINT) AS span_ms, CAST(sum(lost_ms) AS BIGINT) AS lost_ms
    FROM visits
    GROUP BY mmsi, cell
),
steps AS (
    SELECT y, x FROM (VALUES (-1), (0), (1)) AS ys (y) CROSS JOIN (VALUES (-1), (0), (1)) AS xs (x)
),
around AS (
    SELECT a.mmsi, a.part, a.t0, (cell_row + y) * 1440 + (cell_column + x + 1440) % 1440 AS cell
    FROM silent AS a CROSS JOIN steps
),
others AS (
    SELECT a.mmsi, a.part, a.t0, c.mmsi AS other,
        CAST(sum(c.span_ms) AS BIGINT) AS span_ms, CAST(sum(c.lost_ms) AS BIGINT) AS lost_ms
    FROM around AS a
    JOIN cells AS c ON c.cell = a.cell AND c.mmsi <> a.mmsi
    GROUP BY a.mmsi, a.part, a.t0, c.mmsi
),
reception AS (
    SELECT mmsi, part, t0, CAST(count(*) AS BIGINT) AS ships,
        CAST(sum(CASE WHEN lost_ms * 100 >= (span_ms + lost_ms) * $gap_lost_percent THEN 1 ELSE 0 END) AS BIGINT) AS lost_ships
    FROM others
    GROUP BY mmsi, part, t0
),
measured AS (
    SELECT s.*, abs(lat1 - lat0) AS north, least(abs(lon1 - lon0), 216000000 - abs(lon1 - lon0)) AS turn,
        abs(lat0 + lat1) // 2 * 32768 // 54000000 AS u
    FROM silent AS s
),
narrowed AS (
    SELECT *, u * u // 32768 AS w FROM measured
),
placed AS (
    SELECT *, north * 185220 // 1000000 AS north_m, turn * ($cosine_of_w) // 32768 * 185220 // 1000000 AS east_m
    FROM narrowed
)
SELECT p.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, p.t0 AS t_start, p.t1 AS t_end, p.lat0 AS lat, p.lon0 AS lon,
    CASE WHEN p.sog0 = 32767 THEN 0 ELSE p.sog0 * (p.length_ms // 1000) * 463 // 9000 END
        - CAST(floor(sqrt(CAST(north_m * north_m + east_m * east_m AS DOUBLE))) AS BIGINT) AS value,
    list_sort([p.t0, p.t1]) AS evidence_a, list_sort([p.t0, p.t1]) AS evidence_b
FROM placed AS p
LEFT JOIN own AS o ON o.mmsi = p.mmsi AND o.part = p.part AND o.t0 = p.t0
LEFT JOIN heard AS h ON h.mmsi = p.mmsi AND h.part = p.part AND h.t0 = p.t0
LEFT JOIN reception AS r ON r.mmsi = p.mmsi AND r.part = p.part AND r.t0 = p.t0
WHERE coalesce(o.long, 0) < $gap_long_others
    AND coalesce(o.lost_ms, 0) * 100 < (coalesce(h.heard_ms, 0) + coalesce(o.lost_ms, 0)) * $gap_own_lost_percent
    AND NOT (coalesce(r.ships, 0) >= $gap_reception_ships AND r.lost_ships * 2 >= r.ships)
    AND NOT EXISTS (
        SELECT 1 FROM found_impossible_jump AS j
        WHERE j.mmsi_a = p.mmsi AND j.t_start < p.t1 AND j.t_end > p.t0
    )
