"""The payment system's answers: what matches is booked once, the rest is left for somebody, bad files book nothing."""

import pytest

from app import settlement
from app.core.db import session
from app.settlement import (
    AnswerFile,
    BadAnswer,
    Batch,
    BatchState,
    CannotBook,
    ItemState,
    Settlement,
    SettlementState,
)
from tests.allocations.rows import AT
from tests.settlement.house import House

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]
HEADER = "reference,state,date,code,amount,currency"


class Desk(House):
    """Two refunds that were sent, and an offer of 52.00."""

    def __init__(self) -> None:
        super().__init__()
        self.batch: Batch = self.prepare(*self.refunds[:2])
        self.release(self.batch)
        settlement.take_file(batch=self.batch, by=self.maker, at=AT)
        self.invoice: Settlement = self.offer(5_200)

    def book(self, *rows: str) -> AnswerFile:
        content = "\n".join([HEADER, *rows]).encode()
        return settlement.book(incident_id=self.incident_id, name="answer.csv", content=content, by=self.maker, at=AT)

    def says(self, index: int, state: str, code: str = "") -> str:
        return f"{self.batch.items[index].reference},{state},2026-12-10,{code},,"

    def pays(self, amount: str, currency: str = "USD", code: str = "t1") -> str:
        return f"{self.invoice.number},paid,2026-12-10,{code},{amount},{currency}"


@pytest.fixture
def desk(tx: None) -> Desk:
    return Desk()


def test_settled_and_returned_are_booked_and_the_batch_is_answered(desk: Desk) -> None:
    file = desk.book(desk.says(0, "settled"), desk.says(1, "returned", "AC04"))

    assert (file.booked, file.leftovers) == (2, [])
    assert [each.state for each in desk.refunds[:2]] == [SettlementState.SETTLED, SettlementState.RETURNED]
    assert (desk.batch.state, desk.batch.items[1].code) == (BatchState.ANSWERED, "AC04")
    assert settlement.find_disagreements() == {}


def test_what_came_back_is_paid_again_under_a_new_reference(desk: Desk) -> None:
    desk.book(desk.says(1, "returned"))

    again = desk.prepare(desk.refunds[1])

    assert again.items[0].reference == desk.batch.items[1].reference[:-1] + "2"


def test_a_payment_that_arrived_may_still_come_back(desk: Desk) -> None:
    desk.book(desk.says(0, "settled"))
    desk.book(desk.says(0, "returned", "late"))

    assert (desk.refunds[0].state, desk.refunds[0].paid_cents) == (SettlementState.RETURNED, 0)
    assert settlement.find_disagreements() == {}


def test_what_arrived_and_came_back_in_one_file_is_booked_in_that_order_only(desk: Desk) -> None:
    file = desk.book(
        desk.says(0, "settled"), desk.says(0, "returned"), desk.says(1, "returned"), desk.says(1, "settled")
    )

    assert [each.state for each in desk.refunds[:2]] == [SettlementState.RETURNED, SettlementState.RETURNED]
    assert (file.booked, [each["row"] for each in file.leftovers]) == (3, [5])
    assert "This payment is returned, as a row or file before says" in file.leftovers[0]["says"]
    assert settlement.find_disagreements() == {}


def test_a_part_that_comes_back_after_a_newer_version_is_left_over_and_the_rest_is_booked(desk: Desk) -> None:
    refund = desk.refunds[2]
    desk.hold(refund, cents=400)
    part = desk.prepare(refund)
    desk.release(part)
    settlement.take_file(batch=part, by=desk.maker, at=AT)
    reference = part.items[0].reference
    desk.book(f"{reference},settled,2026-12-10,,,")
    settlement.supersede(settlement=refund, by=desk.maker, at=AT)

    file = desk.book(f"{reference},returned,2026-12-12,AC04,,", desk.says(0, "settled"))

    assert file.booked == 1
    assert "its settlement is superseded" in file.leftovers[0]["says"]
    assert settlement.find_disagreements() == {}


def test_the_same_file_is_never_booked_twice(desk: Desk) -> None:
    desk.book(desk.says(0, "settled"))

    with pytest.raises(CannotBook, match="taken in already"):
        desk.book(desk.says(0, "settled"))


def test_a_row_of_an_earlier_file_is_known_and_booked_once(desk: Desk) -> None:
    desk.book(desk.says(0, "settled"), desk.pays("20.00"))

    file = desk.book(desk.says(0, "settled"), desk.pays("20.00"), desk.says(1, "settled"))

    assert (file.booked, file.leftovers) == (1, [])
    assert desk.invoice.paid_cents == 2_000


