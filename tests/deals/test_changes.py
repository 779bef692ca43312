"""What an import changes and removes, what it may not, and what is kept of it."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from app import audit, deals
from app.core.db import session
from app.deals import Change, Deal, Import, ImportChange, Mark, Payment, Plan, Rate, Request, Resting
from app.identity import Account, Authority, Person
from tests.deals.builders import demo_files, demo_files_plus, demo_files_with

pytestmark = [pytest.mark.usefixtures("tx"), pytest.mark.both_databases]

RUN = "a run of single-pass rests on it"
AVAILABLE = "allocation_available"
NEW_REQUEST = "orbit,INV-009,2024-11-15,1.00,1.00,,0.00,,"


def take_in(files: dict[str, bytes], at: datetime, resting: Resting | None = None) -> Import:
    sheets = deals.read_files(files)
    return deals.import_sheets(sheets=sheets, by="shell:tester", at=at, resting=resting or Resting())


def plan_of(files: dict[str, bytes]) -> Plan:
    return deals.check(deals.read_files(files))


def requests_of(deal_id: str) -> list[tuple[str, int, int]]:
    session.expire_all()
    rows = deals.get_deal(deal_id).requests
    return [(row.account.external_id, row.position, row.recorded_cents) for row in rows]


def kept() -> list[tuple[str, str, str, str, str]]:
    rows = session.scalars(select(ImportChange).order_by(ImportChange.id))
    return [(row.sheet, row.key, row.column, row.old, row.new) for row in rows]


@pytest.mark.parametrize(
    ("name", "old", "new", "change"),
    [
        ("deals.csv", "Orbit Robotics", "Orbit", ("deals", "orbit", "name", "Orbit Robotics", "Orbit")),
        (
            "deals.csv",
            "T17:04:11Z",
            "T17:04:12Z",
            ("deals", "orbit", "allocated_at", "2024-11-22T17:04:11Z", "2024-11-22T17:04:12Z"),
        ),
        ("releases.csv", "single-pass", "no-cap", ("releases", "2024.08", "rule", "single-pass", "no-cap")),
        (
            "requests.csv",
            "INV-001,2024-11-15,25000.00",
            "INV-001,2024-11-15,25001.00",
            ("requests", "orbit, INV-001", "requested", "25000.00", "25001.00"),
        ),
        ("requests.csv", "90000.00", "90000.01", ("requests", "orbit, INV-001", "basis", "90000", "90000.01")),
        (
            "requests.csv",
            "2024-11-26",
            "2024-11-27",
            ("requests", "orbit, INV-001", "paid_on", "2024-11-26", "2024-11-27"),
        ),
        (
            "accounts.csv",
            "Amara Okafor,personal",
            "Amara Okafor,ira",
            ("accounts", "INV-001, amara@example.com", "account_type", "personal", "ira"),
        ),
        (
            "accounts.csv",
            "+12125550100",
            "+12125550199",
            ("accounts", "INV-001, amara@example.com", "phone", "+12125550100", "+12125550199"),
        ),
        ("accounts.csv", "owner", "sees", ("accounts", "INV-001, amara@example.com", "scope", "owner", "sees")),
        ("marks.csv", "1.40", "1.41", ("marks", "orbit, 2026-10-31", "multiple", "1.4", "1.41")),
        (
            "distributions.csv",
            "10000.00",
            "10000.01",
            ("distributions", "orbit, 2025-12-15", "total", "10000.00", "10000.01"),
        ),
        ("rates.csv", "0.08", "0.09", ("rates", "simple-act/365f, 2024-01-01", "rate", "0.08", "0.09")),
    ],
)
def test_a_row_on_which_nothing_rests_may_change_and_both_values_are_kept(
    at: datetime, name: str, old: str, new: str, change: tuple[str, ...]
) -> None:
    take_in(demo_files(), at)
    files = demo_files_with(name, old, new)

    (planned,) = plan_of(files).changes
    done = take_in(files, at)

    assert planned == Change(change[0], 2, *change[1:])
    assert kept() == [change]
    assert (sum(done.added.values()), sum(done.changed.values()), sum(done.removed.values())) == (0, 1, 0)
    with pytest.raises(deals.NothingNew):
        take_in(files, at)


def test_the_log_binds_every_changed_cell(at: datetime) -> None:
    take_in(demo_files(), at)
    files = demo_files_with("marks.csv", "1.40", "1.41")
    digest = plan_of(files).changes_digest

    done = take_in(files, at)

    session.flush()
    (event,) = [row for row in session.scalars(select(audit.AuditEvent)) if row.entry["subject"] == done.audit_name]
    assert event.said["changes"] == digest
    assert event.said["counts"]["changed"]["marks"] == 1


@pytest.mark.parametrize(
    ("resting", "files", "column", "row"),
    [
        (
            Resting(deals={"orbit": RUN}),
            demo_files_with("deals.csv", "500000.00", "500001.00"),
            "allocation_available",
            2,
        ),
        (Resting(deals={"orbit": RUN}), demo_files_with("requests.csv", "90000.00", "90000.01"), "basis", 2),
        (Resting(deals={"orbit": RUN}), demo_files_plus("requests.csv", NEW_REQUEST), "account_id", 18),
        (Resting(releases={"2024.08": RUN}), demo_files_with("releases.csv", "single-pass", "no-cap"), "rule", 2),
        (Resting(later={"orbit": RUN}), demo_files_with("marks.csv", "1.40", "1.41"), "multiple", 2),
        (Resting(accounts={"INV-001": RUN}), demo_files_with("accounts.csv", "personal", "ira"), "account_type", 2),
        (Resting(people={"amara@example.com": RUN}), demo_files_with("accounts.csv", "+12125550100", ""), "phone", 2),
    ],
)
def test_a_row_on_which_something_rests_stays_as_it_is(
    at: datetime, resting: Resting, files: dict[str, bytes], column: str, row: int
) -> None:
    take_in(demo_files(), at)

    with pytest.raises(deals.BadRows) as refused:
        take_in(files, at, resting)

    (bad,) = refused.value.rows
    assert (bad.row, bad.column) == (row, column)
    assert RUN in bad.reason
    assert kept() == []
    assert requests_of("orbit")[0] == ("INV-001", 1, 2500000)


def test_requests_that_the_files_leave_out_are_removed_with_their_payment(at: datetime) -> None:
    take_in(demo_files(), at)
    files = demo_files()
    header, first, _, *rest = files["requests.csv"].splitlines(keepends=True)
    without = files | {"requests.csv": b"".join([header, first, *rest])}

    plan = plan_of(without)
    with pytest.raises(deals.BadRows, match="1 row"):
        take_in(without, at, Resting(deals={"orbit": RUN}))
    done = take_in(without, at)

    assert (done.removed["requests"], done.unchanged["requests"], plan.changes[0].column) == (1, 15, "(row)")
    ((sheet, key, _, old, new),) = kept()
    assert (sheet, key, new) == ("requests", "orbit, INV-002", "")
    assert old.startswith("agreement_signed_on 2024-11-15, requested ")
    assert [(account, place) for account, place, _ in requests_of("orbit")][:2] == [("INV-001", 1), ("INV-003", 2)]
    assert session.scalar(select(func.count()).select_from(Request)) == 15
    assert session.scalar(select(func.count()).select_from(Payment)) == 15


def test_a_row_that_cannot_be_read_is_not_taken_for_one_that_was_left_out(at: datetime) -> None:
    take_in(demo_files(), at)
    holds = Resting(deals={"orbit": RUN}, later={"orbit": RUN})
    extra = demo_files_plus("marks.csv", "orbit,2026-11-01,1.50")

    for name, old, new in (("requests.csv", "25000.00,90000.00", "25000.001,90000.00"), ("marks.csv", "1.40", "x")):
        files = demo_files_with(name, old, new)
        files |= {"marks.csv": files["marks.csv"] + extra["marks.csv"].splitlines(keepends=True)[-1]}
        with pytest.raises(deals.BadRows) as refused:
            take_in(files, at, holds)
        assert [(bad.sheet, bad.row) for bad in refused.value.rows] == [(name.removesuffix(".csv"), 2)]


def test_a_stored_deal_takes_a_further_request_in_its_place(at: datetime) -> None:
    take_in(demo_files(), at)
    files = demo_files()
    header, first, *rest = files["requests.csv"].splitlines(keepends=True)

    done = take_in(files | {"requests.csv": b"".join([header, first, NEW_REQUEST.encode() + b"\r\n", *rest])}, at)

    assert (done.added["requests"], done.unchanged["requests"], sum(done.changed.values())) == (1, 16, 0)
    assert [(account, place) for account, place, _ in requests_of("orbit")][:3] == [
        ("INV-001", 1),
        ("INV-009", 2),
        ("INV-002", 3),
    ]


def test_another_order_of_the_requests_is_a_change(at: datetime) -> None:
    take_in(demo_files(), at)
    files = demo_files()
    header, first, second, *rest = files["requests.csv"].splitlines(keepends=True)
    swapped = files | {"requests.csv": b"".join([header, second, first, *rest])}

    with pytest.raises(deals.BadRows) as refused:
        take_in(swapped, at, Resting(deals={"orbit": RUN}))
    take_in(swapped, at)

    assert [bad.row for bad in refused.value.rows] == [2, 3]
    assert kept() == [("requests", "orbit", "(order)", "2", "1"), ("requests", "orbit", "(order)", "1", "2")]
    assert [account for account, _, _ in requests_of("orbit")][:3] == ["INV-002", "INV-001", "INV-003"]


def test_marks_that_the_sheet_leaves_out_are_removed_and_those_of_other_deals_stay(at: datetime) -> None:
    take_in(demo_files_plus("marks.csv", "orbit,2026-11-01,1.50\ntidewater,2026-11-20,1.00"), at)
    files = demo_files()
    only_orbit = {
        name: b"".join(line for line in files[name].splitlines(keepends=True) if b"tidewater" not in line)
        for name in ("deals.csv", "requests.csv")
    }

    done = take_in(files | only_orbit, at)

    assert done.removed["marks"] == 1
    assert kept() == [("marks", "orbit, 2026-11-01", "(row)", "multiple 1.5", "")]
    assert session.scalar(select(func.count()).select_from(Mark)) == 2
    assert len(requests_of("tidewater")) == 8


def test_a_rate_is_kept_in_versions_and_one_that_is_left_out_is_withdrawn(at: datetime) -> None:
    take_in(demo_files(), at)
    take_in(demo_files_with("rates.csv", "0.07", "0.065"), at)
    without = demo_files() | {"rates.csv": b"policy,valid_from,rate\nsimple-act/365f,2024-01-01,0.08\n"}
    take_in(without, at)

    rates = select(Rate).where(Rate.valid_from == date(2025, 1, 1)).order_by(Rate.version)
    assert [(rate.version, rate.rate) for rate in session.scalars(rates)] == [(1, "0.07"), (2, "0.065"), (3, None)]
    with pytest.raises(deals.NothingNew):
        take_in(without, at)
    assert take_in(demo_files(), at).added["rates"] == 1
    assert session.scalars(rates).all()[-1].version == 4


def test_a_sheet_that_is_not_there_says_nothing(at: datetime) -> None:
    take_in(demo_files(), at)
    files = demo_files()
    for name in ("marks.csv", "distributions.csv", "rates.csv"):
        del files[name]

    with pytest.raises(deals.NothingNew):
        take_in(files, at)


def test_people_and_accounts_are_never_removed(at: datetime) -> None:
    bruno = "INV-001,Amara Okafor,personal,Bruno Keller,bruno@example.com,,acts,+12125550107,,Europe/Berlin,1000"
    take_in(demo_files_plus("accounts.csv", bruno), at)

    with pytest.raises(deals.NothingNew):
        take_in(demo_files(), at)

    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Account, Person, Authority)]
    assert counts == [11, 11, 13]


def test_a_clause_keeps_the_text_that_was_signed(at: datetime) -> None:
    take_in(demo_files(), at)

    with pytest.raises(deals.BadRows) as refused:
        take_in(demo_files_with("deals.csv", "If requests exceed", "When requests exceed"), at)

    assert "imported before with another text" in refused.value.rows[0].reason


def test_only_the_plan_that_was_confirmed_is_carried_out(at: datetime) -> None:
    take_in(demo_files(), at)
    files = demo_files_with("marks.csv", "1.40", "1.41")
    confirmed = plan_of(files).digest
    take_in(demo_files_with("marks.csv", "1.40", "1.42"), at)

    with pytest.raises(deals.PlanChanged, match="changed after the preview"):
        deals.import_sheets(sheets=deals.read_files(files), by="shell:tester", at=at, confirmed=confirmed)
    assert session.scalar(select(Mark.multiple)) == "1.42"

    again = plan_of(files).digest
    deals.import_sheets(sheets=deals.read_files(files), by="shell:tester", at=at, confirmed=again)
    assert session.scalar(select(Mark.multiple)) == "1.41"


def test_a_plan_says_the_totals_of_every_deal(at: datetime) -> None:
    orbit, tidewater = plan_of(demo_files()).totals

    assert (orbit.deal_id, orbit.is_new, orbit.requests, orbit.requested_cents) == ("orbit", True, 8, 71500000)
    assert (orbit.recorded_cents, orbit.paid_cents, orbit.available_cents) == (50000000, 50000000, 50000000)
    assert tidewater.currency == "USD"
    assert session.scalar(select(func.count()).select_from(Deal)) == 0
