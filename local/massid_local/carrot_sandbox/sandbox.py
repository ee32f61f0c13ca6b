"""All state of one sandbox, in one object that tests can look into. It lives on one event loop: nothing here awaits."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from massid_relay.core.clock import Clock

from massid_local.carrot_sandbox import access
from massid_local.carrot_sandbox.clocks import MovableClock
from massid_local.carrot_sandbox.deduplication import DeduplicationMemory, Key
from massid_local.carrot_sandbox.documents import Author, Document
from massid_local.carrot_sandbox.faults import FaultPlan
from massid_local.carrot_sandbox.files import FileStore
from massid_local.carrot_sandbox.identifiers import Identifiers
from massid_local.carrot_sandbox.journal import Journal
from massid_local.carrot_sandbox.parties import Entity, Parties, PartiesDraft
from massid_local.carrot_sandbox.problems import Problem, error_body, not_found
from massid_local.carrot_sandbox.requests import InlineAddress, InlineParticipant
from massid_local.carrot_sandbox.settings import Credential, SandboxSettings
from massid_local.carrot_sandbox.throttling import Limiter
from massid_local.carrot_sandbox.tokens import Tokens

PLATFORM_CLIENT_ID = "carrot-platform"
"""Author of the events that the platform writes by itself."""


class ClockStands(ValueError):
    """The clock that the sandbox was given has no `advance`."""


class Sandbox:
    """The platform as the sandbox knows it. `settings` may be replaced at any time."""

    def __init__(self, settings: SandboxSettings, clock: Clock) -> None:
        self.settings = settings
        self.exceptions: dict[str, SandboxSettings] = {}
        """By a document's external id: the settings that hold for it alone."""
        self.clock = clock
        self.identifiers = Identifiers(settings.seed)
        self.tokens = Tokens(settings)
        self.journal = Journal()
        self.limiter = Limiter()
        self.faults = FaultPlan(settings.seed)
        self.deduplication = DeduplicationMemory()
        self.files = FileStore()
        self.documents: dict[str, Document] = {}
        self.running: set[Key] = set()
        self._parties: dict[str, Parties] = defaultdict(Parties)
        self._companies: dict[str, tuple[Entity, Entity]] = {}

    def settings_for(self, document: Document) -> SandboxSettings:
        """Its own settings, if it has some: how it takes events and when it shows them."""
        return self.exceptions.get(document.external_id or "", self.settings)

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.clock.now()

    def advance(self, seconds: float) -> None:
        """Move the clock forward. Raises ClockStands if it can't be moved."""
        if not isinstance(self.clock, MovableClock):
            raise ClockStands("this sandbox's clock can't be moved")
        self.clock.advance(seconds)

    def reset(self) -> None:
        """Forget documents, parties, files, memory, log and faults. Settings and tokens stay."""
        self.journal.clear()
        self.limiter.clear()
        self.faults = FaultPlan(self.settings.seed)
        self.deduplication.clear()
        self.files.clear()
        self.documents.clear()
        self.exceptions.clear()
        self._parties.clear()
        self._companies.clear()

    def draft(self, data_set: str) -> PartiesDraft:
        """Where the participants and addresses of one request are resolved."""
        return PartiesDraft(self._parties[data_set], self.settings, self.identifiers)

    def author(self, credential: Credential) -> Author:
        """Who writes with this credential."""
        company, _ = self.company(credential)
        return Author(credential.client_id, company["id"], credential.data_set)

    def platform_author(self, credential: Credential) -> Author:
        """The platform itself, for its own events on this integrator's documents."""
        return Author(PLATFORM_CLIENT_ID, self.company(credential)[0]["id"], credential.data_set)

    def company(self, credential: Credential) -> tuple[Entity, Entity]:
        """The integrator's own participant and address."""
        if credential.client_id not in self._companies:
            self._companies[credential.client_id] = self._make_company(credential)
        return self._companies[credential.client_id]

    def visible_document(self, credential: Credential, document_id: str) -> Document:
        """The document, if this integrator may see it: its own, a public one of the same data set, or what an ACTOR says.
        404 otherwise."""
        document = self.documents.get(document_id)
        if document is None or document.owner.data_set != credential.data_set:
            raise not_found("document")
        allowed = access.may(document.events, self.company(credential)[0]["id"], access.READ)
        own = document.owner.client_id == credential.client_id
        if not document.fields["isPublic"] and not (own if allowed is None else allowed):
            raise not_found("document")
        return document

    def require_writer(self, credential: Credential, document: Document, event_name: str | None = None) -> None:
        """403 unless this integrator may append such an event, or, without a name, attach a file: the creator may, if no
        ACTOR says anything of it."""
        allowed = access.may(document.events, self.company(credential)[0]["id"], access.WRITE, event_name)
        if not (document.owner.client_id == credential.client_id if allowed is None else allowed):
            raise Problem(403, "not allowed to write to this document")

    def refusal(self, problem: Problem) -> dict[str, Any]:
        """The vendor's error body of a Problem."""
        error_ids = [self.identifiers.error() for _ in problem.messages]
        return error_body(problem, error_ids, int(self.now().timestamp()))

    def _make_company(self, credential: Credential) -> tuple[Entity, Entity]:
        draft = self.draft(credential.data_set)
        company = credential.company
        participant = draft.inline_participant(
            InlineParticipant.model_validate(
                {
                    "countryCode": "BR",
                    "name": company.name,
                    "taxId": company.tax_id,
                    "taxIdType": "CNPJ",
                    "type": "COMPANY",
                }
            )
        )
        address = draft.inline_address(
            InlineAddress.model_validate(
                {
                    "city": company.city,
                    "countryCode": "BR",
                    "countryState": company.country_state,
                    "latitude": Decimal("-23.5505"),
                    "longitude": Decimal("-46.6333"),
                    "name": "Head office",
                    "neighborhood": "Centro",
                    "number": "1",
                    "street": "Rua da Plataforma",
                    "zipCode": "01001000",
                }
            ),
            participant,
        )
        draft.commit()
        return participant, address