def test_an_invoice_is_paid_in_parts_until_nothing_is_open(desk: Desk) -> None:
    desk.book(desk.pays("20.00"), desk.pays("32.00", code="t2"))

    assert (desk.invoice.state, desk.invoice.open_cents) == (SettlementState.SETTLED, 0)
    assert settlement.find_disagreements() == {}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("P-999999-1,settled,2026-12-10,,,", "No payment of ours"),
        ("2026-9999,paid,2026-12-10,,5.00,USD", "No invoice has this number"),
    ],
)
def test_an_unknown_reference_is_left_over_with_what_to_do(desk: Desk, row: str, says: str) -> None:
    file = desk.book(row, desk.says(0, "settled"))

    assert file.booked == 1
    assert [(each["row"], says in each["says"]) for each in file.leftovers] == [(2, True)]


def test_a_file_may_have_more_rows_than_a_statement_has_places(desk: Desk) -> None:
    many = [f"B-2026-{number:07d},settled,2026-12-10,,," for number in range(66_000)]
    answers = settlement.read_answers("\n".join([HEADER, desk.says(0, "settled"), *many]).encode())

    found = settlement.match(answers)

    assert (found.to_book, len(found.leftovers)) == (1, 66_000)
    assert settlement.list_named(answers) == {desk.batch.items[0].settlement_id}


def test_too_much_for_an_invoice_is_left_over_and_not_booked(desk: Desk) -> None:
    over = desk.book(desk.pays("50.00"), desk.pays("10.00", code="t2"))
    assert desk.invoice.paid_cents == 5_000
    after_all = desk.book(desk.pays("2.00", code="t3"), desk.pays("1.00", code="t4"))

    assert over.leftovers[0]["says"] == (
        "$10.00 was paid, $2.00 is open: $8.00 too much. Have it reported as $2.00, and the rest sent back."
    )
    assert (desk.invoice.paid_cents, after_all.booked) == (5_200, 1)
    assert "$1.00 was paid, and the invoice is paid already by the rows before" in after_all.leftovers[0]["says"]


def test_another_currency_is_left_over(desk: Desk) -> None:
    file = desk.book(desk.pays("52.00", currency="EUR"))

    assert "The invoice is in USD" in file.leftovers[0]["says"]


def test_another_amount_than_was_sent_is_left_over(desk: Desk) -> None:
    file = desk.book(f"{desk.batch.items[0].reference},settled,2026-12-10,,99.00,USD")

    assert "We sent $10.10, the answer says $99.00" in file.leftovers[0]["says"]


def test_a_formula_as_the_reference_is_left_over_as_it_was_written(desk: Desk) -> None:
    formula = "=cmd|' /C calc'!A0"

    file = desk.book(
        f"{formula},settled,2026-12-10,,,", f"{formula},paid,2026-12-10,x,5.00,USD", desk.says(0, "settled")
    )

    assert [(each["row"], each["reference"]) for each in file.leftovers] == [(2, formula), (3, formula)]
    assert "Ask the payment system what it was for" in file.leftovers[0]["says"]
    assert "send it back or name the invoice" in file.leftovers[1]["says"]
    assert (file.booked, desk.refunds[0].state, desk.invoice.paid_cents) == (1, SettlementState.SETTLED, 0)
    assert settlement.find_disagreements() == {}


def test_an_amount_altered_in_the_file_after_the_release_is_left_over_in_the_answer(desk: Desk) -> None:
    first, second = desk.batch.items
    before = {each.account.name: each.cents for each in settlement.list_balances()}

    file = desk.book(f"{first.reference},settled,2026-12-10,,9010.10,USD")

    assert (file.booked, desk.batch.state, first.state) == (0, BatchState.SENT, ItemState.OPEN)
    assert [(each["row"], each["reference"]) for each in file.leftovers] == [(2, first.reference)]
    assert file.leftovers[0]["says"] == (
        "We sent $10.10, the answer says $9,010.10. Ask what was paid, and compare its file with the batch's here."
    )
    assert {each.account.name: each.cents for each in settlement.list_balances()} == before
    assert (desk.refunds[0].state, desk.refunds[0].paid_cents) == (SettlementState.SENT, 0)

    assert desk.book(desk.says(1, "settled")).booked == 1
    assert second.state is ItemState.SETTLED


