"""What the doctor says of mail without asking anybody."""

from dataclasses import replace

import pytest

from app.cli.mail_settings import mail_problem
from app.settings import MailTo, Settings

PROBLEMS: dict[str, tuple[dict[str, object], str]] = {
    "in the clear": ({"mail_server": "relay.example", "mail_port": 25}, "in the clear"),
    "both": ({"mail_use_tls": True, "mail_use_ssl": True}, "both set"),
    "the wrong port for TLS": ({"mail_use_ssl": True, "mail_port": 587}, "port 465"),
    "the wrong port for STARTTLS": ({"mail_use_tls": True, "mail_port": 465}, "port 587"),
    "half a login": ({"mail_username": "portal"}, "belong together"),
    "no address": ({"mail_default_sender": "Support"}, "no address that can be written"),
}


@pytest.mark.parametrize(("change", "says"), PROBLEMS.values(), ids=PROBLEMS)
def test_settings_that_cannot_be_meant_are_named(settings: Settings, change: dict[str, object], says: str) -> None:
    found = mail_problem(replace(settings, **change))  # type: ignore[arg-type]  # one field each

    assert found is not None
    assert says in found


@pytest.mark.parametrize(
    "change",
    [{}, {"mail_server": "relay.example", "mail_port": 587, "mail_use_tls": True}, {"mail_server": "::1"}],
    ids=["as the tests run", "a relay with TLS", "the same machine"],
)
def test_settings_that_can_work_are_not_a_problem(settings: Settings, change: dict[str, object]) -> None:
    assert mail_problem(replace(settings, **change)) is None  # type: ignore[arg-type]  # as above


def test_what_needs_a_person_is_noted(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    mail_problem(replace(settings, mail_to=MailTo.STAFF, public_base_url="https://corrections.other.example"))

    noted = capsys.readouterr().err
    assert "SPF, DKIM and DMARC are checked by nobody here: look at the records of portal.example" in noted
    assert "portal.example as the sender and corrections.other.example in the link" in noted
    assert "MAIL_TO is staff" in noted
    assert "bounce+...@portal.example" in noted


def test_a_host_below_the_senders_domain_is_one_domain(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    mail_problem(replace(settings, public_base_url="https://corrections.portal.example"))

    assert "looks less like a fraud" not in capsys.readouterr().err
