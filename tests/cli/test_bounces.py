"""`flask mail import-bounces` at the shell."""

import mailbox
from datetime import datetime
from pathlib import Path

from click.testing import Result
from flask import Flask

from app import audit, notices
from app.core.db import session
from app.notices import State
from tests.notices.returned import a_report
from tests.notices.test_bounces import sent


def run(app: Flask, *arguments: str, piped: bytes | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["mail", "import-bounces", *arguments], input=piped)


def states() -> list[State]:
    session.rollback()
    return [message.state for message in notices.list_messages()]


def test_a_maildir_an_mbox_one_file_and_a_pipe_are_read_alike(app: Flask, at: datetime, tmp_path: Path) -> None:
    paths = [sent(app, at, key=key)[1] for key in ("a", "b", "c", "d")]
    folder, box = mailbox.Maildir(tmp_path / "folder"), mailbox.mbox(tmp_path / "box")
    folder.add(a_report(paths[0]))
    box.add(a_report(paths[1]))
    box.close()
    (tmp_path / "one").write_bytes(a_report(paths[2]))

    results = [run(app, str(tmp_path / name)) for name in ("folder", "box", "one")]
    results.append(run(app, "-", piped=a_report(paths[3])))

    assert [each.exit_code for each in results] == [0, 0, 0, 0]
    assert states() == [State.BOUNCED] * 4
    assert all(" bounced 5.1.1" in each.stdout for each in results)


def test_each_mail_has_one_line_and_only_genuine_reports_mark_anything(
    app: Flask, at: datetime, tmp_path: Path
) -> None:
    paths = [sent(app, at, key=key)[1] for key in ("a", "b")]
    box = mailbox.mbox(tmp_path / "box")
    for raw in (
        a_report(paths[0]),
        a_report(paths[0]),
        a_report(paths[1], action="delayed", status="4.4.1"),
        a_report("bounce+" + "0" * 32 + "." + "a" * 20 + "@portal.example"),
        b"Subject: hello\n\nNothing.\n",
    ):
        box.add(raw)
    box.close()

    result = run(app, str(tmp_path / "box"))

    assert result.exit_code == 0
    first, second, third = result.stdout.splitlines()
    assert first.startswith("1: ")
    assert first.endswith("bounced 5.1.1")
    assert second.endswith("known already 5.1.1")
    assert third.endswith("is delayed, which is no bounce")
    assert result.stderr.splitlines() == [
        "4: refused. Its return path is forged, or was made with a key that is no longer among the settings.",
        "5: refused. It is no report about a delivery.",
        "5 mails read: 1 bounced, 1 known already, 1 no bounce, 2 refused.",
    ]
    assert sorted(states()) == [State.BOUNCED, State.SENT]
    assert "hugo@example.com" not in result.output


def test_nothing_but_refusals_ends_with_2(app: Flask, at: datetime) -> None:
    result = run(app, "-", piped=b"Subject: hello\n\nNothing.\n")

    assert result.exit_code == 2
    assert "1: refused." in result.stderr


def test_what_is_no_mailbox_is_named(app: Flask, tmp_path: Path) -> None:
    missing, folder = run(app, str(tmp_path / "nowhere")), run(app, str(tmp_path))

    assert [missing.exit_code, folder.exit_code] == [2, 2]
    assert "there is no such file or folder" in missing.stderr
    assert "is no Maildir" in folder.stderr


def test_a_mailbox_without_mail_is_said_to_be_empty(app: Flask, tmp_path: Path) -> None:
    mailbox.Maildir(tmp_path / "folder")

    result = run(app, str(tmp_path / "folder"))

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{tmp_path}/folder holds no mail, so there was nothing to mark.\n"


def test_of_a_file_of_any_size_only_so_much_is_read_as_shows_that_it_is_no_report(app: Flask, tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 33)

    result = run(app, str(tmp_path / "huge"))

    assert result.exit_code == 2
    assert "1: refused. It is larger than 10,000,000 bytes, so it was not read." in result.stderr


def test_the_shell_is_on_record(app: Flask, at: datetime) -> None:
    _, path = sent(app, at)
    run(app, "-", piped=a_report(path))

    (logged,) = audit.list_events(action="notice.bounced")
    assert str(logged.event.entry["actor"]).startswith("shell:")
