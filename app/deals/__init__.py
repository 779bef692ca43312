"""Deals, agreements, releases, requests and what was recorded and paid: the facts, as imported."""

from app.deals.models import Agreement, Deal, Distribution, Import, Mark, Payment, Rate, Release, Request
from app.deals.operations import ImportCrossed, NothingNew, PlanChanged, check, import_sheets
from app.deals.plan import Change, DealTotals, Plan, Resting
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
from app.deals.upload_models import ImportChange, Upload, UploadState

__all__ = [
    "COLUMNS",
    "Agreement",
    "BadRow",
    "BadRows",
    "CannotRead",
    "Change",
    "ControlTotals",
    "Deal",
    "DealTotals",
    "Distribution",
    "Import",
    "ImportChange",
    "ImportCrossed",
    "Mark",
    "NothingNew",
    "Payment",
    "Plan",
    "PlanChanged",
    "Rate",
    "Release",
    "Request",
    "Resting",
    "RuleName",
    "Sheets",
    "Upload",
    "UploadState",
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
