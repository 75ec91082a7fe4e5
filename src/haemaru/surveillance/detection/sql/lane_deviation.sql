-- A ship under way in a lane leaves it and comes back farther along by a longer way than the straight one.
-- Its way outside is reckoned from its speed in the lane before and after. Explained: a port call, a stop or a silence
-- in between, ships that cross lanes (their way is straight). Value: metres of detour.
WITH stays AS (
    SELECT mmsi, part, t0, t1, lat0, lon0, lat1, lon1,
        lead(t0) OVER own AS t0_next, lead(t1) OVER own AS t1_next,
        lead(lat0) OVER own AS lat0_next, lead(lon0) OVER own AS lon0_next,
        lead(lat1) OVER own AS lat1_next, lead(lon1) OVER own AS lon1_next
    FROM zone_stays
    WHERE bit = 32
    WINDOW own AS (PARTITION BY mmsi, part ORDER BY t0)
),
away AS (
    SELECT *, t0_next - t1 AS away_ms,
        abs(lat0 + lat1) // 2 * 32768 // 54000000 AS u_before,
        abs(lat1 + lat0_next) // 2 * 32768 // 54000000 AS u_away,
        abs(lat0_next + lat1_next) // 2 * 32768 // 54000000 AS u_after,
        CASE WHEN lon1 - lon0 >= 108000000 THEN lon1 - lon0 - 216000000
            WHEN lon1 - lon0 < -108000000 THEN lon1 - lon0 + 216000000 ELSE lon1 - lon0 END AS turn_before,
        CASE WHEN lon0_next - lon1 >= 108000000 THEN lon0_next - lon1 - 216000000
            WHEN lon0_next - lon1 < -108000000 THEN lon0_next - lon1 + 216000000 ELSE lon0_next - lon1 END AS turn_away,
        CASE WHEN lon1_next - lon0_next >= 108000000 THEN lon1_next - lon0_next - 216000000
            WHEN lon1_next - lon0_next < -108000000 THEN lon1_next - lon0_next + 216000000
            ELSE lon1_next - lon0_next END AS turn_after
    FROM stays
    WHERE t0_next - t1 BETWEEN $lane_deviation_shortest_ms AND $lane_deviation_longest_ms
        AND t1 - t0 >= $lane_deviation_stay_ms AND t1_next - t0_next >= $lane_deviation_stay_ms
),
narrowed AS (
    SELECT *, u_before * u_before // 32768 AS w_before, u_away * u_away // 32768 AS w_away,
        u_after * u_after // 32768 AS w_after
    FROM away
),
cosines AS (
    SELECT *,
        32768 - w_before * (40425 - w_before * (8311 - w_before * (682 - w_before * 28 // 32768) // 32768) // 32768) // 32768 AS k_before,
        32768 - w_away * (40425 - w_away * (8311 - w_away * (682 - w_away * 28 // 32768) // 32768) // 32768) // 32768 AS k_away,
        32768 - w_after * (40425 - w_after * (8311 - w_after * (682 - w_after * 28 // 32768) // 32768) // 32768) // 32768 AS k_after
    FROM narrowed
),
sides AS (
    SELECT *,
        abs(turn_before) * k_before // 32768 AS east_before, abs(turn_away) * k_away // 32768 AS east_away,
        abs(turn_after) * k_after // 32768 AS east_after,
        CASE WHEN turn_before < 0 THEN -1 ELSE 1 END * CASE WHEN turn_away < 0 THEN -1 ELSE 1 END AS same_side,
        CASE WHEN turn_after < 0 THEN -1 ELSE 1 END * CASE WHEN turn_away < 0 THEN -1 ELSE 1 END AS same_side_after
    FROM cosines
),
ways AS (
    SELECT *,
        CAST(floor(sqrt(CAST((lat1 - lat0) * (lat1 - lat0) + east_before * east_before AS DOUBLE))) AS BIGINT) AS way_before,
        CAST(floor(sqrt(CAST((lat0_next - lat1) * (lat0_next - lat1) + east_away * east_away AS DOUBLE))) AS BIGINT) AS straight,
        CAST(floor(sqrt(CAST((lat1_next - lat0_next) * (lat1_next - lat0_next) + east_after * east_after AS DOUBLE))) AS BIGINT)
            AS way_after,
        (lat1 - lat0) * (lat0_next - lat1) + east_before * east_away * same_side AS along,
        (lat1_next - lat0_next) * (lat0_next - lat1) + east_after * east_away * same_side_after AS along_after
    FROM sides
),
reckoned AS (
    -- the faster of the two speeds, in units a second, times the seconds outside
    SELECT *, greatest(way_before * 1000 // (t1 - t0), way_after * 1000 // (t1_next - t0_next)) AS pace,
        greatest(way_before * 1000 // (t1 - t0), way_after * 1000 // (t1_next - t0_next)) * (away_ms // 1000) AS way
    FROM ways
)
SELECT r.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, r.t1 AS t_start, r.t0_next AS t_end, r.lat1 AS lat, r.lon1 AS lon,
    (r.way - r.straight) * 185220 // 1000000 AS value,
    list_sort([r.t1, r.t0_next]) AS evidence_a, list_sort([r.t1, r.t0_next]) AS evidence_b
FROM reckoned AS r
WHERE r.pace * 36 >= $lane_deviation_pace_dkn * 10 AND r.along > 0 AND r.along_after > 0
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
