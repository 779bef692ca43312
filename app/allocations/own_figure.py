"""One's own figure from the published rate, without anybody else's: read from what a person types. Pure."""

import re
from dataclasses import dataclass
from fractions import Fraction

from babel.numbers import get_currency_symbol

from app.core.errors import DomainError
from app.core.money import BadAmount, minor_digits, parse_money

MOST_DIGITS = 15
"""Before the point of an amount."""
MOST_RATE_DIGITS = 300
"""On each side of a rate: averages over many different numbers of investments make long ones."""
_WHOLE = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"
_AMOUNT = re.compile(rf"(?P<top>(?:{_WHOLE})(?:\.[0-9]{{1,30}})?)(?:\s*[/÷]\s*(?P<bottom>{_WHOLE}))?")
_RATE = re.compile(rf"(?P<top>{_WHOLE})(?:\s*[/÷]\s*(?P<bottom>{_WHOLE}))?")


class BadFigure(DomainError):
    """What was typed cannot be read; says the field, the value and what to write instead."""


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """What one request gets at the one rate of its deal. `basis` and `requested` are minor units of the currency."""

    rate: Fraction
    basis: Fraction
    requested: int
    currency: str

    @property
    def exact(self) -> Fraction:
        """The average times the rate, in minor units, before the request caps it."""
        return self.basis * self.rate

    @property
    def by_rate_cents(self) -> int:
        """The same, cut to whole minor units."""
        return int(self.exact)

    @property
    def is_capped(self) -> bool:
        """Whether the request and not the rate decides."""
        return self.requested <= self.exact

    @property
    def allocated_cents(self) -> int:
        """The allocation, but for a left-over minor unit."""
        return self.requested if self.is_capped else self.by_rate_cents

    @property
    def may_gain_one(self) -> bool:
        """Whether a left-over minor unit could have come here: only where cutting took a fraction away."""
        return not self.is_capped and self.exact.denominator > 1

    @property
    def unit_cents(self) -> int:
        """One whole unit of the currency."""
        return int(10 ** minor_digits(self.currency))

    @property
    def rate_about_cents(self) -> int:
        """The rate as minor units for each whole unit of average, rounded: only ever shown as "about"."""
        return int(self.rate * self.unit_cents + Fraction(1, 2))


def read_currency(text: str) -> str:
    """The code in capitals. Raises BadFigure for one that does not exist."""
    code = text.strip().upper()
    try:
        minor_digits(code)
    except BadAmount as refusal:
        raise BadFigure(
            f"Currency: “{_shown(text)}” is no currency. Write its three letters, such as USD."
        ) from refusal
    return code


def read_rate(text: str) -> Fraction:
    """The fraction of `90/43` or `90 ÷ 43`. Raises BadFigure, for a rounded decimal too."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise BadFigure(f"Rate: {_quoted(text)} Write the published fraction as two whole numbers, such as 90/43.")
    top, bottom = (number.replace(",", "") for number in (found["top"], found["bottom"] or "1"))
    if max(len(top), len(bottom)) > MOST_RATE_DIGITS:
        raise BadFigure(
            f"Rate: “{_shown(text)}” has more than {MOST_RATE_DIGITS} digits. Copy the rate from your page."
        )
    if not int(bottom):
        raise BadFigure(f"Rate: “{_shown(text)}” divides by zero. Write the published fraction, such as 90/43.")
    return Fraction(int(top), int(bottom))


def read_basis(text: str, currency: str) -> Fraction:
    """Minor units of an average such as `41,000.00` or `100 ÷ 3`; it may have any digits. Raises BadFigure."""
    found = _AMOUNT.fullmatch(_bare(text, currency))
    if found is None:
        raise BadFigure(f"Your average: {_quoted(text)} Write an amount of zero or more, such as 41000.00.")
    if max(_digits(found["top"]), _digits(found["bottom"] or "1")) > MOST_DIGITS:
        raise BadFigure(_too_long("Your average", text))
    if not int((found["bottom"] or "1").replace(",", "")):
        raise BadFigure(f"Your average: “{_shown(text)}” divides by zero. Write an amount such as 41000.00.")
    average = Fraction(found["top"].replace(",", "")) / int((found["bottom"] or "1").replace(",", ""))
    return average * int(10 ** minor_digits(currency))


def read_request(text: str, currency: str) -> int:
    """Minor units of an amount with no more digits than the currency has. Raises BadFigure."""
    found = _AMOUNT.fullmatch(_bare(text, currency))
    if found is None or found["bottom"]:
        raise BadFigure(f"What you asked for: {_quoted(text)} Write an amount of zero or more, such as 100000.00.")
    if _digits(found["top"]) > MOST_DIGITS:
        raise BadFigure(_too_long("What you asked for", text))
    try:
        return parse_money(found["top"].replace(",", ""), currency)
    except BadAmount as refusal:
        digits = minor_digits(currency)
        raise BadFigure(
            f"What you asked for: “{_shown(text)}” has more than the {digits} digits after the point that {currency} "
            "has. Leave out the others."
        ) from refusal


def _bare(text: str, currency: str) -> str:
    """Without the symbol or the code of the currency, as pages print it."""
    bare = text.strip()
    for mark in (get_currency_symbol(currency, locale="en_US"), currency):
        bare = bare.removeprefix(mark).strip()
    return bare


def _digits(number: str) -> int:
    return len(number.partition(".")[0].replace(",", "").lstrip("0"))


def _quoted(text: str) -> str:
    return f"“{_shown(text)}” cannot be used." if text.strip() else "nothing is written."


def _too_long(field: str, text: str) -> str:
    return f"{field}: “{_shown(text)}” has more than {MOST_DIGITS} digits before the point. Check it, or call us."


def _shown(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= 40 else bare[:39] + "…"
