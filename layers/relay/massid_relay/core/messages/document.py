"""The document of a MassID, in Carrot's own field names."""

from pydantic import ConfigDict

from massid_relay.core.jsons import JsonObject, content_hash
from massid_relay.core.messages.base import ExternalId, Moment, Text
from massid_relay.core.messages.parties import WithParties
from massid_relay.core.messages.payload import payload_of
from massid_relay.core.messages.shape import also_spelt, both, one_of


class Document(WithParties):
    """Body of POST /documents (docs.carrot.eco, api/documents and integrations/guides/submitting-a-mass-id)."""

    model_config = ConfigDict(
        json_schema_extra=both(
            one_of("participant", "participantId"),
            one_of("address", "addressId"),
            also_spelt("measureUnit", "measurementUnit"),
        )
    )

    category: Text
    type: Text
    subtype: Text | None = None
    title: Text | None = None
    short_title: Text | None = None
    measurement_unit: Text | None = None
    external_created_at: Moment
    is_public: bool
    is_publicly_searchable: bool
    external_id: ExternalId | None = None
    deduplication_id: Text | None = None
    tags: dict[str, str | None] | None = None

    @property
    def needs_parties(self) -> bool:
        """One participant and one address, says docs.carrot.eco, api/documents."""
        return True

    def to_payload(self) -> JsonObject:
        """What goes to the network, in camelCase, without our own ids."""
        return payload_of(self, without={"externalId", "deduplicationId"})

    @property
    def content_hash(self) -> str:
        """The same for the same content, whatever the order of fields and the form of numbers and times."""
        return content_hash(self.to_payload())
