"""The feed ais_danish_csv: AIS tables of the Danish waters."""
