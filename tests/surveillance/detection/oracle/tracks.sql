-- One continuous piece of a part: a silence of 2 h or more ends it.
WITH switched AS (
    SELECT *, CASE WHEN lag(part) OVER (PARTITION BY mmsi ORDER BY t) <> part THEN 1 ELSE 0 END AS switches
    FROM rows
),
cut AS (
    SELECT *, CASE WHEN t - lag(t) OVER w >= 7200000 THEN 1 ELSE 0 END AS begins
    FROM switched
    WINDOW w AS (PARTITION BY mmsi, part ORDER BY t)
),
numbered AS (
    SELECT *, sum(begins) OVER (PARTITION BY mmsi, part ORDER BY t) AS piece FROM cut
)
SELECT mmsi, part % 4 AS part, min(t) AS t0, arg_min(lat, t) AS lat0, arg_min(lon, t) AS lon0, arg_min(tags, t) AS tags0,
    max(t) AS t1, arg_max(lat, t) AS lat1, arg_max(lon, t) AS lon1, arg_max(tags, t) AS tags1,
    count(*) AS n, sum(switches) AS alternations
FROM numbered
GROUP BY mmsi, part, piece
