"""Deals, agreements, releases, requests and what was recorded and paid: the facts, as imported."""

from app.deals.models import Agreement, Deal, Distribution, Import, Mark, Payment, Rate, Release, Request
from app.deals.operations import ImportCrossed, NothingNew, check, import_sheets
from app.deals.queries import (
    ControlTotals,
    get_deal,
    get_import,
    get_release,
    list_control_totals,
    list_deals,
    list_imports,
    list_releases,
)
from app.deals.reading import CannotRead, read_files, read_folder, read_path, read_uploads, read_zip
from app.deals.rule_names import RuleName
from app.deals.sheets import COLUMNS, BadRow, BadRows, Sheets

__all__ = [
    "COLUMNS",
    "Agreement",
    "BadRow",
    "BadRows",
    "CannotRead",
    "ControlTotals",
    "Deal",
    "Distribution",
    "Import",
    "ImportCrossed",
    "Mark",
    "NothingNew",
    "Payment",
    "Rate",
    "Release",
    "Request",
    "RuleName",
    "Sheets",
    "check",
    "get_deal",
    "get_import",
    "get_release",
    "import_sheets",
    "list_control_totals",
    "list_deals",
    "list_imports",
    "list_releases",
    "read_files",
    "read_folder",
    "read_path",
    "read_uploads",
    "read_zip",
]
