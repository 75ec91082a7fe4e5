-- The first row at or below 3 kn of each two minutes, none inside a port.
SELECT mmsi, part % 4 AS part, t // 120000 AS bin, t, lat, lon, speed AS sog, tags
FROM told
WHERE speed <= 30 AND (tags & 1) = 0
QUALIFY row_number() OVER (PARTITION BY mmsi, part, t // 120000 ORDER BY t) = 1
