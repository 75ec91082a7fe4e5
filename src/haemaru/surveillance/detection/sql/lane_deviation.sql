-- A ship under way in a lane leaves it and comes back farther along by a longer way than the straight one.
-- Its way outside is reckoned from its mean speed in the lane before and after. Explained: a port call, a stop or a
-- silence in between, ships that cross lanes (their way is straight). Value: metres of detour.
WITH stays AS (
    SELECT mmsi, part, t0, t1, lat0, lon0, lat1, lon1, n_run, sum_run, t1 - t0 - slow_ms AS run_ms,
        lead(t0) OVER own AS t0_next, lead(lat0) OVER own AS lat0_next, lead(lon0) OVER own AS lon0_next,
        lead(n_run) OVER own AS n_run_next, lead(sum_run) OVER own AS sum_run_next,
        lead(t1 - t0 - slow_ms) OVER own AS run_ms_next
    FROM zone_stays
    WHERE bit = 32
    WINDOW own AS (PARTITION BY mmsi, part ORDER BY t0)
),
away AS (
    SELECT *, t0_next - t1 AS away_ms,
        abs(lat1 - lat0_next) AS north,
        least(abs(lon1 - lon0_next), 216000000 - abs(lon1 - lon0_next)) AS turn,
        abs(lat1 + lat0_next) // 2 * 32768 // 54000000 AS u
    FROM stays
    WHERE t0_next - t1 BETWEEN $lane_deviation_shortest_ms AND $lane_deviation_longest_ms
        AND run_ms >= $lane_deviation_stay_ms AND run_ms_next >= $lane_deviation_stay_ms
        AND n_run > 0 AND n_run_next > 0
),
narrowed AS (
    SELECT *, u * u // 32768 AS w FROM away
),
placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM narrowed
),
reckoned AS (
    -- 0.1 kn is one unit in 3,600 ms
    SELECT *, CAST(floor(sqrt(CAST(north * north + east * east AS DOUBLE))) AS BIGINT) AS straight,
        (sum_run + sum_run_next) // (n_run + n_run_next) AS pace_dkn,
        (sum_run + sum_run_next) * (away_ms // 1000) // ((n_run + n_run_next) * 36) * 10 AS way
    FROM placed
)
SELECT r.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, r.t1 AS t_start, r.t0_next AS t_end, r.lat1 AS lat, r.lon1 AS lon,
    (r.way - r.straight) * 185220 // 1000000 AS value,
    list_sort([r.t1, r.t0_next]) AS evidence_a, list_sort([r.t1, r.t0_next]) AS evidence_b
FROM reckoned AS r
WHERE r.pace_dkn >= $lane_deviation_pace_dkn
    AND r.way - r.straight >= $lane_deviation_detour_units AND r.straight * 100 >= r.way * $lane_deviation_straight_percent
    AND NOT EXISTS (
        SELECT 1 FROM zone_stays AS p
        WHERE p.mmsi = r.mmsi AND p.part = r.part AND p.bit = 1 AND p.t0 < r.t0_next AND p.t1 > r.t1
    )
    AND NOT EXISTS (
        SELECT 1 FROM stops AS s
        WHERE s.mmsi = r.mmsi AND s.part = r.part AND s.t0 < r.t0_next AND s.t1 > r.t1
            AND s.length_ms >= $lane_deviation_stop_ms
    )
    AND NOT EXISTS (
        SELECT 1 FROM drops AS d
        WHERE d.mmsi = r.mmsi AND d.part = r.part AND d.t0 < r.t0_next AND d.t1 > r.t1
            AND (d.t1 - d.t0) * 2 >= r.away_ms
    )
