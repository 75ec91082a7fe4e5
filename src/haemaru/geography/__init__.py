"""Where things are: ports and anchorages, zones and sea areas, and how far it is from one place to another.

The tables are our own and small. Ports carry the precision and source of their position, because a port found by the
middle of its city lies 20 km from the ships; zones are approximate, not legal, not for navigation, and say so wherever
they are shown. Nothing here needs a network or a geometry library.
"""

from haemaru.geography.areas import Area
from haemaru.geography.distances import distances_m, sea_distance_m
from haemaru.geography.ports import Port, find_ports, nearest_port, nearest_port_m, port, ports
from haemaru.geography.zones import Whereabouts, Zone, Zones, read_zones, zone_at, zone_outlines, zones

__all__ = [
    "Area",
    "Port",
    "Whereabouts",
    "Zone",
    "Zones",
    "distances_m",
    "find_ports",
    "nearest_port",
    "nearest_port_m",
    "port",
    "ports",
    "read_zones",
    "sea_distance_m",
    "zone_at",
    "zone_outlines",
    "zones",
]
