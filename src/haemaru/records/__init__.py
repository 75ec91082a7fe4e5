"""The words both sides of an exchange know: records, the headers they travel under, their subjects and claims.

A record is plain JSON with a checked shape (`record`), of a kind that decides its channel (`kinds`), about a subject
that can be looked up again by its identifiers (`subjects`). What is known about a subject is kept as claims, each with
its source (`claims`); what a person, dog or device is proven able to do, and until when, as certificates.
"""

from haemaru.records.certificate import Certificate, certificate_json, read_certificate, why_invalid
from haemaru.records.claims import Claim, by_field, claims_of, contradictions
from haemaru.records.header import (
    OPERATIONS,
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
from haemaru.records.labels import labels_of
from haemaru.records.recalled import TAKEN_BACK, Change, Recalled, marked, withdrawn
from haemaru.records.record import MAX_REFS, Record, leaf_paths, parse_record, read_record
from haemaru.records.stamp import Stamp
from haemaru.records.subjects import STRONG, identifier, identifiers, same_subject
from haemaru.records.vessel_names import VesselName, read_vessel_name

__all__ = [
    "CHANNELS",
    "KINDS",
    "MAX_REFS",
    "OPERATIONS",
    "RESOURCE_MESSAGES",
    "STRONG",
    "TAKEN_BACK",
    "AgreementRef",
    "Certificate",
    "Change",
    "Claim",
    "Header",
    "Marking",
    "Recalled",
    "Record",
    "Redacted",
    "Released",
    "Stamp",
    "VesselName",
    "by_field",
    "certificate_json",
    "channel_of",
    "claims_of",
    "contradictions",
    "header_bytes",
    "header_json",
    "identifier",
    "identifiers",
    "is_kind",
    "labels_of",
    "leaf_paths",
    "marked",
    "parse_kind",
    "parse_record",
    "read_certificate",
    "read_header",
    "read_record",
    "read_vessel_name",
    "same_subject",
    "why_invalid",
    "withdrawn",
]
