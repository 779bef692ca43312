"""The forms by which a decision is typed: one for each deal, one for what holds for all of them."""

import re
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import BooleanField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.core.errors import DomainError
from app.core.money import BadAmount, format_money, parse_money, plain_money
from app.incidents import (
    INTEREST_POLICY,
    WHERE_DECLINABLE,
    WHERE_OBLIGED,
    Assumption,
    Case,
    CaseDecision,
    Decision,
    Distributions,
    Incident,
    IncompleteDecision,
    Offered,
    Proposal,
    ProposalPart,
    Remedy,
    Risk,
    Threshold,
    Unpaid,
    Waiver,
    assess,
    current,
    list_holders,
    list_offered,
    positions_of,
)
from app.incidents.left_over import list_who_left
from app.settlement import INTEREST_POLICIES
from app.web.admin.forms import LONGEST_NOTE, CheckboxesField

SPARE_ASSUMPTIONS = 2
LISTED = 100
"""How many of those who may decline are listed to tick; others are given by their number."""
RISKS = {"": "As assessed above", **{each.value: each.value.capitalize() for each in Risk}}
DISTRIBUTIONS = {each.value: each.says for each in Distributions}
short = [Length(max=200)]
long = [Length(max=LONGEST_NOTE)]


def _says(unpaid: Collection[Unpaid]) -> Mapping[str, str]:
    return {each.value: each.says for each in unpaid}


