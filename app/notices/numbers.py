"""Notice numbers: random, without letters that are read for digits, and never one that was given out before."""

import secrets

from sqlalchemy import select, union_all

from app.core.bulk import is_among
from app.core.db import session
from app.notices.letter_models import Letter
from app.notices.models import Message

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_numbers(count: int) -> list[str]:
    """So many numbers such as `N7K4-2QWD`."""
    found: dict[str, None] = {}
    while len(found) < count:
        fresh = [_random() for _ in range(count - len(found))]
        known = [select(each.notice_number).where(is_among(each.notice_number, fresh)) for each in (Message, Letter)]
        taken = set(session.scalars(union_all(*known)))
        found |= dict.fromkeys(number for number in fresh if number not in taken)
    return list(found)


def _random() -> str:
    letters = "".join([secrets.choice(LETTERS) for _ in range(8)])
    return f"{letters[:4]}-{letters[4:]}"
