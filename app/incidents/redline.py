"""What differs between two versions of a proposal: words, dates, policy and people's figures, old beside new."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from sqlalchemy import select

from app.core.db import session
from app.core.text import format_date
from app.identity import Account
from app.incidents.models import Case
from app.incidents.offered import list_holders
from app.incidents.proposal_models import Adjustment, Proposal

LABELS = {
    "cause": "Cause, as investors read it",
    "contact": "Whom investors call",
    "fixed": "Release that fixed the cause, and when",
    "dates notice_on": "Notice on",
    "dates look_by": "A doubt stops the money until",
    "dates pay_by": "Refunds sent by",
    "dates remind_on": "Reminder on",
    "dates due_by": "Offers end on",
    "policy unpaid_offer": "An offer that is unpaid on its last day",
    "policy unpaid_obliged": "One that may not be declined, unpaid on its last day",
    "pay_to": "Where offers are paid to",
    "reason": "Why this is the right correction",
}
CONTEXT = 120
NOT_WORDS = frozenset({"v", "incident", "version", "deals", "texts"})
NOT_OF_A_DEAL = frozenset({"deal", "run", "adjustments"})
TOKEN = re.compile(r"\s+|\+?\w+(?:[-/.]\w+)*|[^\w\s]")
DAY = re.compile(r"\d{4}-\d\d-\d\d")

ReadText = Callable[[str], str | None]
"""The words that were kept under a SHA-256 in hex; None where they were not."""


class Mark(StrEnum):
    """Whether words stand in both versions, only in the newer, or only in the older."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """Some words in a row with the same mark."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Passage:
    """One text that differs; no pieces where its words were not kept."""

    label: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class FigureChange:
    """One amount, in minor units; None on the side where the account does not occur."""

    label: str
    old_cents: int | None
    new_cents: int | None


@dataclass(frozen=True)
class PersonChange:
    """One account in one deal: added, removed, or with other figures."""

    account: Account
    deal_name: str
    currency: str
    figures: Sequence[FigureChange]

    @property
    def says(self) -> str:
        """Added, removed or changed."""
        if all(each.old_cents is None for each in self.figures):
            return "Added"
        return "Removed" if all(each.new_cents is None for each in self.figures) else "Changed"


@dataclass(frozen=True)
class Redline:
    """Everything that differs between `earlier` and the version after it.

    `left_out` names deals of the earlier one that the later does not cover: nothing is signed of them.
    """

    earlier: Proposal
    left_out: Sequence[str]
    passages: Sequence[Passage]
    texts: Sequence[Passage]
    people: Sequence[PersonChange]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.left_out or self.passages or self.texts or self.people)


def find_redline(proposal: Proposal, *, read_text: ReadText) -> Redline | None:
    """Against the version before; None for the first. `read_text` gives the words of notice templates by SHA-256."""
    earlier = session.scalar(
        select(Proposal)
        .where(Proposal.incident_id == proposal.incident_id, Proposal.version < proposal.version)
        .order_by(Proposal.version.desc())
        .limit(1)
    )
    if earlier is None:
        return None
    cases = {part.case.deal.external_id: part.case for part in proposal.parts}
    left_out = [part.case for part in earlier.parts if part.case not in cases.values()]
    old, new = json.loads(earlier.canonical), json.loads(proposal.canonical)
    old["deals"] = [deal for deal in old["deals"] if deal["deal"] in cases]
    return Redline(
        earlier=earlier,
        left_out=[case.deal.name for case in left_out],
        passages=list(_passages(dict(_flat(old, cases)), dict(_flat(new, cases)))),
        texts=list(_text_passages(old["texts"], new["texts"], read_text)),
        people=list(_people([each for each in earlier.adjustments if each.case not in left_out], proposal.adjustments)),
    )


