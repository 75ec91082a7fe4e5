-- Slow rows of a part with breaks of at most so long; at level 20 cut where the box would be over 14 km across.
WITH RECURSIVE
levels (level, limit_dkn, reach_dkn, break_ms, extent) AS (
    VALUES (30, 29, 30, 600000, 0), (20, 20, 20, 1800000, 14000 * 1000000::BIGINT // 185220)
),
part_rows AS (
    SELECT *, row_number() OVER w AS place,
        (SELECT coalesce(max(b.speed), 32767) FROM told AS b WHERE b.mmsi = r.mmsi AND b.part = r.part AND b.t < r.t
            AND b.speed <> 32767 AND b.t // 600000 >= r.t // 600000 - 3) AS sog_before,
        lead(speed, 1, 32767) OVER w AS sog_after
    FROM told AS r
    WINDOW w AS (PARTITION BY mmsi, part ORDER BY t)
),
slow AS (
    SELECT p.*, l.level, l.break_ms, l.extent, l.reach_dkn,
        row_number() OVER (PARTITION BY p.mmsi, p.part, l.level ORDER BY p.t) AS nth,
        p.t - lag(p.t) OVER (PARTITION BY p.mmsi, p.part, l.level ORDER BY p.t) AS since,
        p.place - lag(p.place) OVER (PARTITION BY p.mmsi, p.part, l.level ORDER BY p.t) AS places,
        lag(p.lat) OVER (PARTITION BY p.mmsi, p.part, l.level ORDER BY p.t) AS lat_slow,
        lag(p.lon) OVER (PARTITION BY p.mmsi, p.part, l.level ORDER BY p.t) AS lon_slow
    FROM part_rows AS p CROSS JOIN levels AS l
    WHERE p.speed <= l.limit_dkn
),
walked AS (
    SELECT *, 1 AS run, lon AS lon_first, lat AS lat_first, lat AS south, lat AS north, 0::BIGINT AS west, 0::BIGINT AS east
    FROM slow WHERE nth = 1
    UNION ALL
    SELECT s.*,
        CASE WHEN goes_on THEN w.run ELSE w.run + 1 END,
        CASE WHEN goes_on THEN w.lon_first ELSE s.lon END,
        CASE WHEN goes_on THEN w.lat_first ELSE s.lat END,
        CASE WHEN goes_on THEN least(w.south, s.lat) ELSE s.lat END,
        CASE WHEN goes_on THEN greatest(w.north, s.lat) ELSE s.lat END,
        CASE WHEN goes_on THEN least(w.west, wrap(s.lon - w.lon_first)) ELSE 0 END,
        CASE WHEN goes_on THEN greatest(w.east, wrap(s.lon - w.lon_first)) ELSE 0 END
    FROM walked AS w
    JOIN slow AS s ON s.mmsi = w.mmsi AND s.part = w.part AND s.level = w.level AND s.nth = w.nth + 1,
    LATERAL (SELECT
        s.since <= s.break_ms
        -- a break that took the ship farther than a slow ship gets: 300 m are 1619 units
        AND (s.places = 1 OR apart(s.lat_slow, s.lon_slow, s.lat, s.lon) <= s.reach_dkn * s.since // 3600 + 1619)
        AND (s.extent = 0 OR root(
            (greatest(w.north, s.lat) - least(w.south, s.lat)) ** 2
            + ((greatest(w.east, wrap(s.lon - w.lon_first)) - least(w.west, wrap(s.lon - w.lon_first)))
                * cosine(w.lat_first) // 32768) ** 2) <= s.extent) AS goes_on)
)
SELECT mmsi, part % 4 AS part, level, min(t) AS t0, max(t) AS t1, count(*) AS n,
    any_value(lat_first) + mean(sum(lat - lat_first)::BIGINT, count(*)) AS lat,
    wrap(any_value(lon_first) + mean(sum(wrap(lon - lon_first))::BIGINT, count(*))) AS lon,
    min(lat) AS min_lat, max(lat) AS max_lat, min(west) AS min_dlon, max(east) AS max_dlon,
    any_value(lon_first) AS first_lon, sum(speed) AS sum_sog,
    metres(sum(CASE WHEN t > t_first THEN apart(lat_slow, lon_slow, lat, lon) ELSE 0 END)::BIGINT) AS path_m,
    sum(CASE WHEN t > t_first AND places = 1 THEN since ELSE 0 END) AS slow_ms,
    bit_or(tags) AS tags_or, bit_and(tags) AS tags_and,
    arg_min(sog_before, t) AS sog_before,
    arg_max(sog_after, t) AS sog_after,
    max(CASE WHEN t > t_first THEN since ELSE 0 END) AS gap_in_ms
FROM (SELECT *, min(t) OVER (PARTITION BY mmsi, part, level, run) AS t_first FROM walked)
GROUP BY mmsi, part, level, run
HAVING max(t) - min(t) >= 120000
