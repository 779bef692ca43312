"""What staff do from the first payment to the archive, page by page."""

import csv
import re
from datetime import date
from hashlib import sha256
from io import StringIO
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.staff import go_to, has_done, shows
from tests.journeys.visitor import Visitor

OTHERS = ("Insurer", "Regulator", "Auditor", "Startup", "Bank")


def answer_dispute(support: Visitor, url: str, account: str, words: str) -> None:
    """Take it from the queue, and say that the figures are right."""
    support.page.goto(f"{url}/support/disputes")
    shows(support, "Disputes")
    support.follows(account)
    support.page.get_by_label("The figures are right").check()
    support.page.get_by_label("What the investor reads").first.fill(words)
    support.presses("Give this answer")
    expect(support.page.get_by_text("The investor is told that there is an answer.")).to_be_visible()


def prepare_batch(admin: Visitor) -> str:
    """Put what can be paid into a batch; its number."""
    go_to(admin, "Money")
    admin.presses("Prepare a batch")
    shows(admin, re.compile("Batch .* is prepared"))
    return admin.page.url.rsplit("/", 1)[1]


def release_batch(approver: Visitor, number: str) -> None:
    """Compare and release."""
    go_to(approver, "Money")
    approver.follows(number)
    shows(approver, f"Batch {number} is prepared")
    approver.page.get_by_label("I have compared count and totals with our own books").check()
    approver.page.get_by_role("button", name=re.compile("^Release ")).click()
    shows(approver, f"Batch {number} is released")


def save(member: Visitor, button: str | re.Pattern[str], folder: Path) -> Path:
    """Press a button that hands out a file, and keep it."""
    with member.page.expect_download() as saving:
        member.page.get_by_role("button", name=button).first.click()
    path = folder / saving.value.suggested_filename
    saving.value.save_as(path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    """Each row of a CSV file by its header."""
    return list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def paid_answer(batch: Path, offers: dict[str, str], on: date, path: Path) -> Path:
    """What the payment system answers: every payment of the batch settled, and these invoices paid."""
    rows = ["reference,state,date,code,amount,currency"]
    rows += [f"{row['reference']},settled,{on},,," for row in rows_of(batch)]
    rows += [f"{number},paid,{on},,{amount},USD" for number, amount in offers.items()]
    path.write_text("\n".join(rows) + "\n")
    return path


def take_in(admin: Visitor, answer: Path) -> None:
    """Upload the payment system's answer."""
    go_to(admin, "Money")
    admin.page.get_by_label("The answer, as CSV").set_input_files(answer)
    admin.presses("Take in the answer")


def record_books(admin: Visitor, folder: Path, on: date) -> Path:
    """Save what the books should carry, and record with an export that they do; the file that left."""
    go_to(admin, "Money")
    admin.follows("The platform’s own books")
    shows(admin, "The books are not on record as changed")
    out = save(admin, "Save the corrected allocations (CSV)", folder)
    export = folder / "export.csv"
    lines = [f"{row['deal_id']},{row['account_id']},{row['allocation']}" for row in rows_of(out)]
    export.write_text("\n".join(["deal_id,account_id,allocation", *lines]) + "\n")
    admin.page.get_by_label("The file").set_input_files(export)
    admin.page.get_by_label("Who changed the books").fill("Fund accounting")
    admin.page.get_by_label("Changed on").fill(on.isoformat())
    admin.page.get_by_label(re.compile("^What was done")).fill("Entered by the file of this day.")
    admin.presses("Record it")
    shows(admin, "The books carry the corrected allocations")
    return out


def say_who_else_was_told(admin: Visitor) -> None:
    """Each of the five with a reason why they need not be."""
    go_to(admin, "Close")
    admin.page.get_by_role("link", name=re.compile("^Who else must be told")).click()
    shows(admin, "Who else must be told")
    for party in OTHERS:
        line = admin.page.get_by_role("region", name=party, exact=True)
        line.get_by_label("or not needed, because").fill("Their contract does not ask for it.")
        line.get_by_role("button").click()
        has_done(admin, f"It is on record: {party}.")


def let_go(admin: Visitor, account: str, why: str) -> None:
    """Put what did not settle on the exceptions list."""
    go_to(admin, "Close")
    card = admin.page.get_by_role("region", name=re.compile(f"^Settlements not over: {account}"))
    card.locator("summary").click()
    card.get_by_label("Why it is let go").fill(why)
    card.get_by_role("button", name=re.compile("^Put it on the list")).click()
    has_done(admin, "It is on the exceptions list.")


def make_archive(admin: Visitor) -> None:
    """Have the worker make it, and come back to the page."""
    go_to(admin, "Close")
    shows(admin, "Nothing is missing: it can be closed")
    admin.presses("Make the archive")
    expect(admin.page.locator("h1")).to_have_text(re.compile(": done"))
    admin.page.locator("main a.button").click()


def sha256_of(path: Path) -> str:
    """Of the file as it is on disk."""
    return sha256(path.read_bytes()).hexdigest()
