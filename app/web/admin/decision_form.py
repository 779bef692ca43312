"""The forms by which a decision is typed: one for each deal, one for what holds for all of them."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from werkzeug.datastructures import ImmutableMultiDict
from wtforms import BooleanField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.core.errors import DomainError
from app.core.money import parse_money, plain_money
from app.incidents import (
    INTEREST_POLICY,
    Assumption,
    Case,
    CaseDecision,
    Decision,
    Distributions,
    Incident,
    Proposal,
    ProposalPart,
    Remedy,
    Risk,
    Threshold,
    Waiver,
    assess,
)
from app.settlement import INTEREST_POLICIES
from app.web.admin.forms import LONGEST_NOTE

SPARE_ASSUMPTIONS = 2
RISKS = {"": "As assessed above", **{each.value: each.value.capitalize() for each in Risk}}
DISTRIBUTIONS = {each.value: each.says for each in Distributions}
short = [Length(max=200)]
long = [Length(max=LONGEST_NOTE)]


def _choices(words: Mapping[str, str]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: list(words.items())


class UnreadableDecision(DomainError):
    """Something that was typed is no figure."""


class CaseForm(Form):
    """What is decided for one deal; the names of its fields begin with the deal's."""

    remedy = SelectField("Remedy", choices=_choices({each.value: each.label for each in Remedy}))
    why = TextAreaField("Why this remedy for this deal", validators=long)
    risk = SelectField("Risk", choices=_choices(RISKS))
    risk_reason = StringField("Reason for this risk", validators=long)
    multiple = StringField("Multiple for C", validators=short)
    distributions = SelectField("What the deal distributed", choices=_choices(DISTRIBUTIONS))
    distributions_reason = StringField("Why not trued up", validators=long)
    declining = StringField("Who declines", validators=short)
    is_obliging = BooleanField("An offer of this deal may not be declined")

    def decision(self) -> CaseDecision:
        """What was typed. Raises UnreadableDecision."""
        risk, multiple = self.risk.data, (self.multiple.data or "").strip()
        return CaseDecision(
            remedy=Remedy(self.remedy.data),
            reason=self.why.data or "",
            risk=Risk(risk) if risk else None,
            risk_reason=self.risk_reason.data or "",
            multiple=read_multiple(multiple) if multiple else None,
            distributions=Distributions(self.distributions.data),
            distributions_reason=self.distributions_reason.data or "",
            declining=read_positions(self.declining.data or ""),
            is_obliging=bool(self.is_obliging.data),
        )


class TermsForm(Form):
    """Interest, and the threshold in the currency of the first deal."""

    interest = SelectField("Interest on refunds", choices=_choices({name: name for name in INTEREST_POLICIES}))
    interest_cap = StringField("At most, in percent of what is refunded", validators=short)
    threshold = StringField("Threshold", validators=short)
    waives = SelectField("What it waives", choices=_choices({each.value: each.value.capitalize() for each in Waiver}))
    threshold_reason = StringField("Why it is waived", validators=long)


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
        wished: Mapping[str, str],
    ) -> None:
        parts = {part.case_id: part for part in before.parts} if before else {}
        said = {case: _said(case, parts.get(case.id)) | _wished(case, wished) for case in incident.cases}
        self.cases = {
            case: CaseForm(sent, prefix=f"{case.deal.external_id}-", data=data) for case, data in said.items()
        }
        self.currency = incident.cases[0].deal.currency
        self.terms = TermsForm(sent, data=_terms(before, self.currency))
        known = before.assumptions if before else []
        pairs = [*known, *[Assumption(doubt="", resolved="")] * SPARE_ASSUMPTIONS]
        self.assumptions = [AssumptionForm(sent, prefix=f"assumed{i}-", data=pair) for i, pair in enumerate(pairs)]

    def errors(self) -> list[tuple[str, str]]:
        """(field id, message) of everything that cannot be read."""
        forms = (*self.cases.values(), self.terms, *self.assumptions)
        return [
            (field.id, str(error)) for form in forms if not form.validate() for field in form for error in field.errors
        ]

    def decision(self) -> Decision:
        """What was typed. Raises UnreadableDecision and BadAmount."""
        terms = self.terms.data
        threshold = Threshold(
            cents=parse_money((terms["threshold"] or "0").strip(), self.currency),
            waives=Waiver(terms["waives"]),
            reason=terms["threshold_reason"] or "",
        )
        cap = (terms["interest_cap"] or "").strip()
        pairs = [(each.doubt.data or "", each.resolved.data or "") for each in self.assumptions]
        return Decision(
            {case.deal.external_id: form.decision() for case, form in self.cases.items()},
            interest_policy=f"{terms['interest']}, at most {cap}%" if cap else terms["interest"],
            threshold=threshold,
            assumptions=[Assumption(doubt=doubt, resolved=resolved) for doubt, resolved in pairs if doubt or resolved],
        )


def read_multiple(text: str) -> Fraction:
    """A price now divided by a price paid, typed as a decimal such as 1.40. Raises UnreadableDecision."""
    digits = text.replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal()):
        raise UnreadableDecision(f"{text!r} is not a multiple. Write a decimal such as 1.40.")
    return Fraction(text if not text.startswith(".") else f"0{text}")


def read_positions(text: str) -> frozenset[int]:
    """Positions in the file, with blanks or commas between them. Raises UnreadableDecision."""
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdecimal() for word in words):
        raise UnreadableDecision("Give those who decline by their position in the file, such as 3, 5.")
    return frozenset(int(word) for word in words)


def _said(case: Case, before: ProposalPart | None) -> dict[str, object]:
    """What the version before said of this deal; without one, redistribution as the agreement says."""
    if before is None:
        usual = Distributions.TRUED_UP if case.deal.distributions else Distributions.NOTHING
        return {"remedy": Remedy.REDISTRIBUTION, "risk": "", "distributions": usual}
    return {
        "remedy": before.remedy,
        "why": before.reason,
        "risk": "" if _is_usual(before) else before.risk,
        "risk_reason": "" if _is_usual(before) else before.risk_reason,
        "multiple": before.multiple_text,
        "distributions": before.distributions,
        "distributions_reason": before.distributions_reason,
        "declining": ", ".join(str(position) for position in before.held),
        "is_obliging": bool(before.obliged_by),
    }


def _is_usual(part: ProposalPart) -> bool:
    """Whether nobody edited the risk, so that another remedy gets its own; the level of C goes by its cost."""
    usual = assess(part.remedy, cost_cents=0, available_cents=1)
    return part.risk_reason == usual.reason and (part.remedy is Remedy.CASH or part.risk is usual.level)


def _wished(case: Case, wished: Mapping[str, str]) -> dict[str, object]:
    """What was tried out for this deal and is taken over."""
    asked = {name: wished.get(f"{case.deal.external_id}-{name}") for name in ("multiple", "declining")}
    return {name: text for name, text in asked.items() if text}


def _terms(before: Proposal | None, currency: str) -> dict[str, object]:
    if before is None:
        return {"threshold": plain_money(0, currency), "waives": Waiver.NOTHING, "interest": INTEREST_POLICY}
    policy, _, cap = before.policy["interest"].partition(", at most ")
    return {
        "interest": policy,
        "interest_cap": cap.rstrip("%"),
        "threshold": plain_money(before.threshold_cents, currency),
        "waives": before.threshold_waives,
        "threshold_reason": before.threshold_reason,
    }
