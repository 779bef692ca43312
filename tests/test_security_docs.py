"""What the security documents say is true of this tree: numbers, tests, files and who may open what."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.identity import SessionKind
from app.settings import ROOT
from app.web.access import Access

DOCS = ROOT / "docs" / "security"
NUMBERED = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
VERDICTS = {"met", "partly", "not met", "not applicable", "deviation", "the operator's"}
MADE_LATER = "instance/"
A_PATH = re.compile(r"[\w.-]+(/[\w.-]*)+|[\w.-]+\.(py|txt|toml|md)")


@dataclass(frozen=True)
class Row:
    """One line of the access policy."""

    path: str
    methods: frozenset[str]
    who: frozenset[str]
    is_fresh: bool


def test_every_requirement_of_the_standard_has_one_row_with_its_level() -> None:
    asked = dict(line.split() for line in (Path(__file__).parent / "asvs-5.0.0.txt").read_text().splitlines())
    answered = [(number, level) for number, level, *_ in _rows()]

    assert len(asked) == 345
    assert [number for number, times in Counter(number for number, _ in answered).items() if times > 1] == []
    assert dict(answered) == asked


def test_every_verdict_is_one_of_six_and_what_is_met_names_what_shows_it() -> None:
    assert {verdict for *_, verdict, _ in _rows()} <= VERDICTS
    assert [number for number, *_, verdict, why in _rows() if verdict == "met" and not _named(why)] == []


def test_every_test_and_file_that_the_security_documents_name_exists() -> None:
    tests = {
        name for path in (ROOT / "tests").rglob("*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    pages = [ROOT / "docs" / "SECURITY.md", *DOCS.glob("*.md")]
    named = {(page.name, name) for page in pages for name in _named(page.read_text())}

    assert len(named) > 200
    assert [each for each in named if each[1].startswith("test_") and each[1] not in tests] == []
    assert [each for each in named if not each[1].startswith("test_") and not (ROOT / each[1]).exists()] == []


def test_every_route_has_its_row_in_the_access_policy(app: Flask) -> None:
    policy, used, wrong = _policy(), set(), []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            row = _find(policy, rule.rule, method)
            used.add(row)
            if access is not None and (row is None or not _fits(access, row)):
                wrong.append(f"{method} {rule.rule}: {access}")

    assert wrong == [], "say in docs/security/access.md who may open them"
    assert set(policy) <= used, "docs/security/access.md has rows for routes that are gone"


def _rows() -> list[tuple[str, str, str, str, str]]:
    return [row for path in sorted(DOCS.glob("V*.md")) for row in NUMBERED.findall(path.read_text())]


def _named(text: str) -> set[str]:
    """Tests and files in backticks."""
    quoted = re.findall(r"`([^`\n]+)`", text)
    return {
        name
        for name in quoted
        if name.startswith("test_") or (A_PATH.fullmatch(name) and not name.startswith(MADE_LATER))
    }


def _policy() -> list[Row]:
    lines = re.findall(r"^\| (/\S*) \| ([A-Z ]+) \| ([a-z ]+) \| ?(fresh)? \|$", (DOCS / "access.md").read_text(), re.M)
    return [Row(path, frozenset(ways.split()), frozenset(who.split()), bool(fresh)) for path, ways, who, fresh in lines]


def _find(policy: list[Row], path: str, method: str) -> Row | None:
    fitting = [row for row in policy if path.startswith(row.path) and method in row.methods]
    return max(fitting, key=lambda row: len(row.path), default=None)


def _fits(access: Access, row: Row) -> bool:
    if row.is_fresh and not (access.fresh or access.confirmed):
        return False
    if access.session is not SessionKind.STAFF:
        return row.who == {access.session.value if access.session else "anybody"}
    opened = {role.value for role in access.roles} | ({"deputies"} if access.deputies else set())
    return bool(opened) and opened <= row.who
