-- A part's stay in one quarter-degree cell, and how much of it was lost in silences of 15 min or more.
WITH placed AS (
    SELECT *, line(lat) // 100 * 1440 + (lon + 108000000) // 150000 AS cell,
        lead(t) OVER (PARTITION BY mmsi, part ORDER BY t) AS t_next
    FROM rows
),
cut AS (
    SELECT *, CASE WHEN cell = lag(cell) OVER (PARTITION BY mmsi, part ORDER BY t) THEN 0 ELSE 1 END AS begins
    FROM placed
),
numbered AS (
    SELECT *, sum(begins) OVER (PARTITION BY mmsi, part ORDER BY t) AS stay FROM cut
)
SELECT mmsi, part % 4 AS part, cell, min(t) AS t0, max(t) AS t1, count(*) AS n,
    sum(CASE WHEN t_next - t >= 900000 THEN t_next - t ELSE 0 END) AS lost_ms
FROM numbered
GROUP BY mmsi, part, cell, stay
