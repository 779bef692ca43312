"""What a stranger needs to work every share out again: a table for a spreadsheet, and a sample in words. Pure."""

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction

from app.allocations import ShareGroup
from app.core.csv_files import write_csv
from app.core.money import format_money, format_worked, plain_money
from app.core.text import plain_fraction
from app.incidents.papers.attested import AttestedRun, AttestedShare, Step

SAMPLE = 25
COLUMNS = (
    *("deal_id", "run", "rule", "bases", "currency", "available", "minimum"),
    *("position", "account", "group", "requested", "basis_numerator", "basis_denominator"),
    *("rate_numerator", "rate_denominator", "product_numerator", "product_denominator"),
    *("floor", "cap", "is_capped", "left_over", "allocated", "second_calculation", "agrees"),
)


def write_table(runs: Sequence[AttestedRun]) -> bytes:
    """One row for each request of each run; amounts plain in the deal's currency, bases and rates in minor units.

    A fraction takes two columns, since a spreadsheet reads `3/4` as a day. Accounts are pseudonymous.
    """
    return write_csv(COLUMNS, (_cells(run, share) for run in runs for share in run.shares))


def seed_of(table: bytes) -> str:
    """The seed of the sample: nobody can pick it, since it follows from every figure."""
    return hashlib.sha256(table).hexdigest()


def draw_sample(runs: Sequence[AttestedRun], seed: str) -> list[Step]:
    """25 requests, or all of fewer: those whose SHA-256 of `seed:run:position` comes first."""
    every = [(run, share) for run in runs for share in run.shares]
    drawn = sorted(every, key=lambda pair: _lot(seed, *pair))[:SAMPLE]
    return [Step(run.deal_id, run.run, share.position, share.account, list(_steps(run, share))) for run, share in drawn]


def _lot(seed: str, run: AttestedRun, share: AttestedShare) -> str:
    return hashlib.sha256(f"{seed}:{run.run}:{share.position}".encode()).hexdigest()


def _cells(run: AttestedRun, share: AttestedShare) -> list[object]:
    rate = run.level if share.group is ShareGroup.EQUAL else run.rate
    return [
        run.deal_id,
        run.run,
        run.rule,
        run.bases,
        run.currency,
        plain_money(run.available_cents, run.currency),
        "" if run.minimum_cents is None else plain_money(run.minimum_cents, run.currency),
        share.position,
        share.account,
        share.group,
        plain_money(share.requested_cents, run.currency),
        *_pair(share.basis),
        *_pair(rate),
        *_pair(share.product),
        plain_money(share.floor_cents, run.currency),
        plain_money(share.requested_cents, run.currency),
        "yes" if share.is_capped else "no",
        share.left_over,
        plain_money(share.allocated_cents, run.currency),
        plain_money(share.second_cents, run.currency),
        "yes" if share.agrees else "no",
    ]


def _pair(value: Fraction | None) -> tuple[object, object]:
    return ("", "") if value is None else (value.numerator, value.denominator)


def _steps(run: AttestedRun, share: AttestedShare) -> Iterator[str]:
    def money(cents: int) -> str:
        return format_money(cents, run.currency)

    yield f"Asked for {money(share.requested_cents)}; average {format_worked(share.basis, run.currency)}."
    yield _share_in_words(run, share)
    if share.group is not ShareGroup.OUT and not share.is_capped and share.product is not None:
        yield _rounding_in_words(run, share)
    yield f"Allocated: {money(share.allocated_cents)}. The second calculation gives {money(share.second_cents)}."


def _share_in_words(run: AttestedRun, share: AttestedShare) -> str:
    asked = format_money(share.requested_cents, run.currency)
    if share.group is ShareGroup.OUT:
        return (
            "Excluded, or below the minimum: nothing." if share.left_as is None else f"Left as number {share.left_as}."
        )
    if share.product is None:
        return f"There was enough for everybody of this group, so the request is met: {asked}."
    worked = format_worked(share.product, run.currency)
    if share.group is ShareGroup.EQUAL:
        given = f"Shared equally among those without an average: {worked}"
    else:
        given = f"{_basis(run, share)} × {_rate_in_words(run.rate)} = {worked}"
    return f"{given}. The request is less, so it is met: {asked}." if share.is_capped else f"{given}."


def _basis(run: AttestedRun, share: AttestedShare) -> str:
    if share.basis.denominator == 1:
        return format_money(int(share.basis), run.currency)
    return f"{plain_fraction(share.basis)} smallest units"


def _rate_in_words(rate: Fraction | None) -> str:
    """`38 ÷ 11`."""
    return "" if rate is None else f"{rate.numerator:,} ÷ {rate.denominator:,}"


def _rounding_in_words(run: AttestedRun, share: AttestedShare) -> str:
    floor = format_money(share.floor_cents, run.currency)
    if share.product is None or share.product.denominator == 1:
        return f"That is a whole amount: {floor}."
    rest = share.product - int(share.product)
    comes = "is among the largest, so a left-over unit comes on top" if share.left_over else "is not among the largest"
    return f"Rounded down: {floor}. The rest of {plain_fraction(rest)} of a unit {comes}."
