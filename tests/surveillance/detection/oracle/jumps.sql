-- A row that opened a part although its MMSI had rows before: nobody it belongs to could have come here.
WITH ordered AS (
    SELECT *, lag(part) OVER w AS from_part, lag(t) OVER w AS t0, lag(lat) OVER w AS lat0, lag(lon) OVER w AS lon0
    FROM rows
    WINDOW w AS (PARTITION BY mmsi ORDER BY t)
),
opened AS (
    SELECT *, least(32766, apart(lat0, lon0, lat, lon) * 3600 // (t - t0)) AS speed_dkn
    FROM ordered
    WHERE opens AND t0 IS NOT NULL
),
back AS (
    SELECT o.mmsi, o.t, min(r.t) AS t2
    FROM opened AS o JOIN rows AS r ON r.mmsi = o.mmsi AND r.part = o.from_part AND r.t > o.t
    GROUP BY o.mmsi, o.t
)
SELECT o.mmsi, o.from_part % 4 AS part, o.t0, o.lat0, o.lon0, o.t AS t1, o.lat AS lat1, o.lon AS lon1, o.speed_dkn,
    o.part % 4 AS to_part, CASE WHEN t2 IS NULL THEN 0 ELSE 1 END AS returned, coalesce(t2, 0) AS t2
FROM opened AS o LEFT JOIN back AS b ON b.mmsi = o.mmsi AND b.t = o.t
