"""What sensors see that tells no name: radar, patrol and camera contacts, read and kept."""

from haemaru.surveillance.contacts.contact import CONTACT_SCHEMA, SENSORS, Contact, as_table, contacts_of
from haemaru.surveillance.contacts.cursor_on_target import CotDecoder, vessel_event
from haemaru.surveillance.contacts.reading import Counts, contact_files, contact_stream, decode_contacts
from haemaru.surveillance.contacts.store import ContactStore
from haemaru.surveillance.contacts.table import CsvDecoder

__all__ = [
    "CONTACT_SCHEMA",
    "SENSORS",
    "Contact",
    "ContactStore",
    "CotDecoder",
    "Counts",
    "CsvDecoder",
    "as_table",
    "contact_files",
    "contact_stream",
    "contacts_of",
    "decode_contacts",
    "vessel_event",
]
