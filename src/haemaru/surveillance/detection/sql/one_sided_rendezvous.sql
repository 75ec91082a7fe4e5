-- A radar or patrol contact that is no AIS ship lies within 500 m of a slow AIS ship at sea for ten minutes or more.
-- It is no echo of that ship: it was seen a kilometre off while the ship was slow, or at the place while the ship was
-- not. It is no other AIS ship: none was that close to it as often. Value: closest distance in m.
WITH seen AS (
    SELECT contact, t // 120000 AS bin, min(t) AS t, arg_min(lat, t) AS lat, arg_min(lon, t) AS lon
    FROM contacts
    GROUP BY contact, t // 120000
),
banded AS (
    SELECT *, (lat + 54000000) // 12000 AS band FROM seen
),
ships AS (
    SELECT *, (lat + 54000000) // 12000 AS band FROM bins
),
beside AS (
    SELECT banded.*, band + step AS other_band
    FROM banded CROSS JOIN (VALUES (-1), (0), (1)) AS steps (step)
),
pairs AS (
    SELECT c.contact, b.mmsi, b.part, c.bin, c.t AS t_contact, b.t AS t_ship, b.lat, b.lon, b.tags,
        abs(c.lat - b.lat) AS north, least(abs(c.lon - b.lon), 216000000 - abs(c.lon - b.lon)) AS turn,
        abs(c.lat + b.lat) // 2 * 32768 // 54000000 AS u
    FROM beside AS c
    JOIN ships AS b ON b.bin = c.bin AND b.band = c.other_band
),
narrowed AS (
    SELECT *, u * u // 32768 AS w FROM pairs WHERE turn < 1000000
),
placed AS (
    SELECT *, turn * ($cosine_of_w) // 32768 AS east FROM narrowed
),
near AS (
    SELECT *, north * north + east * east AS square FROM placed
    WHERE north * north + east * east <= $one_sided_rendezvous_distance_units * $one_sided_rendezvous_distance_units
),
met AS (
    SELECT contact, mmsi, part, min(t_contact) AS t_start, max(t_contact) AS t_end, CAST(count(*) AS BIGINT) AS n,
        min(square) AS square, CAST(sum(square) AS BIGINT) AS squares, arg_min(lat, square * 100000 + bin % 100000) AS lat,
        arg_min(lon, square * 100000 + bin % 100000) AS lon, bit_or(tags) AS tags_or,
        list(t_ship) AS evidence_a, min(bin) AS bin_first, max(bin) AS bin_last
    FROM near
    GROUP BY contact, mmsi, part
    HAVING max(t_contact) - min(t_contact) >= $one_sided_rendezvous_shortest_ms
        AND count(*) * 240000 >= max(t_contact) - min(t_contact)
),
apart AS (
    -- the contact was elsewhere while the ship was slow
    SELECT m.contact, m.mmsi, m.part, CAST(count(*) AS BIGINT) AS n
    FROM met AS m
    JOIN bins AS b ON b.mmsi = m.mmsi AND b.part = m.part AND b.bin BETWEEN m.bin_first - 60 AND m.bin_last + 60
    JOIN seen AS c ON c.contact = m.contact AND c.bin = b.bin
    WHERE abs(c.lat - b.lat) >= $one_sided_rendezvous_apart_units
        OR least(abs(c.lon - b.lon), 216000000 - abs(c.lon - b.lon)) >= $one_sided_rendezvous_apart_units * 2
    GROUP BY m.contact, m.mmsi, m.part
),
waited AS (
    -- the contact lay at the place while the ship was not slow there
    SELECT m.contact, m.mmsi, m.part, CAST(count(*) AS BIGINT) AS n
    FROM met AS m
    JOIN seen AS c ON c.contact = m.contact AND (c.bin < m.bin_first - 4 OR c.bin > m.bin_last + 4)
    JOIN tracks AS r ON r.mmsi = m.mmsi AND r.part = m.part AND c.t BETWEEN r.t0 AND r.t1
    WHERE abs(c.lat - m.lat) < $one_sided_rendezvous_distance_units
        AND least(abs(c.lon - m.lon), 216000000 - abs(c.lon - m.lon)) < $one_sided_rendezvous_distance_units
        AND NOT EXISTS (
            SELECT 1 FROM stops AS s WHERE s.mmsi = m.mmsi AND s.part = m.part AND s.t0 <= c.t AND s.t1 >= c.t
        )
    GROUP BY m.contact, m.mmsi, m.part
),
foreign_to AS (
    SELECT m.* FROM met AS m
    LEFT JOIN apart AS a ON a.contact = m.contact AND a.mmsi = m.mmsi AND a.part = m.part
    LEFT JOIN waited AS w ON w.contact = m.contact AND w.mmsi = m.mmsi AND w.part = m.part
    WHERE coalesce(a.n, 0) + coalesce(w.n, 0) >= 1
),
best AS (
    SELECT f.*, row_number() OVER (PARTITION BY f.contact, f.mmsi ORDER BY f.n DESC, f.part) AS choice
    FROM foreign_to AS f
    WHERE (f.tags_or & 7) = 0
        AND NOT EXISTS (
            SELECT 1 FROM met AS o
            WHERE o.contact = f.contact AND o.mmsi <> f.mmsi AND o.n * 2 >= f.n AND o.squares // o.n <= f.squares // f.n
        )
)
SELECT mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, t_start, t_end, lat, lon,
    CAST(floor(sqrt(CAST(square AS DOUBLE))) AS BIGINT) * 185220 // 1000000 AS value,
    evidence_a, list_sort([t_start, t_end]) AS evidence_b
FROM best
WHERE choice = 1
