"""Base64, decimals and JSON, read strictly: one value has one spelling (RFC 4648 section 4, RFC 8785, C2SP)."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from unicodedata import normalize

import rfc8785

from app.tlog.errors import Malformed

JSON = Mapping[str, "JSON"] | Sequence["JSON"] | str | int | bool | None
"""What may be recorded. No fractions: an amount is an integer of minor units or a decimal in a string."""

_LARGEST = 2**53 - 1
_write_text = json.JSONEncoder(ensure_ascii=False).encode
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def to_base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes. Raises Malformed for anything but the one spelling that `to_base64` writes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{text[:60]!r} is not base64") from error
    if to_base64(data) != text:
        raise Malformed(f"{text[:60]!r} is not canonical base64")
    return data


def hash_from_base64(text: str) -> bytes:
    """A SHA-256 hash: exactly 32 bytes. Raises Malformed."""
    data = from_base64(text)
    if len(data) != 32:
        raise Malformed(f"{text[:60]!r} is not a hash of 32 bytes")
    return data


def from_decimal(text: str) -> int:
    """A size or an index: ASCII digits without leading zeroes, below 10^19. Raises Malformed."""
    if not _DECIMAL.fullmatch(text):
        raise Malformed(f"{text[:60]!r} is not a decimal number")
    return int(text)


def to_utf8(text: str) -> bytes:
    """The bytes of the text. Raises Malformed for half a surrogate pair, which no UTF-8 can hold."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("the text holds half a surrogate pair") from error


def canonical(value: JSON) -> bytes:
    """The RFC 8785 bytes of a value, its text in Unicode normal form C.

    Raises Malformed for fractions, for integers beyond 2^53 (write those as text) and for anything that is not JSON.
    """
    if type(value) is int and -_LARGEST <= value <= _LARGEST:
        return b"%d" % value
    try:
        if isinstance(value, str):  # the two agree on text and integers, and most values are nothing else
            return _write_text(normalize("NFC", value)).encode()
        return rfc8785.dumps(_plain(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise Malformed(str(error)) from error


def read_json(data: bytes) -> Any:
    """The value in the bytes. Raises Malformed for bad UTF-8, bad JSON, NaN and repeated keys."""
    try:
        return json.loads(data.decode(), object_pairs_hook=_distinct, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("not one JSON value in UTF-8 with distinct keys") from error


def _plain(value: JSON) -> Any:
    if isinstance(value, str):
        return normalize("NFC", value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {normalize("NFC", key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(item) for item in value]
    raise Malformed(f"{type(value).__name__} cannot be recorded; write it as an integer or as text")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
