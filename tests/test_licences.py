"""What is installed beside the portal may be used beside it: every pinned requirement says so itself."""

import re
from importlib import metadata

import pytest

from app.settings import ROOT

WELCOME = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla|CNRI|LGPL|Lesser General Public|0BSD", re.IGNORECASE
)
"""LGPL: used as libraries, unchanged. The full GPL is not, since the portal's own licence is Apache-2.0."""
TOOLS_ONLY = {"djlint": "GPL-3.0-or-later"}
"""Run while developing and never shipped."""
SAYS_IT_ELSEWHERE = {"huey": "MIT, as its LICENSE says; its metadata names none"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pinned_requirement_has_a_licence_that_we_may_use(name: str) -> None:
    pinned = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", (ROOT / name).read_text())
    known = {each: licence for each in pinned if (licence := _licence(each)) is not None}
    unknown = {each: said for each, said in known.items() if not WELCOME.search(said) and each not in SAYS_IT_ELSEWHERE}

    assert len(known) > 30
    assert unknown == (TOOLS_ONLY if name == "requirements-dev.txt" else {})


def _licence(package: str) -> str | None:
    """What the package says of itself, all words of it; None for one that this platform does not install."""
    try:
        facts = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return None
    classified = [each for each in facts.get_all("Classifier") or [] if each.startswith("License ::")]
    named = [facts[name] for name in ("License-Expression", "License") if name in facts]
    return " ".join([*named, *classified]).strip()
