"""The feed ais_noaa_csv: AIS tables of the US coast."""
