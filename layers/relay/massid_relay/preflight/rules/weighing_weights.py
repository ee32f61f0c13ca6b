"""The weights of a Weighing: gross, tare, container, and whether they give the net weight.

An approved exception of the recycler may waive container capacity, container quantity, or tare (then the gross weight too).
Source: methodology-rules libs/methodologies/bold/rule-processors/mass-id/weighing/src/weighing.{helpers,constants,validators}.ts.
"""

from dataclasses import dataclass

from massid_relay.preflight.context import Context
from massid_relay.preflight.findings import Finding, Rule
from massid_relay.preflight.jsvalues import is_nil, is_positive, is_positive_integer, js_number, js_text
from massid_relay.preflight.profile import Accreditation
from massid_relay.preflight.subject import Event
from massid_relay.preflight.vocabulary import ATTRIBUTE_FORMATS, TRUCK, WEIGHING, listed

NET_WEIGHT_TOLERANCE_KG = 0.1

CAPACITY = "Container Capacity"
QUANTITY = "Container Quantity"
TARE = "Tare"
GROSS = "Gross Weight"


@dataclass(frozen=True, slots=True)
class Weights:
    """One Weighing with the accreditation that may waive some of its attributes."""

    rule: Rule
    event: Event
    accreditation: Accreditation | None
    context: Context

    def problems(self) -> list[Finding]:
        """Everything wrong with the weights."""
        return [
            *self._capacity(),
            *self._quantity(),
            *self._weight(GROSS),
            *self._weight(TARE),
            *self._net_weight(),
        ]

    def _capacity(self) -> list[Finding]:
        return [] if self._waived(CAPACITY) else self._as_waivable(CAPACITY, self._measured(CAPACITY))

    def _quantity(self) -> list[Finding]:
        is_truck = js_text(self.event.value_of("Container Type")) == TRUCK
        counted = is_positive_integer(self.event.value_of(QUANTITY))
        if is_truck and counted:
            return [
                self.rule.failed(
                    self.event.path_of(QUANTITY), f"With the container `Truck` there must be no `{QUANTITY}`."
                )
            ]
        if is_truck or counted or self._waived(QUANTITY):
            return []
        wanted = (
            f"`{QUANTITY}` must be a whole number of at least 1, without quotes, unless the container is a `Truck`."
        )
        return self._as_waivable(QUANTITY, [self.rule.failed(self.event.path_of(QUANTITY), wanted)])

    def _weight(self, name: str) -> list[Finding]:
        """A tare exception covers what is left out, tare or gross weight; what is there must be right."""
        problems = self._measured(name)
        if not self._omitted(name):
            return problems
        return [] if self._waived(TARE) else self._as_waivable(TARE, problems)

    def _measured(self, name: str) -> list[Finding]:
        attribute = self.event.attribute(name)
        problems: list[Finding] = []
        if attribute is None or not is_positive(attribute.value):
            problems.append(
                self.rule.failed(self.event.path_of(name), f"`{name}` must be a number above 0, without quotes.")
            )
        if attribute is None or not isinstance(attribute.format, str) or attribute.format not in ATTRIBUTE_FORMATS:
            problems.append(
                self.rule.failed(
                    self.event.format_path_of(name),
                    f"`{name}` must carry a format: one of {listed(ATTRIBUTE_FORMATS)}.",
                )
            )
        return problems

    def _net_weight(self) -> list[Finding]:
        """gross - tare x quantity against the value; never for trucks, which have no quantity."""
        gross, tare, quantity = (self.event.value_of(name) for name in (GROSS, TARE, QUANTITY))
        if self._waived(TARE) and (self._omitted(GROSS) or self._omitted(TARE)):
            return []
        if (
            any(is_nil(value) for value in (gross, tare, quantity, self.event.value))
            or js_number(self.event.value) == 0
        ):
            return []
        net = js_number(gross) - js_number(tare) * js_number(quantity)
        difference = abs(net - js_number(self.event.value))
        if not difference > NET_WEIGHT_TOLERANCE_KG:
            return []
        return [
            self.rule.failed(
                f"{self.event.path}.value",
                f"Gross weight less tare times quantity differs from the Weighing's value by {difference:.14g} kg; at most "
                f"{NET_WEIGHT_TOLERANCE_KG} kg are accepted.",
            )
        ]

    def _omitted(self, name: str) -> bool:
        value = self.event.value_of(name)
        return is_nil(value) or value == ""

    def _waived(self, name: str) -> bool:
        return self.accreditation is not None and self.accreditation.waives(WEIGHING, name, self.context.now)

    def _as_waivable(self, name: str, problems: list[Finding]) -> list[Finding]:
        """Without the accreditation nobody knows whether the attribute is waived."""
        if self.accreditation is not None or self.context.no_recycler_is_accredited:
            return problems
        return [
            self.rule.undecided(
                finding.path,
                finding.sentence,
                f"the recycler's accreditation: is there an approved exception for `{name}`?",
            )
            for finding in problems
        ]
