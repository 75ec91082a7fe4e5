"""Where observations come in: one folder a source, in the order in which a file is shown to them."""

from haemaru.surveillance.feeds.ais_danish_csv.parse import DanishCsv
from haemaru.surveillance.feeds.ais_nmea.parse import AisNmea
from haemaru.surveillance.feeds.ais_noaa_csv.parse import NoaaCsv
from haemaru.surveillance.feeds.kit import Decoder, Feed, Manifest, manifest
from haemaru.surveillance.feeds.lrit_csv.parse import LritCsv

# The last one takes whatever the others do not recognise: any file may hold AIS sentences somewhere.
FEEDS: tuple[Feed, ...] = (NoaaCsv(), DanishCsv(), LritCsv(), AisNmea())

__all__ = ["FEEDS", "Decoder", "Feed", "Manifest", "manifest"]