def _choices(words: Mapping[str, str]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: list(words.items())


class UnreadableDecision(DomainError):
    """Something that was typed is no figure."""


class CaseForm(Form):
    """What is decided for one deal; the names of its fields begin with the deal's."""

    is_left_out = BooleanField("Leave this deal to a later version")
    remedy = SelectField("Remedy", choices=_choices({each.value: each.label for each in Remedy}))
    why = TextAreaField("Why this remedy for this deal", validators=long)
    risk = SelectField("Risk", choices=_choices(RISKS))
    risk_reason = StringField("Reason for this risk", validators=long)
    multiple = StringField("Multiple for C", validators=short)
    distributions = SelectField("What the deal distributed", choices=_choices(DISTRIBUTIONS))
    distributions_reason = StringField("Why not trued up", validators=long)
    declining = CheckboxesField("Who declines", choices=[], validate_choice=False)
    others = StringField("Others who decline, by account number", validators=long)
    is_obliging = BooleanField("An offer of this deal may not be declined")

    def decision(self, case: Case) -> CaseDecision:
        """What was typed about `case`. Raises UnreadableDecision and IncompleteDecision."""
        risk, multiple = self.risk.data, (self.multiple.data or "").strip()
        return CaseDecision(
            remedy=Remedy(self.remedy.data),
            reason=self.why.data or "",
            risk=Risk(risk) if risk else None,
            risk_reason=self.risk_reason.data or "",
            multiple=_multiple(case, multiple) if multiple else None,
            distributions=Distributions(self.distributions.data),
            distributions_reason=self.distributions_reason.data or "",
            declining=positions_of(case, [*(self.declining.data or ()), *read_numbers(self.others.data or "")]),
            is_obliging=bool(self.is_obliging.data),
        )


class TermsForm(Form):
    """Interest, what becomes of unpaid offers, and what the thresholds waive."""

    interest = SelectField("Interest on refunds", choices=_choices({name: name for name in INTEREST_POLICIES}))
    interest_cap = StringField("At most, in percent of what is refunded", validators=short)
    unpaid_offer = RadioField("An offer that is unpaid", choices=_choices(_says(WHERE_DECLINABLE)), default=Unpaid.ENDS)
    unpaid_obliged = RadioField(
        "An offer that may not be declined and is unpaid", choices=_choices(_says(WHERE_OBLIGED)), default=Unpaid.ENDS
    )
    waives = SelectField("What it waives", choices=_choices({each.value: each.value.capitalize() for each in Waiver}))
    threshold_reason = StringField("Why it is waived", validators=long)


class ThresholdForm(Form):
    """Below which amount of one currency; the names of its fields begin with the currency."""

    below = StringField("Threshold", validators=short)


class AssumptionForm(Form):
    """One doubt, and what was assumed in the investor's favour."""

    doubt = StringField("Doubt", validators=long)
    resolved = StringField("Resolved in the investor’s favour by", validators=long)


class DecisionForms:
    """All forms of one decision, filled in from what was sent or else from the version before."""

    def __init__(
        self,
        incident: Incident,
        sent: ImmutableMultiDict[str, str] | None,
        before: Proposal | None,
        wished: MultiDict[str, str],
    ) -> None:
        said = {case: _said(case, before) | _wished(case, wished) for case in incident.cases}
        self.cases = {
            case: CaseForm(sent, prefix=f"{case.deal.external_id}-", data=data) for case, data in said.items()
        }
        for case, form in self.cases.items():
            form.declining.choices = _offers(case, form.declining.data or ())
        self.terms = TermsForm(sent, data=_terms(before))
        currencies = sorted({case.deal.currency for case in incident.cases})
        below = before.thresholds if before else {}
        self.thresholds = {
            currency: ThresholdForm(sent, prefix=f"{currency}-", data={"below": _amount(below.get(currency), currency)})
            for currency in currencies
        }
        known = before.assumptions if before else []
        pairs = [*known, *[Assumption(doubt="", resolved="")] * SPARE_ASSUMPTIONS]
        self.assumptions = [AssumptionForm(sent, prefix=f"assumed{i}-", data=pair) for i, pair in enumerate(pairs)]

    def errors(self) -> list[tuple[str, str]]:
        """(field id, message) of everything that cannot be read."""
        forms = (*self.cases.values(), self.terms, *self.thresholds.values(), *self.assumptions)
        return [
            (field.id, str(error)) for form in forms if not form.validate() for field in form for error in field.errors
        ]

    def decision(self) -> Decision:
        """What was typed. Raises UnreadableDecision and BadAmount."""
        terms = self.terms.data
        threshold = Threshold(self._below(), Waiver(terms["waives"]), terms["threshold_reason"] or "")
        cap = _cap(terms["interest_cap"] or "")
        pairs = [(each.doubt.data or "", each.resolved.data or "") for each in self.assumptions]
        return Decision(
            {
                case.deal.external_id: form.decision(case)
                for case, form in self.cases.items()
                if not form.is_left_out.data
            },
            interest_policy=f"{terms['interest']}, at most {cap}%" if cap else terms["interest"],
            threshold=threshold,
            assumptions=[Assumption(doubt=doubt, resolved=resolved) for doubt, resolved in pairs if doubt or resolved],
            unpaid_offer=Unpaid(terms["unpaid_offer"]),
            unpaid_obliged=Unpaid(terms["unpaid_obliged"]),
            covers=frozenset(case.deal.external_id for case, form in self.cases.items() if not form.is_left_out.data),
        )

    def _below(self) -> dict[str, int]:
        """The thresholds that are not empty or 0, in minor units by currency. Raises BadAmount."""
        typed = {currency: (form.below.data or "0").strip() for currency, form in self.thresholds.items()}
        amounts = {currency: _threshold(text, currency) for currency, text in typed.items()}
        return {currency: cents for currency, cents in amounts.items() if cents}


def _threshold(text: str, currency: str) -> int:
    try:
        return parse_money(text, currency)
    except BadAmount as refusal:
        raise UnreadableDecision(f"Threshold in {currency}: {refusal}") from refusal


def _multiple(case: Case, text: str) -> Fraction:
    try:
        return read_multiple(text)
    except UnreadableDecision as refusal:
        raise UnreadableDecision(f"{case.deal.name}, multiple for C: {refusal}") from refusal


def _cap(text: str) -> str:
    """A cap on interest as it was typed, in percent; empty for none. Raises UnreadableDecision."""
    cap = text.strip().removesuffix("%").strip()
    if cap and not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", cap):
        raise UnreadableDecision(f"Interest at most: {text!r} is no percentage. Write a number such as 25 or 12.5.")
    return cap


def read_multiple(text: str) -> Fraction:
    """A price now divided by a price paid, typed as a decimal such as 1.40. Raises UnreadableDecision."""
    digits = text.replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal()):
        raise UnreadableDecision(f"{text!r} is not a multiple. Write a decimal such as 1.40.")
    return Fraction(text if not text.startswith(".") else f"0{text}")