def test_the_file_of_a_batch_with_an_altered_amount_is_no_answer_and_books_nothing(desk: Desk) -> None:
    taken = settlement.take_file(batch=desk.batch, by=desk.maker, at=AT)
    altered = taken.replace(b",10.10,", b",9010.10,")
    assert altered != taken

    with pytest.raises(BadAnswer, match="Row 1 lacks the column state, date, code"):
        settlement.book(incident_id=desk.incident_id, name="b.csv", content=altered, by=desk.maker, at=AT)

    assert session.query(AnswerFile).count() == 0
    assert settlement.take_file(batch=desk.batch, by=desk.maker, at=AT) == taken


def test_an_answer_to_a_file_that_was_never_taken_is_left_over(desk: Desk) -> None:
    prepared = desk.prepare(desk.refunds[4])

    file = desk.book(f"{prepared.items[0].reference},settled,2026-12-10,,,")

    assert "its file was never taken" in file.leftovers[0]["says"]


def test_leftovers_are_cleared_once_with_a_note(desk: Desk) -> None:
    file = desk.book("P-9-9,settled,2026-12-10,,,")
    with pytest.raises(CannotBook, match="what was done"):
        settlement.clear_leftovers(file=file, note=" ", by=desk.maker, at=AT)

    settlement.clear_leftovers(file=file, note="Another house's payment; told them.", by=desk.maker, at=AT)

    with pytest.raises(CannotBook, match="Nothing is left over"):
        settlement.clear_leftovers(file=file, note="Again.", by=desk.maker, at=AT)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Row 1 lacks the column reference"),
        (b"reference,state,date\n", "lacks the column code"),
        (b"reference;state;date;code\nP-1;settled;2026-12-10;\n", "Row 1 has semicolons between the columns"),
        (b"reference\tstate\tdate\tcode\n", "Row 1 has tabs between the columns"),
        (b"reference,state,date,code\n", "no rows"),
        (b"reference,state,date,code\nP-1,gone,2026-12-10,\n", "Row 2, state 'gone': use settled, returned, paid"),
        (b"reference,state,date,code\nP-1,settled,10.12.2026,\n", "Row 2, date '10.12.2026': write it as 2026-12-10"),
        (b"reference,state,date,code\nP-1,settled,2026-02-30,\n", "Row 2, date '2026-02-30'"),
        (b"reference,state,date,code\n,settled,2026-12-10,\n", "Row 2, reference: it is empty"),
        (b"reference,state,date,code\nP-1,settled,2026-12-10\n", "Row 2 has 3 cells, the header 4"),
        (b"reference,state,date,code\nP-1,paid,2026-12-10,x\n", "needs amount and currency"),
        (b"reference,state,date,code,amount,currency\nP-1,paid,2026-12-10,x,1.234,USD\n", "amount '1.234' 'USD'"),
        (b"reference,state,date,code,amount,currency\nP-1,paid,2026-12-10,x,-5,USD\n", "amount '-5' 'USD'"),
        (b"reference,state,date,code,amount,currency\nP-1,paid,2026-12-10,x,0,USD\n", "must be above zero"),
        (b"reference,state,date,code,amount,currency\nP-1,paid,2026-12-10,x,5,XXZ\n", "amount '5' 'XXZ'"),
        (b"reference,state,date,code\nP-1,settled,2026-12-10,\nP-1,settled,2026-12-11,\n", "row 2 says settled of it"),
        ("reference,state,date,code\nP-é".encode("latin-1"), "is not UTF-8"),
        (b'reference,state,date,code\n"P-1,settled,2026-12-10,\n', "This is no CSV"),
        (b"reference,state,date,code,Code\nP-1,settled,2026-12-10,,\n", "names the column code more than once"),
        (b"reference,state,date,code,amout\nP-1,settled,2026-12-10,,1\n", "column 'amout', which is not known"),
        (b"reference,state,date,code,amount,currency\nP-1,paid,2026-12-10,x,=5+5,USD\n", "amount '=5+5' 'USD'"),
        (b"reference,state,date,code\nP-1,=settled,2026-12-10,\n", "state '=settled'"),
        (b"\xff\xfer\x00e\x00f\x00", "Byte 0 is not UTF-8"),
        (b"x" * 5_000_001, "at most 5,000,000 are read"),
        (b"x" * 50_000_000, "The file has 50,000,000 bytes"),
    ],
)
def test_a_bad_file_is_refused_by_row_and_column_and_books_nothing(desk: Desk, content: bytes, says: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        settlement.book(incident_id=desk.incident_id, name="a.csv", content=content, by=desk.maker, at=AT)

    assert says in str(refused.value)
    assert session.query(AnswerFile).count() == 0
