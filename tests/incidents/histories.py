"""The demo's two deals among others: one before the fault, one that it did not spoil, and one that averages them."""

from collections.abc import Sequence
from datetime import datetime

from app import deals, incidents
from app.allocations import Asked, Rule, allocate
from app.core.money import plain_money
from app.incidents import ContactPoint, Incident
from tests import worlds
from tests.deals.builders import demo_files
from tests.incidents.builders import Staff

CLAUSE = "Each investor receives a share in proportion to their historical average investment."
RELEASES = "2024.01,2024-01-02,pro-rata-1,before the fault\n"
DEALS = (
    ("early", "Early Bird", "100000.00", "2024-02-01", "2024.01"),
    ("quiet", "Quiet Harbor", "900000.00", "2025-06-02", "2024.08"),
    ("later", "Later Works", "100000.00", "2026-11-20", "2026.11.1"),
)
REQUESTS = {
    "early": (("INV-001", "25000.00", "90000.00", ""),),
    "quiet": (("INV-003", "25000.00", "40000.00", ""), ("INV-006", "30000.00", "12000.00", "")),
    # Averages over one allocation, Tidewater's: Chen was given 73,410.65 of 85,813.95, Farid 59,682.86 of 40,000.
    "later": (
        ("INV-003", "90000.00", "73410.65", "1"),
        ("INV-006", "90000.00", "59682.86", "1"),
        ("INV-001", "90000.00", "20000.00", ""),
    ),
}


def history_files(numbers: Sequence[str] = ("early", "quiet", "later")) -> dict[str, bytes]:
    """The files of the demo, and these deals beside them."""
    files = {name: content.decode() for name, content in demo_files().items()}
    files["releases.csv"] += RELEASES
    for number, name, available, closed_on, release in DEALS:
        if number in numbers:
            files["deals.csv"] += (
                f"{number},{name},USD,{available},{closed_on},{closed_on}T17:00:00Z,{release},pro-rata-1,9.{number},1,"
                f"{CLAUSE},\n"
            )
            files["requests.csv"] += "".join(_rows(number, available, closed_on))
    return {name: content.encode() for name, content in files.items()}


def _rows(number: str, available: str, closed_on: str) -> list[str]:
    requests = REQUESTS[number]
    asked = [Asked(_cents(requested), _cents(basis)) for _, requested, basis, _ in requests]
    shares = [plain_money(cents, "USD") for cents in allocate(_cents(available), asked, Rule()).shares]
    return [
        f"{number},{account},{closed_on},{requested},{basis},{count},{share},{share},{closed_on}\n"
        for (account, requested, basis, count), share in zip(requests, shares, strict=True)
    ]


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def import_history(staff: Staff, *, at: datetime, numbers: Sequence[str] = ("early", "quiet", "later")) -> None:
    """Take the files in."""
    deals.import_sheets(sheets=deals.read_files(history_files(numbers)), by=staff.admin, at=at)


def an_incident_in_a_history(staff: Staff, *, at: datetime) -> Incident:
    """The demo's incident over Orbit and Tidewater, opened among all five deals; nothing was run yet."""
    (incident,) = worlds.enter(f"history {at.timestamp()}", lambda: [_opened(staff, at)])
    return incident


def _opened(staff: Staff, at: datetime) -> Incident:
    import_history(staff, at=at)
    return incidents.open_incident(
        title="Shares above the request",
        deals=[deals.get_deal("orbit"), deals.get_deal("tidewater")],
        detected_on=at.date(),
        contact=ContactPoint("Sam Carter", "+12125550100", "weekdays 9 am to 5 pm", "America/New_York"),
        by=staff.admin,
        at=at,
    )
