"""Every rendered variant of what is signed, on one paper for legal; kept by its SHA-256."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select

from app import audit, notices
from app.core import files
from app.core.db import session, transaction
from app.core.errors import DomainError
from app.core.jobs import Job, Progress
from app.core.pdf import render_pdf
from app.incidents.audience import count_concerned
from app.incidents.models import FirstNotice, Update
from app.incidents.previews import Count, Variant, list_variants
from app.incidents.proposal_models import Proposal
from app.incidents.redline import ReadText, find_redline
from app.incidents.reminders import list_reminders
from app.incidents.signing_models import VariantsPaper
from app.notices import Office
from app.tlog.encoding import JSON

VARIANTS = "variants"
"""The kind of job that draws such a paper."""
WORKER = "system:worker"
TEMPLATE = "papers/variants.html"
WAITING = ("proposed", "approved")
"""The states in which what is signed can still be read as it was bound."""
Signable = Proposal | FirstNotice | Update


class CannotDraw(DomainError):
    """What was signed has left, or is void; the paper of then is kept."""


@dataclass(frozen=True)
class Shown:
    """One variant in words: with placeholders for link, code and notice number."""

    variant: Variant
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Drawn:
    """The paper, and how many people and variants it covers."""

    pdf: bytes
    people: int
    variants: int


def get_signable(audit_name: str) -> Signable:
    """The proposal, first notice or update of that name. Raises NoResultFound."""
    kind, _, pseudonym = audit_name.partition(":")
    if kind == Update.audit_kind:
        return session.scalars(select(Update).where(Update.pseudonym == pseudonym)).one()
    if kind == FirstNotice.audit_kind:
        return session.scalars(select(FirstNotice).where(FirstNotice.pseudonym == pseudonym)).one()
    return session.scalars(select(Proposal).where(Proposal.pseudonym == pseudonym)).one()


def draw_paper(about: Signable, *, office: Office, on: date, read_text: ReadText, count: Count) -> Drawn:
    """Every variant among everybody concerned, by mail and by post, what reminds of it, and the redline, as a PDF.

    Raises CannotRender without Pango.
    """
    variants = list_variants(about, on=on, at_most=None, count=count)
    people = sum(each.people for each in variants)
    reminders = list_reminders(about, variants) if isinstance(about, Proposal) else []
    html = office.render(
        TEMPLATE,
        {
            "about": about,
            "incident": about.incident,
            "shown": show_variants(variants, office=office),
            "letters": [_letter(each, office) for each in variants],
            "reminders": show_variants(reminders, office=office),
            "people": people,
            "redline": find_redline(about, read_text=read_text) if isinstance(about, Proposal) else None,
        },
    )
    pdf = render_pdf(html, title=f"Every variant, {about.incident.reference}", at=about.proposed_at)
    return Drawn(pdf, people, len(variants))


def _letter(variant: Variant, office: Office) -> str:
    return notices.letter_words(office, content=variant.content, hello=variant.reader.called)


def show_variants(variants: Sequence[Variant], *, office: Office) -> list[Shown]:
    """Each variant as its reader would get it."""
    words = [notices.preview(office, content=each.content, hello=each.reader.called) for each in variants]
    return [Shown(variant, said.subject, said.text, said.html) for variant, said in zip(variants, words, strict=True)]


def carry_out_paper(job: Job, progress: Progress, *, office: Office, folder: Path, at: datetime) -> Mapping[str, JSON]:
    """Draw the paper that a job asks for and keep it under `folder`. Owns its transactions.

    Raises CannotDraw, and CannotRender without Pango.
    """
    about = get_signable(job.argument["subject_key"])
    if about.state.value not in WAITING:
        raise CannotDraw(f"This is {about.state}: its words would be put together from what is known today.")
    total = about.recipients if not isinstance(about, Proposal) else count_concerned(about.incident, at.date())

    def count(read: int) -> None:
        progress(read, total, f"{read} of {total} people read")

    drawn = draw_paper(about, office=office, on=at.date(), read_text=partial(kept_text, folder), count=count)
    sha256 = files.store(folder, drawn.pdf)
    with transaction():
        keep_paper(get_signable(job.argument["subject_key"]), drawn, sha256=sha256, at=at)
    return {"sha256": sha256, "people": drawn.people, "variants": drawn.variants}


def kept_text(folder: Path, sha256: str) -> str | None:
    """The words of a notice template that were kept under its digest; None where they were not."""
    try:
        return files.read(folder, sha256).decode()
    except FileNotFoundError:
        return None


def keep_paper(about: Signable, drawn: Drawn, *, sha256: str, at: datetime) -> VariantsPaper:
    """Record where the paper is kept. Callers own the transaction."""
    paper = VariantsPaper(
        subject_key=about.audit_name,
        digest=about.digest,
        sha256=sha256,
        people=drawn.people,
        variants=drawn.variants,
        made_at=at,
    )
    session.add(paper)
    session.flush()
    parts = {"digest": about.digest, "sha256": sha256}
    audit.record(
        action="paper.made",
        actor=WORKER,
        subject=about,
        at=at,
        people=drawn.people,
        variants=drawn.variants,
        **parts,
    )
    return paper


def find_paper(about: Signable) -> VariantsPaper | None:
    """The newest paper of exactly this digest."""
    return session.scalar(
        select(VariantsPaper)
        .where(VariantsPaper.subject_key == about.audit_name, VariantsPaper.digest == about.digest)
        .order_by(VariantsPaper.id.desc())
        .limit(1)
    )
