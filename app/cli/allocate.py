"""`flask allocate`: share one deal from a JSON file, with the certificate. Needs no settings and no database."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TextIO

import click

from app.allocations.certificate import certify
from app.allocations.rules import RULES, allocate, way_of
from app.allocations.terms import Asked, Outcome, Rule, Tie, ZeroBasis
from app.cli.errors import BadInput
from app.core.money import BadAmount, minor_digits, parse_money, plain_money
from app.core.text import plain_fraction

_BASIS = re.compile(r"(?P<top>[0-9]+(\.[0-9]+)?)(/(?P<bottom>[0-9]+))?")
_SCIENTIFIC = re.compile(r"(?P<whole>-?[0-9]+)(\.(?P<digits>[0-9]+))?[eE](?P<power>[+-]?[0-9]{1,4})")


class Number(str):
    """The text of a JSON number, exactly as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One investor as read: the name is only carried along, two may share it."""

    name: str
    asked: Asked


@click.command("allocate")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"), default="-")
@click.option("--rule", "rule_name", default="pro-rata-1", show_default=True, help="How to share; see --list-rules.")
@click.option("--zero-basis", type=click.Choice([z.value for z in ZeroBasis]), default="last-equal", show_default=True)
@click.option("--tie", type=click.Choice([t.value for t in Tie]), default="first", show_default=True)
@click.option("--minimum", metavar="AMOUNT", help="Leave out whoever would get less.")
@click.option("--currency", default="USD", show_default=True, help="ISO 4217 code; it sets the digits of an amount.")
@click.option("--list-rules", is_flag=True, help="Print every rule and end.")
def command(*, file: TextIO, list_rules: bool, currency: str, minimum: str | None, **options: str) -> None:
    """Share one deal among its investors, exactly, and print the shares with their certificate.

    FILE is JSON, or - for standard input:
    {"allocation_amount": 100, "investor_amounts": [{"name": "A", "requested_amount": 150, "average_amount": 100}]}
    """
    if list_rules:
        for name, way in RULES.items():
            click.echo(f"{name}\t{way.summary}")
        return
    _check_currency(currency)
    sys.set_int_max_str_digits(0)  # a basis may have any number of digits, and only its own user waits
    least = _amount(minimum, currency, "--minimum") if minimum is not None else 0
    rule = Rule(options["rule_name"], ZeroBasis(options["zero_basis"]), Tie(options["tie"]), least)
    way_of(rule.name)
    available, rows = read(file, currency)
    requests = [row.asked for row in rows]
    outcome = allocate(available, requests, rule)
    fault = certify(available, requests, outcome, rule)
    click.echo(json.dumps(_answer(available, rows, outcome, rule, currency, fault=fault), indent=1))


def _check_currency(currency: str) -> None:
    try:
        minor_digits(currency)
    except BadAmount as refusal:
        raise BadInput(f"--currency: {refusal}") from refusal


def read(file: TextIO, currency: str) -> tuple[int, list[Row]]:
    """Available minor units and the rows of the published form. Raises BadInput naming row, field and value."""
    try:
        content = json.load(
            file, parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_object
        )
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The input is not JSON in UTF-8: {error}. Save it again as JSON.") from error
    available = _amount(_field(content, "allocation_amount", ""), currency, "allocation_amount")
    investors = _field(content, "investor_amounts", "")
    if not isinstance(investors, list) or not investors:
        raise BadInput("investor_amounts must be a list with at least one investor.")
    return available, [_row(investor, number, currency) for number, investor in enumerate(investors, 1)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadInput(f"The keys {', '.join(key for key, _ in pairs)} name one thing twice. Keep one of them.")
    return found


def _row(investor: Any, number: int, currency: str) -> Row:
    where = f"investor_amounts row {number}: "
    name = _field(investor, "name", where)
    if not isinstance(name, str) or isinstance(name, Number):
        raise BadInput(f"{where}name is {_shown(name)}. Write a text in quotes.")
    requested = _amount(_field(investor, "requested_amount", where), currency, f"{where}requested_amount")
    basis = _basis(_field(investor, "average_amount", where), f"{where}average_amount")
    return Row(name, Asked(requested, basis * 10 ** minor_digits(currency)))


def _field(content: Any, key: str, where: str) -> Any:
    if not isinstance(content, Mapping):
        raise BadInput(f"{where or 'The input: '}{_shown(content)} is not an object in braces.")
    if key not in content:
        raise BadInput(f"{where}{key} is missing. Add it.")
    return content[key]


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Number) else json.dumps(value)[:60]


def _amount(value: Any, currency: str, where: str) -> int:
    try:
        return parse_money(_plain(value, where), currency)
    except BadAmount as refusal:
        raise BadInput(f"{where}: {refusal}") from refusal


def _basis(value: Any, where: str) -> Fraction:
    found = _BASIS.fullmatch(text := _plain(value, where))
    if found is None or (found["bottom"] and int(found["bottom"]) == 0):
        raise BadInput(f"{where}: {text!r} is not an average. Write a number of at least 0, such as 95.5 or 287/3.")
    return Fraction(found["top"]) / int(found["bottom"] or 1)


def _plain(value: Any, where: str) -> str:
    """A JSON number or a decimal string as plain digits; an exponent is written out."""
    if not isinstance(value, str):
        raise BadInput(f"{where}: {_shown(value)} is not a number. Write a number or a decimal string.")
    power = _SCIENTIFIC.fullmatch(value) if isinstance(value, Number) else None
    if power is None:
        return str(value)
    digits = power["digits"] or ""
    return plain_fraction(Fraction(int(power["whole"] + digits)) * Fraction(10) ** (int(power["power"]) - len(digits)))


def _answer(
    available: int, rows: list[Row], outcome: Outcome, rule: Rule, currency: str, *, fault: str | None
) -> dict[str, Any]:
    rate, allocated = outcome.rate, sum(outcome.shares)
    capped = outcome.capped([row.asked for row in rows])
    return {
        "rule": rule.name,
        "currency": currency,
        "available": plain_money(available, currency),
        "allocated": plain_money(allocated, currency),
        "unallocated": plain_money(available - allocated, currency),
        "rate": None if rate is None else {"numerator": str(rate.numerator), "denominator": str(rate.denominator)},
        "certificate": f"fails: {fault}" if fault else "holds",
        "allocations": [
            {
                "name": row.name,
                "requested": plain_money(row.asked.requested, currency),
                "basis": _plain_basis(Fraction(row.asked.basis, 10 ** minor_digits(currency)), currency),
                "allocated": plain_money(share, currency),
                "capped": is_capped,
            }
            for row, share, is_capped in zip(rows, outcome.shares, capped, strict=True)
        ],
    }


def _plain_basis(basis: Fraction, currency: str) -> str:
    cents = basis * 10 ** minor_digits(currency)
    return plain_money(int(cents), currency) if cents.denominator == 1 else plain_fraction(basis)


commands = [command]
