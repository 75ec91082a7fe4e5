-- A ship that was heard outside comes into a port and lies slow there for half an hour or more. Who lay there when the
-- data began makes no call. Value: the number of the port.
SELECT z.mmsi AS mmsi_a, CAST(0 AS BIGINT) AS mmsi_b, z.t0 AS t_start, z.t1 AS t_end, z.lat0 AS lat, z.lon0 AS lon,
    z.port AS value, list_sort([z.t0, z.t1]) AS evidence_a, list_sort([z.t0, z.t1]) AS evidence_b
FROM zone_stays AS z
WHERE z.bit = 1 AND z.slow_ms >= $port_call_shortest_ms
    AND EXISTS (
        SELECT 1 FROM tracks AS r
        WHERE r.mmsi = z.mmsi AND r.part = z.part AND r.t0 < z.t0 - $port_call_seen_ms
    )
