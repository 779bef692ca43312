"""Which defects give what was recorded: the evidence for a root cause, never its proof. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.allocations.rules import allocate
from app.allocations.terms import Asked, Rule
from app.deals.rule_names import RuleName


@dataclass(frozen=True, slots=True)
class Ranked:
    """How many of the recorded allocations one rule gives to the cent; `unexplained` are input positions from 0."""

    rule: RuleName
    matching: int
    total: int
    unexplained: Sequence[int]

    @property
    def is_complete(self) -> bool:
        """Every recorded amount, and at least one."""
        return self.matching == self.total > 0


def rank_defects(
    available: int,
    asked: Sequence[Asked],
    recorded: Sequence[int],
    rule: Rule,
    today: Sequence[Fraction | None] | None = None,
) -> list[Ranked]:
    """Every defect under the options of `rule`, the one that gives most of the recorded amounts first.

    Those that give equally many keep the order of the names: `list_tied` says who shares the first place.
    `today` holds the averages of today, null where none is known; without any, `current-basis` is left out.
    """
    known = today if today and any(basis is not None for basis in today) else None
    names = [name for name in RuleName if name.is_defect and (known or name is not RuleName.CURRENT_BASIS)]
    ranked = [compare(available, asked, recorded, _under(name, rule), known) for name in names]
    return sorted(ranked, key=lambda each: -each.matching)


def compare(
    available: int,
    asked: Sequence[Asked],
    recorded: Sequence[int],
    rule: Rule,
    today: Sequence[Fraction | None] | None = None,
) -> Ranked:
    """What the named rule gives against what was recorded, to the cent. Raises UnknownRule."""
    shares = allocate(available, asked, rule, today).shares
    unexplained = [i for i, pair in enumerate(zip(shares, recorded, strict=True)) if pair[0] != pair[1]]
    return Ranked(RuleName(rule.name), len(asked) - len(unexplained), len(asked), unexplained)


def list_tied(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Who shares the first place: the record cannot tell these apart. Empty when the best gives nothing."""
    return [each for each in ranked if each.matching == ranked[0].matching > 0]


def _under(name: RuleName, rule: Rule) -> Rule:
    return Rule(name, rule.zero_basis, rule.tie, rule.minimum)
