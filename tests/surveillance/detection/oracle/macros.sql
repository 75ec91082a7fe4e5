-- Words of geometry.py, once more and independently: whole numbers, `//` only of what is not negative.
CREATE MACRO square(u) AS u * u // 32768;
CREATE MACRO polynomial(w) AS
    32768 - w * (40425 - w * (8311 - w * (682 - w * 28 // 32768) // 32768) // 32768) // 32768;
CREATE MACRO cosine(lat) AS polynomial(square(abs(lat) * 32768 // 54000000));
CREATE MACRO wrap(dlon) AS
    CASE WHEN dlon >= 108000000 THEN dlon - 216000000 WHEN dlon < -108000000 THEN dlon + 216000000 ELSE dlon END;
CREATE MACRO east_west(lat0, lon0, lat1, lon1) AS
    abs(wrap(lon1 - lon0)) * cosine(abs(lat0 + lat1) // 2) // 32768;
CREATE MACRO root(x) AS floor(sqrt(x::DOUBLE))::BIGINT; -- exact below 2^52, and every square here is
CREATE MACRO apart(lat0, lon0, lat1, lon1) AS -- in units of latitude
    root((lat1 - lat0) * (lat1 - lat0) + east_west(lat0, lon0, lat1, lon1) * east_west(lat0, lon0, lat1, lon1));
CREATE MACRO metres(units) AS units * 185220 // 1000000;
CREATE MACRO mean(total, n) AS -- halves away from zero
    CASE WHEN total < 0 THEN -((2 * -total + n) // (2 * n)) ELSE (2 * total + n) // (2 * n) END;
CREATE MACRO line(lat) AS -- of cells of 0.0025 degree from the south pole; an edge belongs to the side of the equator
    least(CASE WHEN lat >= 0 THEN lat // 1500 ELSE -1 - -lat // 1500 END + 36000, 71999);
