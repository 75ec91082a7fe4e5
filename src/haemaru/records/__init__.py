"""The words both sides of an exchange know: records, the headers they travel under, their subjects and claims.

A record is plain JSON with a checked shape (`record`), of a kind that decides its channel (`kinds`), about a subject
that can be looked up again by its identifiers (`subjects`). What is known about a subject is kept as claims, each with
its source (`claims`); what a person, dog or device is proven able to do, and until when, as certificates.
"""

from haemaru.records.header import (
    AgreementRef,
    Header,
    Marking,
    Redacted,
    Released,
    header_bytes,
    header_json,
    read_header,
)
from haemaru.records.kinds import CHANNELS, KINDS, RESOURCE_MESSAGES, channel_of, is_kind, parse_kind
from haemaru.records.record import Record, leaf_paths, parse_record, read_record

__all__ = [
    "CHANNELS",
    "KINDS",
    "RESOURCE_MESSAGES",
    "AgreementRef",
    "Header",
    "Marking",
    "Record",
    "Redacted",
    "Released",
    "channel_of",
    "header_bytes",
    "header_json",
    "is_kind",
    "leaf_paths",
    "parse_kind",
    "parse_record",
    "read_header",
    "read_record",
]
