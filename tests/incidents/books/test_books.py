"""Allocations leave for the platform's books, and somebody says with a file that the books were changed."""

import csv
import hashlib
from datetime import date, datetime, timedelta
from io import StringIO

import pytest

from app import incidents, settlement
from app.core.db import session
from app.deals import list_deals
from app.incidents import Adjustment, Incident, Proof, books
from app.incidents.books import BadExport, Books, BooksChange, BooksProof, BookState, CannotConfirm, Changed
from app.settlement import Direction, Settlement
from tests.incidents.builders import Staff, an_incident, the_staff

pytestmark = pytest.mark.both_databases
RECORD = Proof("ticket-4711.txt", "cd" * 32)


@pytest.fixture
def staff(tx: None) -> Staff:
    return the_staff()


@pytest.fixture
def published(staff: Staff, at: datetime) -> Incident:
    return an_incident(staff, at=at, stage="published")


def out_of(incident: Incident) -> bytes:
    proposal = incidents.get_proposal(incident)
    return books.write_books(books.list_lines(proposal), version=proposal.version)


def rows_of(content: bytes) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["deal_id"], row["account_id"]): row for row in csv.DictReader(StringIO(content.decode(), newline=""))}


def confirm(
    incident: Incident,
    staff: Staff,
    at: datetime,
    *,
    export: bytes | None = None,
    done_on: date | None = None,
    out_seen: str | None = None,
) -> None:
    kind = BooksProof.EXPORT if export else BooksProof.RECORD
    changed = Changed("Fund accounting", done_on or at.date(), "As the file says.", kind, RECORD, export or b"Changed.")
    seen = out_seen or hashlib.sha256(out_of(incident)).hexdigest()
    books.confirm_books(incident=incident, out_seen=seen, changed=changed, by=staff.admin, at=at)


def adjustment(incident: Incident, name: str, deal: str) -> Adjustment:
    found = incidents.get_proposal(incident).adjustments
    return next(each for each in found if each.account.name == name and each.case.deal.external_id == deal)


def take(offer: Settlement) -> None:
    """As the answer of the payment system would leave it."""
    offer.paid_cents, offer.state = offer.total_cents, settlement.SettlementState.SETTLED
    session.flush()


def an_offer_of(each: Adjustment) -> Settlement:
    return settlement.settlements_by_adjustment([each.id])[each.id][Direction.OFFER]


def test_the_file_has_every_account_of_every_deal_changed_or_not(published: Incident) -> None:
    rows = rows_of(out_of(published))

    assert len(rows) == sum(len(deal.requests) for deal in list_deals())
    assert out_of(published).splitlines()[0].decode() == ",".join(books.COLUMNS)
    grace = rows["orbit", adjustment(published, "Grace Lindqvist", "orbit").account.external_id]
    assert (grace["recorded_allocation"], grace["allocation"], grace["state"]) == ("74366.20", "45000.00", "final")
    hugo = rows["tidewater", adjustment(published, "Hugo Martins", "tidewater").account.external_id]
    assert (hugo["corrected_allocation"], hugo["allocation"], hugo["state"]) == ("29302.33", "25067.05", "open")


def test_an_account_that_looks_like_a_formula_is_guarded(published: Incident) -> None:
    adjustment(published, "Hugo Martins", "tidewater").account.external_id = "=1+1"
    session.flush()

    assert b"'=1+1" in out_of(published)


def test_what_nobody_took_stays_with_the_platform_and_the_sums_come_out(published: Incident) -> None:
    offer = an_offer_of(adjustment(published, "Hugo Martins", "tidewater"))
    offer.state = settlement.SettlementState.DECLINED
    session.flush()

    totals = {
        each.deal.external_id: each for each in books.totals_of(books.list_lines(incidents.get_proposal(published)))
    }

    assert totals["tidewater"].platform_cents == offer.total_cents
    assert totals["orbit"].platform_cents == 0
    for each in totals.values():
        assert each.carried_cents + each.open_cents + each.platform_cents == each.recorded_cents


