"""The money of an incident: what is due and how far it has come, paying it in batches, and files of it."""

from app.incidents.money.listing import straddles, write_settlements, write_tax
from app.incidents.money.paying import moving, prepare_batch, release_batch, take_answer
from app.incidents.money.reading import (
    Due,
    DueTotal,
    get_answer_file,
    get_batch,
    get_settlement,
    list_answer_files,
    list_batches,
    list_due,
    list_forgoings,
    list_payable,
    total_due,
)
from app.incidents.money.statement import MoneyStatement, find_statement

__all__ = [
    "Due",
    "DueTotal",
    "MoneyStatement",
    "find_statement",
    "get_answer_file",
    "get_batch",
    "get_settlement",
    "list_answer_files",
    "list_batches",
    "list_due",
    "list_forgoings",
    "list_payable",
    "moving",
    "prepare_batch",
    "release_batch",
    "straddles",
    "take_answer",
    "total_due",
    "write_settlements",
    "write_tax",
]
