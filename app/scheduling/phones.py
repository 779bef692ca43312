"""Telephone numbers as people type them. Pure; the numbering plans come from `phonenumbers`."""

import phonenumbers

from app.core.errors import DomainError


class BadPhone(DomainError):
    """The text is no number that can be called."""


def parse_phone(text: str, *, near: str) -> str:
    """The number in E.164, such as `+12125550199`. Without a country code it is read as in the country of `near`.

    Raises BadPhone. `near` is a number in E.164.
    """
    country = phonenumbers.region_code_for_number(phonenumbers.parse(near))
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number) or number.extension:
        raise BadPhone("Write the number we should call with its country code, such as +1 212 555 0199.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
