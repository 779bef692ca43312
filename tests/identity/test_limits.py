from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app import identity
from app.core.db import session, transaction
from app.identity import limits
from app.identity.access_models import RequestCount

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _ask(subject: str, at: datetime) -> None:
    with transaction():
        limits.count(purpose="test", subject=subject, limits=limits.ADDRESS_LIMITS, at=at)


def test_an_address_may_ask_once_a_minute() -> None:
    _ask("amara@example.com", NOON)

    with pytest.raises(identity.TooManyRequests, match="try again in 1 minute"):
        _ask("amara@example.com", NOON + timedelta(seconds=59))
    _ask("amara@example.com", NOON + timedelta(seconds=60))


def test_an_address_may_ask_five_times_an_hour() -> None:
    for minute in range(5):
        _ask("amara@example.com", NOON + timedelta(minutes=minute))

    with pytest.raises(identity.TooManyRequests, match="try again in 55 minutes") as refused:
        _ask("amara@example.com", NOON + timedelta(minutes=5))
    assert refused.value.retry_after == timedelta(minutes=55)


def test_an_address_may_ask_twenty_times_a_day() -> None:
    for hour in range(4):
        for minute in range(5):
            _ask("amara@example.com", NOON.replace(hour=hour, minute=minute))

    with pytest.raises(identity.TooManyRequests, match="try again in 20 hours"):
        _ask("amara@example.com", NOON.replace(hour=4))


def test_one_address_does_not_use_up_the_requests_of_another() -> None:
    _ask("amara@example.com", NOON)
    _ask("bruno@example.com", NOON)


def test_a_refused_request_is_not_counted() -> None:
    _ask("amara@example.com", NOON)
    for _ in range(7):
        with pytest.raises(identity.TooManyRequests):
            _ask("amara@example.com", NOON)

    assert set(session.scalars(select(RequestCount.times))) == {1}


def test_no_counter_holds_the_address_it_counts() -> None:
    _ask("amara@example.com", NOON)

    hashes = session.scalars(select(RequestCount.subject_hash)).all()
    assert all(len(each) == 32 and b"amara" not in each for each in hashes)


def test_counters_of_windows_long_past_are_deleted() -> None:
    _ask("amara@example.com", NOON)
    with transaction():
        limits.forget_old_counts(at=NOON + timedelta(days=4))

    assert session.scalar(select(func.count()).select_from(RequestCount)) == 0
