-- Something may have been left in the water by one ship and fetched by another: see drop_pairs.sql.
-- From the start of the first stop to the end of the second. Value: seconds between the two stops.
SELECT least(mmsi_first, mmsi_second) AS mmsi_a, greatest(mmsi_first, mmsi_second) AS mmsi_b,
    drop_t0 AS t_start, fetch_t1 AS t_end, lat, lon, (fetch_t0 - drop_t1) // 1000 AS value,
    list_sort([drop_t0, drop_t1]) AS evidence_a, list_sort([fetch_t0, fetch_t1]) AS evidence_b
FROM drop_pairs
