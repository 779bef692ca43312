"""Templates of the files: the columns of each, one example row that can be imported, and what every column holds."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Font

from app.deals.cells import NUMERIC
from app.deals.sheets import COLUMNS

READ_ME = "read me"
MADE_ON = (2026, 1, 1, 0, 0, 0)
INTRODUCTION = (
    "Each sheet, or each CSV file of that name, holds one kind of row. Take the example row out before you import.",
    "Needed are releases, deals, accounts and requests; marks, distributions and rates where there are any.",
    "The files are complete for the deals they name: a stored request that they leave out is removed.",
    "Amounts are digits with a point. Format identifiers, versions and phone numbers as text. No formulas.",
)
EXAMPLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "releases": {
        "release": ("2024.08", "version of your software that shared the deal"),
        "deployed_on": ("2024-08-05", "day on which it went live"),
        "rule": ("single-pass", "what it really ran: pro-rata-1, or the known fault"),
        "note": ("Shared the rest only once", "anything worth knowing; may be empty"),
    },
    "deals": {
        "deal_id": ("example-deal", "your own identifier, without spaces"),
        "name": ("Example Robotics", "as investors know it"),
        "currency": ("USD", "ISO 4217 code"),
        "allocation_available": ("500000.00", "the most the deal may raise"),
        "closed_on": ("2024-11-22", "day on which the deal closed"),
        "allocated_at": ("2024-11-22T17:04:11Z", "when it was shared, with the offset; text in a workbook"),
        "release": ("2024.08", "as in releases"),
        "rule": ("pro-rata-1", "what the agreement says"),
        "agreement_version": ("3.1", "version of the signed terms; text"),
        "agreement_clause": ("4.2", "number of the pro-rata clause; text"),
        "agreement_clause_text": ("Each investor receives a share in proportion.", "the clause as it was signed"),
        "minimum_allocation": ("", "smallest allocation, if there is one"),
    },
    "accounts": {
        "account_id": ("INV-EXAMPLE", "your own identifier; one row for each person of an account"),
        "account_name": ("Alex Example", "who holds it"),
        "account_type": ("personal", "personal, joint, trust, company or ira"),
        "person_name": ("Alex Example", "who signs in"),
        "person_email": ("alex@example.com", "one address is one person"),
        "greeting": ("Dear Alex", "how to greet them; may be empty"),
        "scope": ("owner", "owner, acts or sees"),
        "phone": ("+12125550100", "with + and country code; text; may be empty"),
        "postal_address": ("14 Example Street, Boston, MA 02110", "for letters; may be empty"),
        "time_zone": ("America/New_York", "name in the IANA database"),
        "payment_last4": ("1000", "last four digits of the payment account, never more; text; may be empty"),
    },
    "requests": {
        "deal_id": ("example-deal", "as in deals; the order of a deal's rows decides equal remainders"),
        "account_id": ("INV-EXAMPLE", "as in accounts"),
        "agreement_signed_on": ("2024-11-15", "day of their signature"),
        "requested": ("25000.00", "what they asked for"),
        "basis": ("90000.00", "their average when the deal closed; exact, or p/q"),
        "basis_count": ("3", "how many earlier investments the average covers; empty if unknown"),
        "recorded_allocation": ("25000.00", "what your books say they were given"),
        "paid_amount": ("25000.00", "what was collected; may be empty"),
        "paid_on": ("2024-11-26", "day on which it was collected"),
    },
    "marks": {
        "deal_id": ("example-deal", "as in deals"),
        "as_of": ("2026-10-31", "day of the price"),
        "multiple": ("1.40", "price then divided by the price paid"),
    },
    "distributions": {
        "deal_id": ("example-deal", "as in deals"),
        "paid_on": ("2025-12-15", "day on which it was paid out"),
        "total": ("10000.00", "paid to all holders together"),
    },
    "rates": {
        "policy": ("simple-act/365f", "name of the interest policy"),
        "valid_from": ("2024-01-01", "first day of the rate"),
        "rate": ("0.08", "eight percent is 0.08"),
    },
}


def example_zip() -> bytes:
    """A zip of one CSV file a sheet, and a text that explains the columns."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns in EXAMPLES.items():
            text = io.StringIO()
            csv.writer(text).writerows([columns, [example for example, _ in columns.values()]])
            archive.writestr(zipfile.ZipInfo(f"{name}.csv", MADE_ON), text.getvalue())
        archive.writestr(zipfile.ZipInfo("README.txt", MADE_ON), "\n".join(_explained()) + "\n")
    return buffer.getvalue()


def example_workbook() -> bytes:
    """The same as a workbook: amounts as numbers, days as dates, everything else as text."""
    workbook = Workbook()
    explained = workbook.active or workbook.create_sheet()
    explained.title = READ_ME
    for line in _explained():
        explained.append([line])
    for name, columns in EXAMPLES.items():
        sheet = workbook.create_sheet(name)
        sheet.append(list(columns))
        sheet.append([_typed(column, example) for column, (example, _) in columns.items()])
        for place, column in enumerate(columns, 1):
            sheet.cell(1, place).font = Font(bold=True)
            sheet.column_dimensions[sheet.cell(1, place).column_letter].width = max(14, len(column) + 2)
            if column not in NUMERIC and not column.endswith(("_on", "as_of", "valid_from")):
                sheet.cell(2, place).number_format = "@"

    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _typed(column: str, example: str) -> str | Decimal | date | None:
    if column in NUMERIC and example:
        return Decimal(example)
    return date.fromisoformat(example) if column.endswith(("_on", "as_of", "valid_from")) else example or None


def _explained() -> Iterator[str]:
    yield from INTRODUCTION
    for name in COLUMNS:
        yield ""
        yield name
        for column, (_, says) in EXAMPLES[name].items():
            yield f"  {column}: {says}"
