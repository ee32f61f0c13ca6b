"""What a rule may know besides the MassID."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from massid_relay.preflight.profile import Accreditation, AccreditationProfile
from massid_relay.preflight.subject import Event, Subject
from massid_relay.preflight.vocabulary import Methodology, Role


@dataclass(frozen=True, slots=True)
class Context:
    """`now` is when the audit is thought to run (rules judge by that day, not by the MassID's)."""

    methodology: Methodology
    now: datetime
    profile: AccreditationProfile | None = None
    review_required_enabled: bool = False
    manifest_texts: Mapping[str, str | None] = field(default_factory=dict)
    """Per file name the text of an attached manifest; None: it has none that can be read."""

    def recycler_accreditation(self, subject: Subject) -> Accreditation | None:
        """The Recycler accreditation that weighing, sorting and prevented emissions read.

        The auditor takes the last one that the audit links, whoever's it is. A profile may describe several plants: then the one
        of this MassID's recycler is taken, and none if that can't be told.
        """
        recycler = subject.actor(Role.RECYCLER)
        own = self.accreditations(Role.RECYCLER, recycler) if recycler else []
        listed = self.of_role(Role.RECYCLER)
        if own:
            return own[-1]
        return listed[0] if len(listed) == 1 else None

    @property
    def no_recycler_is_accredited(self) -> bool:
        """The profile is complete and lists no Recycler at all."""
        return self.profile_is_complete and not self.of_role(Role.RECYCLER)

    def of_role(self, role: Role) -> list[Accreditation]:
        """All accreditations of the profile for that role."""
        return [one for one in self.profile.accreditations if one.role is role] if self.profile else []

    def accreditations(self, role: Role, event: Event) -> list[Accreditation]:
        """The profile's accreditations for that role whose participant is the event's."""
        return [
            one for one in self.of_role(role) if one.participant.matches(event.party.identity.id, event.party.tax_id)
        ]

    def surely_unlisted(self, role: Role, event: Event) -> bool:
        """The event's participant has no accreditation for that role: the profile is complete, and every entry is comparable."""
        if self.profile is None or not self.profile.complete:
            return False
        party = event.party
        return all(one.participant.matches(party.identity.id, party.tax_id) is False for one in self.of_role(role))

    @property
    def profile_is_complete(self) -> bool:
        """The profile says that it lists all accreditations, so what isn't in it doesn't exist."""
        return self.profile is not None and self.profile.complete
