-- Two neighbouring rows of a part, 15 min or more apart.
WITH pairs AS (
    SELECT mmsi, part, t AS t1, lat AS lat1, lon AS lon1, speed AS sog1, tags AS tags1,
        lag(t) OVER w AS t0, lag(lat) OVER w AS lat0, lag(lon) OVER w AS lon0,
        lag(speed) OVER w AS sog0, lag(tags) OVER w AS tags0
    FROM told
    WINDOW w AS (PARTITION BY mmsi, part ORDER BY t)
)
SELECT mmsi, part % 4 AS part, t0, lat0, lon0, sog0, tags0, t1, lat1, lon1, sog1, tags1,
    (SELECT count(*) FROM told AS r
        WHERE r.mmsi = p.mmsi AND r.part = p.part
            AND r.t // 600000 BETWEEN p.t0 // 600000 - 11 AND p.t0 // 600000 AND r.t <= p.t0) AS n_before
FROM pairs AS p
WHERE t1 - t0 >= 900000
