-- Step: what other rules already say of a ship's time, one row a ship and span.
SELECT mmsi_a AS mmsi, t_start, t_end FROM found_rendezvous
UNION ALL SELECT mmsi_b, t_start, t_end FROM found_rendezvous
UNION ALL SELECT mmsi_a, t_start, t_end FROM found_small_craft_visit
UNION ALL SELECT mmsi_b, t_start, t_end FROM found_small_craft_visit
UNION ALL SELECT mmsi_a, t_start, t_end FROM found_one_sided_rendezvous
UNION ALL SELECT mmsi_a, t_start, t_end FROM found_loitering
UNION ALL SELECT mmsi_first, drop_t0, drop_t1 FROM drop_pairs
UNION ALL SELECT mmsi_second, fetch_t0, fetch_t1 FROM drop_pairs
