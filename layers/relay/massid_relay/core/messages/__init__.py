"""Every message of our queues, as strict models, and the functions that read them."""

from massid_relay.core.messages.bulk import BulkContinuation, BulkFile
from massid_relay.core.messages.document import Document
from massid_relay.core.messages.envelopes import (
    DocumentMessage,
    EventsMessage,
    EvidenceRequest,
    Order,
    Submission,
    SubmissionReference,
    WakeMessage,
    event_external_id,
    identify,
)
from massid_relay.core.messages.event import Event
from massid_relay.core.messages.notification import EvidenceObjects
from massid_relay.core.messages.orders import CancelOrder, CancelOrders, FollowOrder, OrderMessage, PlaceOrder
from massid_relay.core.messages.parsing import (
    parse_bulk_message,
    parse_document_message,
    parse_events_message,
    parse_evidence_message,
    parse_known_parties,
    parse_order_message,
    parse_submission,
    submission_of,
)

__all__ = [
    "BulkContinuation",
    "BulkFile",
    "CancelOrder",
    "CancelOrders",
    "Document",
    "DocumentMessage",
    "Event",
    "EventsMessage",
    "EvidenceObjects",
    "EvidenceRequest",
    "FollowOrder",
    "Order",
    "OrderMessage",
    "PlaceOrder",
    "Submission",
    "SubmissionReference",
    "WakeMessage",
    "event_external_id",
    "identify",
    "parse_bulk_message",
    "parse_document_message",
    "parse_events_message",
    "parse_evidence_message",
    "parse_known_parties",
    "parse_order_message",
    "parse_submission",
    "submission_of",
]
