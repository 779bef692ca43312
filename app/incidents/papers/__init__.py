"""What an incident leaves on paper: dossier, attestation and every variant of a notice, made, kept and handed out."""

from app.incidents.papers.archiving import CannotArchive
from app.incidents.papers.handing_out import (
    PAPERS,
    ask_for_papers,
    get_paper_set,
    list_paper_sets,
    log_papers,
    make_papers,
    print_papers,
    take_paper,
)
from app.incidents.papers.models import PaperKind
from app.incidents.papers.press import Paper, Press
from app.incidents.papers.variants import (
    VARIANTS,
    Shown,
    Signable,
    carry_out_paper,
    find_paper,
    kept_text,
    show_variants,
)

__all__ = [
    "PAPERS",
    "VARIANTS",
    "CannotArchive",
    "Paper",
    "PaperKind",
    "Press",
    "Shown",
    "Signable",
    "ask_for_papers",
    "carry_out_paper",
    "find_paper",
    "get_paper_set",
    "kept_text",
    "list_paper_sets",
    "log_papers",
    "make_papers",
    "print_papers",
    "show_variants",
    "take_paper",
]
