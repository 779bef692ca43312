"""What a signature binds beside the figures, read back from the very text that is signed. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class SignedTerms:
    """Whom investors call (name, phone, hours, zone), which averages bind, what fixed the cause, and every doubt.

    `fixed_by` and `fixed_on` are None where no fix was on record; each doubt comes with how it was resolved.
    """

    contact: Sequence[str]
    binding: str
    fixed_by: str | None
    fixed_on: date | None
    assumptions: Sequence[Mapping[str, str]]


def read_terms(canonical: str) -> SignedTerms:
    """The terms of a proposal's canonical form; the first forms bound neither averages nor doubts by name."""
    signed: dict[str, Any] = json.loads(canonical)
    name, day = signed.get("fixed") or (None, None)
    return SignedTerms(
        contact=tuple(signed["contact"]),
        binding=signed.get("binding", "frozen"),
        fixed_by=name,
        fixed_on=date.fromisoformat(day) if day else None,
        assumptions=[{"doubt": doubt, "resolved": resolved} for doubt, resolved in signed.get("assumptions", [])],
    )
