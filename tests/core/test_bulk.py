"""Many rows at a time, past the ORM, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError

from app.audit.models import AuditEvent
from app.core.bulk import insert_missing, insert_rows, is_among, take_ids
from app.core.db import session, table_of
from app.identity import Authority, Person, Scope
from app.notices import Message
from app.settlement import LedgerAccount, LedgerKind
from tests.identity.builders import a_person, an_account

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]

PEOPLE, BOOKS = table_of(Person), table_of(LedgerAccount)
BANK = {"name": "bank:USD", "kind": LedgerKind.BANK, "currency": "USD", "account_id": None, "deal_id": None}


def reader(number: int, **changed: Any) -> dict[str, Any]:
    named = {"pseudonym": f"00000000-0000-4000-8000-{number:012d}", "full_name": f"Zoë {number} {{1,\\N}}"}
    return named | {"greeting": "", "email": f"reader{number}@example.com", "time_zone": "UTC"} | changed


def test_rows_come_back_as_their_model_reads_them() -> None:
    person, account = a_person(), an_account(of=a_person())
    acting = {"person_id": person.id, "account_id": account.id, "scope": Scope.SEES}

    insert_rows(table_of(Authority), [acting | {"ends_on": None}])
    insert_rows(PEOPLE, [reader(number) for number in range(3)])

    made = session.scalars(select(Authority).where(Authority.person_id == person.id)).one()
    assert (made.scope, made.ends_on) == (Scope.SEES, None)
    names = session.scalars(select(Person.full_name).where(Person.email.like("reader%")).order_by(Person.id))
    assert names.all() == ["Zoë 0 {1,\\N}", "Zoë 1 {1,\\N}", "Zoë 2 {1,\\N}"]


def test_dates_and_bytes_come_back_as_they_were() -> None:
    person, account = a_person(), an_account(of=a_person())
    acting = {"person_id": person.id, "account_id": account.id, "scope": Scope.OWNER, "ends_on": date(2026, 2, 28)}
    raw = [bytes(range(256)), b"", b"\\x00"]

    insert_rows(table_of(Authority), [acting])
    events = [{"id": f"event-{place}", "leaf": leaf, "leaf_hash": bytes(32)} for place, leaf in enumerate(raw)]
    insert_rows(table_of(AuditEvent), events)

    assert session.scalar(select(Authority.ends_on).where(Authority.person_id == person.id)) == date(2026, 2, 28)
    assert session.scalars(select(AuditEvent.leaf).order_by(AuditEvent.id)).all() == raw


def test_a_time_of_another_zone_is_kept_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    asked = datetime(2026, 11, 22, 9, 0, 0, 250, tzinfo=tokyo)
    row = a_message_row(a_person().id, queued_at=asked)

    insert_rows(table_of(Message), [row])

    assert session.scalars(select(Message.queued_at)).one() == datetime(2026, 11, 22, 0, 0, 0, 250, tzinfo=UTC)


def test_a_naive_time_is_refused() -> None:
    row = a_message_row(a_person().id, queued_at=datetime(2026, 11, 22))  # noqa: DTZ001 - the point of the test

    with pytest.raises(ValueError, match="naive datetime"):
        insert_rows(table_of(Message), [row])


def test_the_database_refuses_what_exists_and_all_that_came_with_it() -> None:
    insert_rows(PEOPLE, [reader(1)])
    before = session.scalar(select(func.count()).select_from(Person))

    with pytest.raises(IntegrityError), session.begin_nested():
        insert_rows(PEOPLE, [reader(2), reader(1)])

    assert session.scalar(select(func.count()).select_from(Person)) == before


def test_text_beyond_its_column_is_never_cut() -> None:
    if session.get_bind().dialect.name == "sqlite":  # which keeps it whole, whatever the column says
        insert_rows(BOOKS, [BANK | {"name": "x" * 65}])
        assert session.scalar(select(LedgerAccount.name)) == "x" * 65
        return

    with pytest.raises(DataError, match="too long"):
        insert_rows(BOOKS, [BANK | {"name": "x" * 65}])


def test_what_exists_is_left_as_it_is_where_only_the_missing_is_wanted() -> None:
    insert_rows(BOOKS, [BANK])

    insert_missing(BOOKS, [BANK | {"kind": LedgerKind.PLATFORM}, BANK | {"name": "bank:EUR"}], key="name")

    kept = session.execute(select(LedgerAccount.name, LedgerAccount.kind).order_by(LedgerAccount.id)).all()
    assert [tuple(each) for each in kept] == [("bank:USD", LedgerKind.BANK), ("bank:EUR", LedgerKind.BANK)]


def test_nothing_is_asked_for_no_rows() -> None:
    insert_rows(PEOPLE, [])

    assert list(take_ids(PEOPLE, 0)) == []


def test_nobody_else_is_given_an_id_that_was_taken() -> None:
    earlier = a_person().id
    ids = take_ids(PEOPLE, 3)
    insert_rows(PEOPLE, [reader(number, id=id_) for number, id_ in enumerate(ids)])

    assert len({earlier, *ids, a_person().id}) == 5
    assert [session.get_one(Person, id_).email for id_ in ids] == [f"reader{number}@example.com" for number in range(3)]


def test_a_column_is_compared_with_as_many_values_as_there_are() -> None:
    ids = take_ids(PEOPLE, 2_000)
    insert_rows(PEOPLE, [reader(number, id=id_) for number, id_ in enumerate(ids)])

    asked = select(func.count()).select_from(Person)
    assert session.scalar(asked.where(is_among(Person.id, ids[:-1]))) == 1_999
    assert session.scalar(asked.where(is_among(Person.email, {"reader7@example.com", "nobody@example.com"}))) == 1
    assert session.scalar(asked.where(is_among(Person.id, []))) == 0


def a_message_row(person_id: int, **changed: Any) -> dict[str, Any]:
    at = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    row: dict[str, Any] = dict.fromkeys(("link_id", "answers_id", "sent_at", "sha256", "subject", "text"))
    row |= {"pseudonym": "p", "notice_number": "N7K4-2QWD", "kind": "first", "lane": "notice", "subject_key": "s"}
    row |= {"person_id": person_id, "version": 1, "is_rehearsal": False, "is_test": False, "address": "a@example.com"}
    row |= {"incident_reference": "INC-2026-003", "context": "{}", "queued_at": at, "give_up_at": at, "due_at": at}
    return row | {"state": "queued", "fence": 0, "tries": 0, "may_be_repeated": False, "reason": ""} | changed
