-- Step: every time a ship was below 3 kn for two minutes or more, and how usual that is for this ship.
-- `others_alike` counts its other stops at sea within a day that lasted from half to twice as long: hauls of a fishing boat,
-- the round of a ferry. `arrived` and `left` say that it was seen under way before and after; unknown is no.
WITH slow AS (
    SELECT *,
        t1 - t0 AS length_ms,
        CASE WHEN (tags_or & 7) = 0 THEN 1 ELSE 0 END AS at_sea,
        CASE WHEN sog_before <> 32767 AND sog_before >= $stops_under_way_dkn THEN 1 ELSE 0 END AS arrived,
        CASE WHEN sog_after <> 32767 AND sog_after >= 30 THEN 1 ELSE 0 END AS went_on
    FROM runs
    WHERE level = 30
),
alike AS (
    SELECT a.mmsi, a.part, a.t0, CAST(count(*) AS BIGINT) AS others_alike
    FROM slow AS a
    JOIN slow AS b ON b.mmsi = a.mmsi AND (b.t0 <> a.t0 OR b.part <> a.part)
        AND b.t0 BETWEEN a.t0 - $stops_habit_window_ms AND a.t0 + $stops_habit_window_ms
        AND b.length_ms * 2 >= a.length_ms AND b.length_ms <= a.length_ms * 2
    WHERE a.at_sea = b.at_sea
    GROUP BY a.mmsi, a.part, a.t0
)
SELECT s.*, coalesce(a.others_alike, 0) AS others_alike
FROM slow AS s
LEFT JOIN alike AS a ON a.mmsi = s.mmsi AND a.part = s.part AND a.t0 = s.t0