def read_numbers(text: str) -> list[str]:
    """Account numbers with commas or line breaks between them."""
    return [number for each in text.replace("\n", ",").split(",") if (number := each.strip())]


def list_who_may_decline(case: Case, numbers: Collection[str]) -> list[Offered]:
    """The accounts to choose from: the first that are offered more, and whoever of `numbers` is not among them."""
    offered = list(list_offered(case, at_most=LISTED))
    missing = set(numbers) - {each.number for each in offered}
    try:
        return offered + list(list_holders(case, positions_of(case, missing)))
    except IncompleteDecision:  # the decision itself says so, beside the form
        return offered


def _offers(case: Case, numbers: Collection[str]) -> list[tuple[str, str]]:
    """Who may decline, by account number; of whoever left an offer already it is said which."""
    left = {each.account.external_id: f"; {each.says}" for each in list_who_left(case)}
    currency = case.deal.currency
    return [
        (
            each.number,
            f"{each.name}, {each.number}: {format_money(each.offered_cents, currency)} more{left.get(each.number, '')}",
        )
        for each in list_who_may_decline(case, numbers)
    ]


def _said(case: Case, newest: Proposal | None) -> dict[str, object]:
    """What was said of this deal last; without it, redistribution as the agreement says.

    Who left a part declines. A deal that is out stays out of the next version, unless such a part is offered again.
    """
    published = current.find_covering(case)
    left = list_who_left(case)
    is_offered_again = any(each.is_offered_again for each in left)
    before = _part_of(newest, case) or _part_of(published, case)
    is_waiting = newest is not None and newest is not published and _part_of(newest, case) is not None
    is_left_out: dict[str, object] = {"is_left_out": published is not None and not is_offered_again and not is_waiting}
    if before is None:
        usual = Distributions.TRUED_UP if case.deal.distributions else Distributions.NOTHING
        return {"remedy": Remedy.REDISTRIBUTION, "risk": "", "distributions": usual} | is_left_out
    positions = frozenset(each.adjustment.request.position for each in left)
    return is_left_out | {
        "remedy": before.remedy,
        "why": before.reason,
        "risk": "" if _is_usual(before) else before.risk,
        "risk_reason": "" if _is_usual(before) else before.risk_reason,
        "multiple": before.multiple_text,
        "distributions": before.distributions,
        "distributions_reason": before.distributions_reason,
        "declining": [each.number for each in list_holders(case, positions.union(before.held))],
        "is_obliging": bool(before.obliged_by),
    }


def _part_of(proposal: Proposal | None, case: Case) -> ProposalPart | None:
    parts = proposal.parts if proposal else []
    return next((part for part in parts if part.case_id == case.id), None)


def _is_usual(part: ProposalPart) -> bool:
    """Whether nobody edited the risk, so that another remedy gets its own; the level of C goes by its cost."""
    usual = assess(part.remedy, cost_cents=0, available_cents=1)
    return part.risk_reason == usual.reason and (part.remedy is Remedy.CASH or part.risk is usual.level)


def _wished(case: Case, wished: MultiDict[str, str]) -> dict[str, object]:
    """What was tried out for this deal and is taken over."""
    name = case.deal.external_id
    asked = {"multiple": wished.get(f"{name}-multiple"), "declining": wished.getlist(f"{name}-declining")}
    return {key: value for key, value in asked.items() if value}


def _amount(cents: int | None, currency: str) -> str:
    return "" if cents is None else plain_money(cents, currency)


def _terms(before: Proposal | None) -> dict[str, object]:
    if before is None:
        return {"waives": Waiver.NOTHING, "interest": INTEREST_POLICY}
    policy, _, cap = before.policy["interest"].partition(", at most ")
    return {
        "interest": policy,
        "interest_cap": cap.rstrip("%"),
        "unpaid_offer": before.policy["unpaid_offer"],
        "unpaid_obliged": before.policy.get("unpaid_obliged", Unpaid.ENDS),
        "waives": before.threshold_waives,
        "threshold_reason": before.threshold_reason,
    }