def test_a_reader_is_told_we_are_correcting_until_it_is_on_record(
    published: Incident, staff: Staff, at: datetime
) -> None:
    grace = adjustment(published, "Grace Lindqvist", "orbit")
    assert books.books_of([grace]) == Books(BookState.CORRECTING)

    confirm(published, staff, at)
    session.flush()

    assert books.books_of([grace]) == Books(BookState.CORRECTED, at.date())


def test_the_day_stays_that_of_the_first_record_that_is_still_true(
    published: Incident, staff: Staff, at: datetime
) -> None:
    grace = adjustment(published, "Grace Lindqvist", "orbit")
    confirm(published, staff, at)
    confirm(published, staff, at + timedelta(days=3), done_on=at.date() + timedelta(days=3))

    assert books.books_of([grace]).on == at.date()


def test_an_offer_waits_then_is_corrected_once_the_books_say_so(
    published: Incident, staff: Staff, at: datetime
) -> None:
    hugo = adjustment(published, "Hugo Martins", "tidewater")
    assert books.books_of([hugo]).state is BookState.WAITS
    confirm(published, staff, at)
    take(an_offer_of(hugo))
    assert books.books_of([hugo]).state is BookState.CORRECTING

    confirm(published, staff, at + timedelta(days=2), done_on=at.date() + timedelta(days=2))

    assert books.books_of([hugo]) == Books(BookState.CORRECTED, at.date() + timedelta(days=2))


def test_who_was_right_all_along_reads_nothing_about_books(published: Incident) -> None:
    assert books.books_of([adjustment(published, "Bruno Keller", "orbit")]).state is BookState.UNTOUCHED


def test_an_export_that_says_what_it_should_is_taken(published: Incident, staff: Staff, at: datetime) -> None:
    confirm(published, staff, at, export=out_of(published))

    assert session.query(BooksChange).one().proof is BooksProof.EXPORT


def test_an_export_that_differs_is_refused_row_by_row(published: Incident, staff: Staff, at: datetime) -> None:
    grace = adjustment(published, "Grace Lindqvist", "orbit").account.external_id
    rows = [f"{deal},{account},{row['allocation']}" for (deal, account), row in rows_of(out_of(published)).items()]
    wrong = [row.replace("45000.00", "74366.20") if f"orbit,{grace}," in row else row for row in rows]
    lost = wrong.pop()
    twice = [*wrong, wrong[0]]

    with pytest.raises(BadExport) as refused:
        confirm(published, staff, at, export="\n".join(["deal_id,account_id,allocation", *twice]).encode())

    says = str(refused.value)
    assert f"{grace} in orbit: the books say $74,366.20, and should say $45,000.00." in says
    assert f"{lost.split(',')[1]} in tidewater is missing." in says
    assert "stands in row 2 already" in says
    assert session.query(BooksChange).count() == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"a,b\n1,2\n", "lacks the column deal_id"), (b"\xff\xfe", "cannot be read"), (b"deal_id\n", "no row follows")],
)
def test_a_file_that_is_no_export_says_why(
    published: Incident, staff: Staff, at: datetime, content: bytes, says: str
) -> None:
    with pytest.raises(BadExport, match=says):
        confirm(published, staff, at, export=content)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_before_publication_or_in_the_future_is_refused(
    published: Incident, staff: Staff, at: datetime, days: int
) -> None:
    with pytest.raises(CannotConfirm, match="give a day from"):
        confirm(published, staff, at, done_on=at.date() + timedelta(days=days))


def test_figures_that_changed_meanwhile_are_not_confirmed(published: Incident, staff: Staff, at: datetime) -> None:
    seen = hashlib.sha256(out_of(published)).hexdigest()
    take(an_offer_of(adjustment(published, "Hugo Martins", "tidewater")))

    with pytest.raises(CannotConfirm, match="Save the file again"):
        confirm(published, staff, at, out_seen=seen)


def test_before_everybody_is_told_there_is_nothing_to_change(staff: Staff, at: datetime) -> None:
    incident = an_incident(staff, at=at, stage="approved")

    assert books.find_corrected(incident) is None
    with pytest.raises(CannotConfirm, match="No correction is published"):
        confirm(incident, staff, at, done_on=date(2026, 11, 22))
