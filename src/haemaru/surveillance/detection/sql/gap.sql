-- A ship that was well heard falls silent for two hours or more at sea, where others are heard.
-- Explained: the ship is often silent, or was just before or after; many of the ships that pass where it fell silent,
-- where it came back, or most of the way between, are lost there or come out of nowhere; its position was false
-- meanwhile (impossible_jump). Value: metres that it stayed behind the way it would have made at its last speed
-- (negative: it went farther).
WITH silent AS (
    SELECT *, t1 - t0 AS length_ms
    FROM drops
    WHERE t1 - t0 >= $gap_silence_ms AND n_before >= $gap_heard_rows AND (tags0 & 5) = 0
),
own AS (
    SELECT a.mmsi, a.part, a.t0,
        CAST(sum(b.t1 - b.t0) AS BIGINT) AS lost_ms, CAST(count(*) AS BIGINT) AS others,
        CAST(sum(CASE WHEN (b.t1 - b.t0) * 2 >= a.length_ms OR b.t1 - b.t0 >= $gap_long_ms THEN 1 ELSE 0 END) AS BIGINT)
            AS long,
        CAST(sum(CASE WHEN b.t1 - b.t0 >= $gap_long_ms AND b.t1 > a.t0 - $gap_beside_ms AND b.t0 < a.t1 + $gap_beside_ms
            THEN 1 ELSE 0 END) AS BIGINT) AS beside
    FROM silent AS a
    JOIN drops AS b ON b.mmsi = a.mmsi AND b.part = a.part AND b.t0 <> a.t0
        AND b.t1 > a.t0 - $gap_habit_window_ms AND b.t0 < a.t1 + $gap_habit_window_ms
    GROUP BY a.mmsi, a.part, a.t0
),
heard AS (
    SELECT a.mmsi, a.part, a.t0,
        CAST(sum(least(r.t1, a.t1 + $gap_habit_window_ms) - greatest(r.t0, a.t0 - $gap_habit_window_ms)) AS BIGINT)
            AS heard_ms
    FROM silent AS a
    JOIN tracks AS r ON r.mmsi = a.mmsi AND r.part = a.part
        AND r.t1 > a.t0 - $gap_habit_window_ms AND r.t0 < a.t1 + $gap_habit_window_ms
    GROUP BY a.mmsi, a.part, a.t0
),
watch AS (
    SELECT min(t0) AS t_first, max(t1) AS t_last FROM tracks
),
lost AS (
    -- where ships began or ended a silence of half an hour or more at sea, came out of nowhere or went there
    SELECT mmsi, lat0 AS lat, lon0 AS lon FROM drops WHERE t1 - t0 >= $gap_fade_ms AND (tags0 & 5) = 0
    UNION ALL
    SELECT mmsi, lat1, lon1 FROM drops WHERE t1 - t0 >= $gap_fade_ms AND (tags1 & 5) = 0
    UNION ALL
    SELECT mmsi, lat1, lon1 FROM tracks, watch WHERE t1 <= t_last - $gap_silence_ms AND (tags1 & 5) = 0
    UNION ALL
    SELECT mmsi, lat0, lon0 FROM tracks, watch WHERE t0 >= t_first + $gap_silence_ms AND (tags0 & 5) = 0
),
ends AS (
    SELECT mmsi, part, t0, 0 AS side, lat0 AS lat, lon0 AS lon FROM silent
    UNION ALL
    SELECT mmsi, part, t0, 1, lat1, lon1 FROM silent
),
visited AS (
    SELECT DISTINCT mmsi, cell FROM visits
),
passed AS (
    SELECT e.mmsi, e.part, e.t0, e.side, CAST(count(DISTINCT v.mmsi) AS BIGINT) AS ships
    FROM ends AS e
    JOIN visited AS v ON v.mmsi <> e.mmsi
        AND v.cell = (e.lat + 54000000) // 150000 * 1440 + (e.lon + 108000000) // 150000 % 1440
    GROUP BY e.mmsi, e.part, e.t0, e.side
),
banded AS (
    SELECT *, (lat + 54000000) // $gap_region_units AS band FROM lost
),
near_ends AS (
    -- what lies within a band's height lies in this band or in one beside it
    SELECT ends.*, (lat + 54000000) // $gap_region_units + step AS band
    FROM ends CROSS JOIN (VALUES (-1), (0), (1)) AS steps (step)
),
beside AS (
    -- twice as many units of longitude hold the distance up to 60 degrees
    SELECT e.mmsi, e.part, e.t0, e.side, l.mmsi AS other, abs(e.lat - l.lat) AS north,
        least(abs(e.lon - l.lon), 216000000 - abs(e.lon - l.lon)) AS turn,
        abs(e.lat + l.lat) // 2 * 32768 // 54000000 AS u
    FROM near_ends AS e
    JOIN banded AS l ON l.band = e.band AND l.mmsi <> e.mmsi AND abs(e.lat - l.lat) <= $gap_region_units
),
beside_narrowed AS (
    SELECT *, u * u // 32768 AS w FROM beside WHERE turn < 10000000
),
beside_placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM beside_narrowed
),
fell AS (
    SELECT mmsi, part, t0, side, CAST(count(DISTINCT other) AS BIGINT) AS ships,
        CAST(count(DISTINCT CASE WHEN north * north + east * east <= $gap_place_units * $gap_place_units THEN other END)
            AS BIGINT) AS near_ships
    FROM beside_placed
    WHERE north * north + east * east <= $gap_region_units * $gap_region_units
    GROUP BY mmsi, part, t0, side
),
reception AS (
    -- A region is poorly heard where two others and a quarter of those that pass the cell were lost; a place is well
    -- heard where many passed and few were lost.
    SELECT e.mmsi, e.part, e.t0,
        max(CASE WHEN f.ships >= $gap_reception_ships AND f.ships * 100 >= coalesce(p.ships, 0) * $gap_lost_percent
            THEN 1 ELSE 0 END) AS poor,
        max(CASE WHEN e.side = 0 AND p.ships >= $gap_passing_ships
            AND coalesce(f.near_ships, 0) * 100 <= p.ships * $gap_few_lost_percent THEN 1 ELSE 0 END) AS good_start
    FROM ends AS e
    LEFT JOIN fell AS f ON f.mmsi = e.mmsi AND f.part = e.part AND f.t0 = e.t0 AND f.side = e.side
    LEFT JOIN passed AS p ON p.mmsi = e.mmsi AND p.part = e.part AND p.t0 = e.t0 AND p.side = e.side
    GROUP BY e.mmsi, e.part, e.t0
),
ways AS (
    -- the straight way in quarters, moved to positive numbers before it is divided
    SELECT mmsi, part, t0, step,
        ((lat0 + 54000000) * (4 - step) + (lat1 + 54000000) * step) // 4 // 150000 * 1440 + ((lon0 + 108000000) * 4
            + step * (CASE WHEN lon1 - lon0 >= 108000000 THEN lon1 - lon0 - 216000000
                WHEN lon1 - lon0 < -108000000 THEN lon1 - lon0 + 216000000 ELSE lon1 - lon0 END)
            + 864000000) // 4 // 150000 % 1440 AS cell
    FROM silent CROSS JOIN (VALUES (1), (2), (3)) AS steps (step)
),
lost_in AS (
    SELECT DISTINCT mmsi, (lat + 54000000) // 150000 * 1440 + (lon + 108000000) // 150000 % 1440 AS cell FROM lost
),
along AS (
    SELECT w.mmsi, w.part, w.t0, w.step, CAST(count(DISTINCT v.mmsi) AS BIGINT) AS ships,
        CAST(count(DISTINCT l.mmsi) AS BIGINT) AS lost_ships
    FROM ways AS w
    JOIN visited AS v ON v.cell = w.cell AND v.mmsi <> w.mmsi
    LEFT JOIN lost_in AS l ON l.cell = v.cell AND l.mmsi = v.mmsi
    GROUP BY w.mmsi, w.part, w.t0, w.step
),
unheard AS (
    SELECT mmsi, part, t0,
        CAST(sum(CASE WHEN lost_ships * 100 >= ships * $gap_lost_on_way_percent THEN 1 ELSE -1 END) AS BIGINT) AS more
    FROM along
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
LEFT JOIN unheard AS n ON n.mmsi = p.mmsi AND n.part = p.part AND n.t0 = p.t0
WHERE coalesce(o.long, 0) < $gap_long_others
    AND (coalesce(o.others, 0) < $gap_many_others
        OR o.lost_ms * 100 < (coalesce(h.heard_ms, 0) + o.lost_ms) * $gap_own_lost_percent)
    AND coalesce(o.beside, 0) = 0 AND (r.good_start = 1 OR (r.poor = 0 AND coalesce(n.more, 0) <= 0))
    AND NOT EXISTS (
        -- it was heard for moments only: it came out of silence shortly before, or went back into it shortly after
        SELECT 1 FROM tracks AS r, watch AS x
        WHERE r.mmsi = p.mmsi AND r.part = p.part
            AND ((r.t1 = p.t0 AND r.t0 > p.t0 - $gap_heard_ms AND r.t0 > x.t_first + $gap_edge_ms AND (r.tags0 & 5) = 0)
                OR (r.t0 = p.t1 AND r.t1 < p.t1 + $gap_heard_ms AND r.t1 < x.t_last - $gap_edge_ms AND (r.tags1 & 5) = 0))
    )
    AND NOT EXISTS (
        SELECT 1 FROM found_impossible_jump AS j
        WHERE j.mmsi_a = p.mmsi AND j.t_start < p.t1 AND j.t_end > p.t0
    )
