"""From published figures to a closed incident: answers, money, books, archive."""

import re
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from app.core import clock
from app.demo.dates import DATA
from app.demo.people import ADMIN, MANAGEMENT, PASSWORD, SUPPORT
from tests.journeys import settling
from tests.journeys.answers import choose, confirm_by_mail, dispute, has_receipt, take_it_back, with_their_figures
from tests.journeys.portal import Portal
from tests.journeys.staff import go_to, has_done, shows, staff_member
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
EVIDENCE = DATA / "evidence"
NEW_YORK = ZoneInfo("America/New_York")


def test_answers_payments_and_books_lead_to_a_closed_incident_whose_archive_holds_them(
    payable: Portal, tmp_path: Path
) -> None:
    photo = tmp_path / "bank.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    farid = with_their_figures(payable, "farid@example.com")
    dispute(farid, "Tidewater Energy, Farid Haddad", "I paid less than you say.", photo)
    the_disputes_are_answered_and_taken_back(payable)
    take(payable, "hugo@example.com", "Tidewater Energy")
    take(payable, "chen@example.com", "Orbit Robotics", leaves="Tidewater Energy")
    leave(payable, "elena@example.com", "Orbit Robotics")

    nora, marcus = (staff_member(payable, member.email) for member in (ADMIN, MANAGEMENT))
    pay(nora, marcus, tmp_path)
    today = clock.now().astimezone(NEW_YORK).date()
    books = settling.record_books(nora, tmp_path, today)
    settling.say_who_else_was_told(nora)
    settling.let_go(nora, "Petrova Family Trust", "The trustee leaves it, in a letter of this day.")
    archive = close(nora, marcus, tmp_path)

    with ZipFile(archive) as packed:
        assert packed.read(books.name) == books.read_bytes()
        sums = dict(line.split("  ")[::-1] for line in packed.read("SHA256SUMS").decode().splitlines())
    assert sums[books.name] == settling.sha256_of(books)
    assert payable.installation.flask("audit", "verify").stdout.startswith("OK")


def the_disputes_are_answered_and_taken_back(portal: Portal) -> None:
    """Support answers both that stand, that of the story too; both investors read it, and are content."""
    sam = portal.visitor()
    sam.signs_in_as_staff(portal.url, SUPPORT[0].email, PASSWORD)
    for account in ("Jonah Reyes", "Farid Haddad"):
        settling.answer_dispute(sam, portal.url, account, "We looked at your file again, and the figures are right.")
    take_it_back(portal, "jonah@example.com")
    farid = take_it_back(portal, "farid@example.com")
    choose(farid, elect_page(farid), "Orbit Robotics", "Leave it")
    has_receipt(farid, "Thank you. We have recorded that you leave it.")


def take(portal: Portal, address: str, deal: str, *, leaves: str | None = None) -> None:
    """Read the figures, take what is offered in one deal, and leave another."""
    investor = with_their_figures(portal, address)
    page = elect_page(investor)
    investor.presses("I have read this")
    has_receipt(investor, "Thank you. We have recorded that you read this correction.")
    choose(investor, page, deal, "Take the missing part")
    confirm_by_mail(portal, investor, address)
    has_receipt(investor, "Thank you. We have recorded that you take the missing part.")
    if leaves:
        choose(investor, page, leaves, "Leave it")
        has_receipt(investor, "Thank you. We have recorded that you leave it.")


def leave(portal: Portal, address: str, deal: str) -> None:
    """Leave what is offered in a deal."""
    investor = with_their_figures(portal, address)
    choose(investor, elect_page(investor), deal, "Leave it")
    confirm_by_mail(portal, investor, address)
    has_receipt(investor, "Thank you. We have recorded that you leave it.")


def elect_page(investor: Visitor) -> str:
    """Where the reader of a correction, or of a dispute of it, chooses."""
    found = re.match(r".*/corrections/INC-[^/?]+", investor.page.url)
    assert found is not None, investor.page.url
    return f"{found.group()}/elect"


def pay(admin: Visitor, approver: Visitor, folder: Path) -> None:
    """One batch for what we owe, by two people; its answer, and the invoices that were paid, are booked."""
    number = settling.prepare_batch(admin)
    settling.release_batch(approver, number)
    admin.page.reload()
    batch = settling.save(admin, "Save the file for the payment system", folder)
    go_to(admin, "Money")
    listed = settling.rows_of(settling.save(admin, "Save the list (CSV)", folder))
    taxed = settling.rows_of(settling.save(admin, "Save the list for taxes (CSV)", folder))
    assert len(taxed) == len(listed)
    due = [row for row in listed if row["kind"] == "offer" and row["state"] == "due"]
    taken = {row["number"]: row["total"] for row in due if row["account_name"] in ("Hugo Martins", "Chen Wei")}
    assert (len(due), len(taken)) == (3, 2)
    answer = settling.paid_answer(batch, taken, clock.now().date(), folder / "answer.csv")
    settling.take_in(admin, answer)
    shows(admin, f"{len(settling.rows_of(answer))} rows booked, 0 left over")


def close(admin: Visitor, approver: Visitor, folder: Path) -> Path:
    """Make the archive, ask for the close, and close on it; the archive is the one that the page names."""
    settling.make_archive(admin)
    go_to(admin, "Close")
    archive = settling.save(admin, re.compile("^Save INC-.*-archive.zip$"), folder)
    digest = settling.sha256_of(archive)
    expect(admin.page.get_by_text(f"{digest[:16]}…").first).to_be_visible()
    admin.page.get_by_label("Keep its mail until").fill(f"{clock.now().year + 7}-12-31")
    admin.page.get_by_label("Why it can be closed").fill("Everybody was answered, and the money has moved.")
    admin.presses("Ask to close")
    has_done(admin, "You asked to close it. Management or legal closes it on this archive.")
    go_to(approver, "Close")
    approver.page.get_by_role("button", name=re.compile("^Close INC-")).click()
    shows(approver, re.compile("INC-.* is closed"))
    again = settling.save(approver, re.compile("^Save INC-.*-archive.zip$"), folder / "again")
    assert again.read_bytes() == archive.read_bytes()
    return archive
