"""The platform's own books: the allocations they should carry, and that somebody changed them."""

from app.incidents.books.confirming import CannotConfirm, Changed, confirm_books
from app.incidents.books.lines import BookTotal, Line, find_corrected, list_lines, totals_of
from app.incidents.books.models import BooksChange, BooksEntry, BooksProof
from app.incidents.books.queries import Books, BookState, books_of, find_change, list_changes
from app.incidents.books.standing import Carried, carried
from app.incidents.books.writing import COLUMNS, BadExport, digest_of, write_books

__all__ = [
    "COLUMNS",
    "BadExport",
    "BookState",
    "BookTotal",
    "Books",
    "BooksChange",
    "BooksEntry",
    "BooksProof",
    "CannotConfirm",
    "Carried",
    "Changed",
    "Line",
    "books_of",
    "carried",
    "confirm_books",
    "digest_of",
    "find_change",
    "find_corrected",
    "list_changes",
    "list_lines",
    "totals_of",
    "write_books",
]
