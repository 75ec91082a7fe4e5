-- Each row of a part with its speed: the reported one, else the one that the row before implies, else unknown.
WITH before AS (
    SELECT *,
        lag(t) OVER part_rows AS t_before,
        lag(lat) OVER part_rows AS lat_before,
        lag(lon) OVER part_rows AS lon_before
    FROM rows
    WINDOW part_rows AS (PARTITION BY mmsi, part ORDER BY t)
)
SELECT *,
    CASE
        WHEN sog BETWEEN 0 AND 1022 THEN sog
        WHEN t_before IS NULL OR t - t_before > 1800000 THEN 32767
        -- a tenth of a knot is one unit in 3,600 ms
        ELSE least(32766, apart(lat_before, lon_before, lat, lon) * 3600 // (t - t_before))
    END AS speed
FROM before
