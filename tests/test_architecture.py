"""The house rules that a linter cannot say."""

import ast
import re
from pathlib import Path

from flask import Flask

APP = Path(__file__).parent.parent / "app"
TEMPLATES = APP.parent / "templates"


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    long = {str(path): n for path in APP.rglob("*.py") if (n := path.read_text().count("\n")) > 300}

    assert long == {}


def test_every_view_says_who_may_open_it(app: Flask) -> None:
    open_views = {endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, "access")}

    assert open_views == {"static"}


def test_only_the_transaction_commits() -> None:
    assert _files_that_say(r"\bcommit\(\)") == {"core/db.py"}


def test_only_the_clock_reads_the_clock() -> None:
    assert _files_that_say(r"\b(datetime\.now|utcnow|date\.today|time\.time)\(") == {"core/clock.py"}


def test_only_the_settings_read_the_environment() -> None:
    assert _files_that_say(r"\bos\.environ|\bgetenv\(") <= {"settings.py"}


def test_money_and_shares_never_meet_binary_fractions() -> None:
    assert _files_that_say(r"\bfloat\b") == set()


def test_templates_carry_no_inline_script_or_style() -> None:
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|\shx-on")
    pages = [path for path in TEMPLATES.rglob("*.html") if not {"email", "letters"} & set(path.parts)]

    assert [str(path) for path in pages if inline.search(path.read_text())] == []


def test_no_room_is_named_for_leftovers() -> None:
    leftovers = {"utils", "helpers", "common", "misc", "manager"}

    assert [str(path) for path in APP.rglob("*") if path.stem in leftovers] == []


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(APP)}:{node.lineno} {node.name}"
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.body[0].lineno + 1 > 25
    ]

    assert long == []


def test_templates_stay_short() -> None:
    long = [str(path) for path in TEMPLATES.rglob("*.html") if path.read_text().count("\n") > 120]

    assert long == []


def _files_that_say(pattern: str) -> set[str]:
    return {str(path.relative_to(APP)) for path in APP.rglob("*.py") if re.search(pattern, path.read_text())}
