"""The feed ais_nmea: AIS sentences (NMEA 0183) from file, TCP or UDP."""
