"""What templates may do with a value: words only, the facts come ready."""

import hashlib
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from flask import Flask

from app.core import money, text


def init_app(app: Flask) -> None:
    """Register the filters, and put the content's hash into every static URL."""
    app.add_template_filter(money.format_money, "money")
    app.add_template_filter(money.format_worked, "worked_money")
    app.add_template_filter(_date, "date")
    app.add_template_filter(text.format_weekday, "weekday")
    app.add_template_filter(text.format_datetime, "datetime")
    app.add_template_filter(text.format_time, "time")
    app.add_template_filter(text.zone_name, "zone_name")
    app.add_template_filter(text.format_percent, "percent")
    app.add_template_filter(text.format_phone, "phone")
    app.add_template_filter(text.plural, "plural")
    app.add_template_filter(text.join_words, "join_words")
    app.add_template_filter(_fraction, "fraction")
    app.add_template_filter(text.plain_fraction, "plain")
    app.add_template_filter(_iso, "iso")
    app.url_defaults(_hash_static)


def _date(day: date) -> str:
    return text.format_date(day.date() if isinstance(day, datetime) else day)


def _fraction(value: Fraction) -> str:
    """`90 ÷ 43`, in lowest terms."""
    return f"{value.numerator:,} ÷ {value.denominator:,}"


def _iso(moment: date | datetime) -> str:
    return moment.isoformat()


def _hash_static(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "static" and "filename" in values:
        values["v"] = _content_hash(str(values["filename"]))


@lru_cache(maxsize=256)
def _content_hash(filename: str) -> str:
    path = Path(__file__).resolve().parent.parent.parent / "static" / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
