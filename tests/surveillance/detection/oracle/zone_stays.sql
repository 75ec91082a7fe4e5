-- A part's stay under one tag bit, each port apart; up to 10 min outside do not end it.
WITH legs AS (
    SELECT *, row_number() OVER w AS place, lag(t) OVER w AS leg_from, lag(tags) OVER w AS tags_before, lag(port) OVER w AS port_before
    FROM told
    WINDOW w AS (PARTITION BY mmsi, part ORDER BY t)
),
inside AS (
    SELECT l.*, b.bit, CASE WHEN b.bit = 1 THEN l.port ELSE 0 END AS in_port,
        CASE WHEN (l.tags_before & b.bit) <> 0 AND (b.bit <> 1 OR l.port_before = l.port) AND l.speed < 30
             THEN t - leg_from ELSE 0 END AS slow_leg,
        CASE WHEN l.speed = 32767 THEN -1 ELSE l.speed END AS known
    FROM legs AS l CROSS JOIN (VALUES (1), (8), (16), (32)) AS b (bit)
    WHERE (l.tags & b.bit) <> 0
),
cut AS (
    SELECT *, CASE
            WHEN place - lag(place) OVER stay = 1 THEN 0 -- silence is not outside
            WHEN t - lag(t) OVER stay <= 600000 THEN 0
            ELSE 1 END AS begins
    FROM inside
    WINDOW stay AS (PARTITION BY mmsi, part, bit, in_port ORDER BY t)
),
numbered AS (
    SELECT *, sum(begins) OVER (PARTITION BY mmsi, part, bit, in_port ORDER BY t) AS stay FROM cut
)
SELECT mmsi, part % 4 AS part, bit, in_port AS port, min(t) AS t0, arg_min(lat, t) AS lat0, arg_min(lon, t) AS lon0,
    max(t) AS t1, arg_max(lat, t) AS lat1, arg_max(lon, t) AS lon1,
    sum(slow_leg) AS slow_ms,
    CASE WHEN max(known) < 0 THEN 32767 ELSE max(known) END AS sog_max,
    count(*) FILTER (WHERE known >= 30) AS n_run, coalesce(sum(known) FILTER (WHERE known >= 30), 0) AS sum_run
FROM numbered
GROUP BY mmsi, part, bit, in_port, stay
