"""Importing, all or nothing, and importing again."""

from datetime import datetime
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from app import audit, deals
from app.core.db import Base, session
from app.deals import Deal, Import, Request
from app.identity import Account, Authority, Person, Role, Scope
from tests.deals.builders import demo_files, demo_files_plus, demo_files_with
from tests.identity.builders import a_member_of_staff

pytestmark = [pytest.mark.usefixtures("tx"), pytest.mark.both_databases]

THIRD_DEAL = (
    "harbour,Harbour Homes,USD,1000.00,2026-11-20,2026-11-20T17:00:00Z,2024.08,pro-rata-1,5.0,5.1,In proportion.,500.00"
)
THIRD_REQUEST = "harbour,INV-001,2026-11-19,900.00,10/3,3,900.00,,"


def take_in(files: dict[str, bytes], at: datetime) -> Import:
    return deals.import_sheets(sheets=deals.read_files(files), by="shell:tester", at=at)


def with_a_third_deal() -> dict[str, bytes]:
    files = demo_files_plus("deals.csv", THIRD_DEAL)
    return files | {"requests.csv": demo_files_plus("requests.csv", THIRD_REQUEST)["requests.csv"]}


def bad_rows(files: dict[str, bytes], at: datetime) -> list[deals.BadRow]:
    with pytest.raises(deals.BadRows) as bad:
        take_in(files, at)
    return list(bad.value.rows)


def rows_in(*tables: type[Base]) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_the_demo_is_imported_to_the_cent(at: datetime) -> None:
    done = take_in(demo_files(), at)

    assert done.added == {
        "releases": 2,
        "deals": 2,
        "accounts": 12,
        "requests": 16,
        "marks": 1,
        "distributions": 1,
        "rates": 2,
    }
    orbit, tidewater = deals.list_control_totals()
    assert (orbit.requests, orbit.requested_cents, orbit.recorded_cents, orbit.paid_cents) == (
        8,
        71500000,
        50000000,
        50000000,
    )
    assert (tidewater.deal.name, tidewater.requests, tidewater.unallocated_cents) == ("Tidewater Energy", 8, 0)


def test_requests_keep_their_order_and_their_exact_basis(at: datetime) -> None:
    take_in(with_a_third_deal(), at)

    grace = deals.get_deal("orbit").requests[6]
    (harbour,) = deals.get_deal("harbour").requests

    assert (grace.position, grace.account.name, grace.recorded_cents) == (7, "Grace Lindqvist", 7436620)
    assert grace.basis_fraction == 2400000
    assert (harbour.basis_fraction, harbour.basis_count, harbour.payments) == (Fraction(1000, 3), 3, [])


def test_the_agreed_rule_and_the_rule_that_ran_are_two_things(at: datetime) -> None:
    take_in(demo_files(), at)

    deal = deals.get_deal("orbit")

    assert (deal.rule, deal.release.rule) == (deals.RuleName.PRO_RATA_1, deals.RuleName.SINGLE_PASS)
    assert (deal.agreement.version, deal.agreement.clause) == ("3.1", "4.2")


def test_people_and_accounts_stay_apart(at: datetime) -> None:
    take_in(demo_files(), at)

    held = select(Account.external_id, Person.full_name, Authority.scope).join(Authority.account).join(Authority.person)
    rows = set(session.execute(held.where(Account.external_id.in_(["INV-005", "INV-011", "INV-007"]))))

    assert rows == {
        ("INV-005", "Elena Petrova", Scope.OWNER),
        ("INV-011", "Elena Petrova", Scope.OWNER),
        ("INV-007", "Grace Lindqvist", Scope.OWNER),
        ("INV-007", "Lars Lindqvist", Scope.SEES),
    }
    assert rows_in(Account, Person) == [11, 11]


def test_the_first_row_of_a_person_says_how_to_reach_them(at: datetime) -> None:
    take_in(demo_files(), at)

    elena = session.scalars(select(Person).where(Person.email == "elena@example.com")).one()

    assert elena.phone == "+12125550128"
    assert (elena.postal_address or "").startswith("14 Example Street")


def test_an_import_is_one_sealed_event_with_the_digest_of_the_files(at: datetime) -> None:
    sheets = deals.read_files(demo_files())
    admin = a_member_of_staff(roles=[Role.ADMIN])

    done = deals.import_sheets(sheets=sheets, by="shell:tester", named=admin, at=at)

    session.flush()
    (event,) = [row for row in session.scalars(select(audit.AuditEvent)) if row.entry["action"] == "import.sealed"]
    assert (event.entry["actor"], event.entry["subject"]) == ("shell:tester", done.audit_name)
    assert (event.said["digest"], event.said["as_email"]) == (sheets.digest, admin.email)
    assert event.said["source"] == sheets.files
    assert "changes" not in event.said
    assert done.imported_by_id == admin.id


def test_the_same_files_again_are_no_import(at: datetime) -> None:
    take_in(demo_files(), at)
    before = rows_in(audit.AuditEvent, Import, Request)

    with pytest.raises(deals.NothingNew, match="unchanged"):
        take_in(demo_files(), at)

    assert rows_in(audit.AuditEvent, Import, Request) == before


def test_a_later_import_adds_only_what_is_new(at: datetime) -> None:
    take_in(demo_files(), at)

    done = take_in(with_a_third_deal(), at)

    assert {sheet: count for sheet, count in done.added.items() if count} == {"deals": 1, "requests": 1}
    assert done.unchanged["requests"] == 16
    assert [deal.external_id for deal in done.deals] == ["harbour"]


def test_a_known_account_may_get_another_person(at: datetime) -> None:
    take_in(demo_files(), at)
    row = "INV-001,Amara Okafor,personal,Bruno Keller,bruno@example.com,,acts,+12125550107,,Europe/Berlin,1000"

    done = take_in(demo_files_plus("accounts.csv", row), at)

    assert done.added["accounts"] == 1
    assert rows_in(Account, Person) == [11, 11]


def test_a_known_clause_keeps_its_text_in_a_new_deal(at: datetime) -> None:
    take_in(demo_files(), at)
    files = with_a_third_deal()
    header, *_, third = files["deals.csv"].decode().splitlines()
    only = f"{header}\n{third.replace('5.0,5.1', '4.0,5.1')}\n"
    requests = f"{files['requests.csv'].decode().splitlines()[0]}\n{THIRD_REQUEST}\n"
    alone = {"deals.csv": only.encode(), "requests.csv": requests.encode()}
    kept = {name: files[name] for name in ("releases.csv", "accounts.csv")}

    (bad,) = bad_rows(kept | alone, at)

    assert bad.column == "agreement_clause_text"


def test_one_bad_row_keeps_everything_out(at: datetime) -> None:
    bad = bad_rows(demo_files_with("rates.csv", "0.07", "seven"), at)

    assert [(row.sheet, row.row) for row in bad] == [("rates", 3)]
    assert rows_in(Deal, Request, Account, Person, Import, audit.AuditEvent) == [0, 0, 0, 0, 0, 0]


def test_an_admin_of_the_house_is_named_with_an_import(at: datetime) -> None:
    admin = a_member_of_staff(roles=[Role.ADMIN])

    deals.import_sheets(sheets=deals.read_files(demo_files()), by=admin, at=at)

    assert [(done.added["deals"], by) for done, by in deals.list_imports()] == [(2, admin)]
    assert admin.roles == {Role.ADMIN}