def compare_words(old: str, new: str) -> list[Piece]:
    """Word by word; what was removed stands before what was added in its place."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    pieces: list[Piece] = []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(Mark.SAME, "".join(before[from_old:to_old])))
            continue
        if to_old > from_old:
            pieces.append(Piece(Mark.REMOVED, "".join(before[from_old:to_old])))
        if to_new > from_new:
            pieces.append(Piece(Mark.ADDED, "".join(after[from_new:to_new])))
    return pieces


def _flat(facts: Mapping[str, object], cases: Mapping[str, Case]) -> Iterator[tuple[str, str]]:
    """Label and value of every fact that is signed but for figures and templates; of a deal those of its case."""
    for name, value in facts.items():
        if name not in NOT_WORDS:
            yield from _leaves(name, value)
    deals = facts["deals"]
    assert isinstance(deals, list)  # noqa: S101 - so `canonical_form` writes it
    for deal in deals:
        case = cases[deal["deal"]]
        called = case.deal.name
        for name, value in deal.items():
            if name == "replaces":
                yield f"{called}: what this version replaces", _replaced(value)
            elif name == "held":
                yield f"{called}: who declines", _holders(case, value)
            elif name not in NOT_OF_A_DEAL:
                yield from _leaves(f"{called} {name}", value)


def _replaced(named: Sequence[object] | None) -> str:
    """The published version whose figures end, by number and the beginning of its digest."""
    if not named:
        return "nothing"
    version, signed = named
    return f"published version {version}, digest {str(signed)[:16]}…"


def _holders(case: Case, positions: Sequence[int]) -> str:
    return "; ".join(f"{each.name}, {each.number}" for each in list_holders(case, positions)) or "nobody"


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{path} {name}", inner)
    elif isinstance(value, list):
        yield _label(path), "; ".join(_in_words(each) for each in value)
    else:
        yield _label(path), _in_words(value)


def _label(path: str) -> str:
    words = path.replace("_", " ")
    return LABELS.get(path, words[:1].upper() + words[1:])


def _in_words(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return format_date(date.fromisoformat(value)) if DAY.fullmatch(value) else value
    return json.dumps(value, ensure_ascii=False)


def _passages(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Passage]:
    for label in dict.fromkeys([*old, *new]):
        before, after = old.get(label, ""), new.get(label, "")
        if before != after:
            yield Passage(label, compare_words(before, after))


def _text_passages(old: Mapping[str, str], new: Mapping[str, str], read_text: ReadText) -> Iterator[Passage]:
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            before, after = (read_text(texts[path]) if path in texts else "" for texts in (old, new))
            is_kept = before is not None and after is not None
            yield Passage(path, _around_changes(compare_words(before or "", after or "")) if is_kept else [])


def _around_changes(pieces: Sequence[Piece]) -> list[Piece]:
    """With only the ends of what is the same in both, so that what differs is found."""
    return [
        Piece(each.mark, f"{each.text[:CONTEXT]} … {each.text[-CONTEXT:]}")
        if each.mark is Mark.SAME and len(each.text) > 3 * CONTEXT
        else each
        for each in pieces
    ]


def _people(old: Sequence[Adjustment], new: Sequence[Adjustment]) -> Iterator[PersonChange]:
    before = {(each.case_id, each.account_id): each for each in old}
    after = {(each.case_id, each.account_id): each for each in new}
    for key in dict.fromkeys([*before, *after]):
        was, is_ = before.get(key), after.get(key)
        figures = [
            FigureChange(label, figure_of(was) if was else None, figure_of(is_) if is_ else None)
            for label, figure_of in FIGURES.items()
        ]
        changed = [each for each in figures if each.old_cents != each.new_cents]
        about = is_ or was
        if changed and about:
            yield PersonChange(about.account, about.case.deal.name, about.case.deal.currency, changed)


FIGURES: Mapping[str, Callable[[Adjustment], int]] = {
    "Recorded": lambda each: each.recorded_cents,
    "Corrected": lambda each: each.corrected_cents,
    "Paid so far": lambda each: each.collected_cents,
    "Change": lambda each: each.change_cents,
    "Refund": lambda each: each.refund_cents,
    "Interest": lambda each: each.interest_cents,
    "Offer": lambda each: each.offer_cents,
    "Paid for the error": lambda each: each.cash_cents,
    "Distributions": lambda each: each.distribution_cents,
}
