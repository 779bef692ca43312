import io
import json
import logging
import re
import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core.errors import DomainError
from app.core.logs import formatter, plain
from app.settings import ROOT
from app.web.gunicorn_log import HouseLogger, hide_secrets

TOKEN = "mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpiztcnbvgyyq"


class Colour(StrEnum):
    """A closed list of words."""

    RED = "Red Wine"


class NotThis(DomainError):
    """A refusal that names somebody."""


def written(message: str, *arguments: object, form: str = "json", raised: BaseException | None = None) -> str:
    """The line that a logger of ours writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(form, find_facts=lambda: {"request": "0a1b2c3d", "case": None, "actor": None}))
    logger = logging.getLogger("app.somewhere")
    logger.addHandler(handler)
    logger.error(message, *arguments, exc_info=raised)
    logger.removeHandler(handler)
    return stream.getvalue()


def test_a_line_is_one_json_object_with_the_requests_number() -> None:
    line = json.loads(written("message %s failed", "9b2f0c9e-6a4e-4f0e-8a57-0c2b8f1f2a11"))

    assert line["says"] == "message 9b2f0c9e-6a4e-4f0e-8a57-0c2b8f1f2a11 failed"
    assert (line["level"], line["logger"], line["request"]) == ("ERROR", "app.somewhere", "0a1b2c3d")


def test_text_says_the_same_facts_on_one_line() -> None:
    line = written("job %s failed", 12, form="text")

    assert line.count("\n") == 1
    assert "ERROR app.somewhere job 12 failed; request=0a1b2c3d" in line


@pytest.mark.parametrize("somebodys", ["Grace Lindqvist", "grace@example.com", "+1 212 555 0142", "482 913", TOKEN])
@pytest.mark.parametrize("form", ["json", "text"])
def test_an_argument_that_may_be_somebodys_is_hidden(somebodys: str, form: str) -> None:
    assert somebodys not in written("we wrote to %s", somebodys, form=form)


def test_addresses_and_tokens_in_the_words_of_other_programs_are_hidden() -> None:
    line = written(f"could not deliver to grace@example.com /s/{TOKEN} +12125550142")

    assert not re.search(f"grace|{TOKEN}|12125550142", line)


def test_of_a_failure_the_class_and_the_way_are_told_and_never_its_words() -> None:
    try:
        try:
            raise NotThis("Row 4: Grace Lindqvist has no such account.")
        except NotThis as refusal:
            raise ValueError("grace@example.com") from refusal
    except ValueError as problem:
        line = written("it broke: %s", problem, raised=problem)

    assert "Lindqvist" not in line
    assert "grace" not in line
    raised = json.loads(line)["raised"]
    assert (raised[0], raised[2]) == ("ValueError", "NotThis")
    assert "test_logs.py" in raised[1]


def test_words_of_a_closed_list_numbers_and_identifiers_may_be_told() -> None:
    told = (7, None, True, Colour.RED, "INC-2026-003", "TAMPERED 12", "notice.opened", "/s/<token>")

    assert [plain(value) for value in told] == [7, None, True, "Red Wine", *told[4:]]


def test_a_line_break_in_an_argument_begins_no_line_of_its_own() -> None:
    assert written("%s", 'x\n{"level": "INFO"}', form="text").count("\n") == 1


def test_no_code_of_ours_writes_what_it_knows_into_the_words_themselves() -> None:
    built = re.compile(r"\blog\.(debug|info|warning|error|critical|exception)\(\s*(?!\")")

    assert [str(path) for path in (ROOT / "app").rglob("*.py") if built.search(path.read_text())] == []


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/s/{TOKEN}", "/s/[text]"),
        (f"/S/{TOKEN.upper()}.", "/S/[text]"),
        (f"/s/{TOKEN}/new", "/s/[text]/new"),
        ("/feeds/short.ics", "/feeds/[text]"),
        ("/admin/incidents/INC-2026-003", "/admin/incidents/INC-2026-003"),
        ("/x/grace@example.com", "[text]"),
    ],
)
def test_an_access_line_holds_no_token_of_a_link_or_a_feed(path: str, shown: str) -> None:
    assert hide_secrets(path) == shown


def test_an_access_line_knows_neither_query_nor_referrer_nor_client_nor_cookie() -> None:
    sent = [("Set-Cookie", "makewhole_session=5ec4e7"), ("Referer", f"https://portal.example/s/{TOKEN}")]
    answered, asked = SimpleNamespace(status="200 OK", headers=sent, sent=3), SimpleNamespace(headers=sent)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/s/{TOKEN}",
        "RAW_URI": f"/s/{TOKEN}?email=grace@example.com",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "QUERY_STRING": "email=grace@example.com",
        "HTTP_REFERER": f"https://portal.example/s/{TOKEN}",
        "REMOTE_ADDR": "203.0.113.9",
        "HTTP_COOKIE": "makewhole_session=5ec4e7",
    }
    atoms = HouseLogger.atoms(HouseLogger.__new__(HouseLogger), answered, asked, environ, timedelta(seconds=1))

    assert not re.search(f"{TOKEN}|grace|203.0.113.9|5ec4e7", str(list(atoms.values())))
    assert atoms["r"] == "GET /s/[text] HTTP/1.1"


def test_gunicorn_finds_its_settings_where_it_is_started() -> None:
    given: dict[str, object] = {}
    exec((Path(ROOT) / "gunicorn.conf.py").read_text(), given)

    assert given["logger_class"] == f"{HouseLogger.__module__}.{HouseLogger.__name__}"
    assert sys.modules[HouseLogger.__module__]
