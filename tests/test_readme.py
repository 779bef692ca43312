"""What the README and the documents say of the code is still so."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.settings import ROOT
from tools.settings_table import README, table, table_in

DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#]+)")
PATH = re.compile(r"`((?:app|docs|migrations|static|templates|tests|bench|faults|tools|\.ci)/[\w./*-]*)`")
TEST = re.compile(r"`(test_\w+)`")
BOLD = re.compile(r"\*\*([^*]+)\*\*")


def test_the_table_of_settings_is_the_one_of_the_code() -> None:
    assert table_in(README.read_text(encoding="utf-8")) == table()


def test_every_link_between_documents_leads_somewhere() -> None:
    dead = [
        f"{path.name}: {target}"
        for path, target in _found(LINK)
        if "://" not in target and not (path.parent / target).exists()
    ]

    assert dead == []


def test_every_file_that_is_named_is_there() -> None:
    assert [f"{path.name}: {name}" for path, name in _found(PATH) if not list(ROOT.glob(name.rstrip("/")))] == []


def test_every_test_that_is_named_is_there() -> None:
    known = {name for path in (ROOT / "tests").rglob("test_*.py") for name in _names(path)}

    assert [f"{path.name}: {name}" for path, name in _found(TEST) if name not in known] == []


def test_every_button_page_and_person_of_the_walk_is_there() -> None:
    walk = README.read_text(encoding="utf-8").partition("## A walk")[2].partition("\n## ")[0]
    places = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("app/**/*.py"), *ROOT.glob("app/demo/data/*.csv")]
    known = "\n".join(path.read_text(encoding="utf-8") for path in places)
    named = [" ".join(each.split()) for each in BOLD.findall(walk)]

    assert len(named) > 20
    assert [each for each in named if each.partition("…")[0] not in known] == []


def _names(path: Path) -> set[str]:
    return {path.stem, *re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)}


def _found(pattern: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    for path in DOCUMENTS:
        for match in pattern.finditer(path.read_text(encoding="utf-8")):
            yield path, match.group(1)
