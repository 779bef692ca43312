"""`flask audit …`: words, streams and exit codes are a public contract."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import audit
from app.core.db import transaction
from app.tlog.note import SignerKey, open_checkpoint
from app.tlog.proof import Proof
from app.tlog.receipt import check_receipt
from tests.audit.builders import AT, Thing, committed_events
from tests.audit.log import ORIGIN, SignedLog, tamper


@pytest.fixture
def log(app: Flask, tmp_path: Path) -> SignedLog:
    """Five entries, all of them anchored, recorded just now."""
    log = SignedLog(tmp_path)
    committed_events(5)
    log.sign()
    return log


@pytest.fixture
def receipt(app: Flask, log: SignedLog, tmp_path: Path) -> Path:
    """A receipt as an investor saves it."""
    with transaction():
        event = audit.record(
            action="correction.acknowledged",
            actor=Thing("person"),
            subject=Thing(),
            at=AT,
            number="R-7Q2M",
            figures="\u001b[31m",
        )
    log.sign()
    path = tmp_path / "R-7Q2M.tlog-proof"
    path.write_bytes(audit.receipt_for(event) or b"")
    return path


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *map(str, words)])


def test_an_untouched_log_verifies(app: Flask, log: SignedLog) -> None:
    result = run(app, "verify")

    assert (result.exit_code, result.stdout.split()[:2]) == (0, ["OK", "5"])


@pytest.mark.parametrize(
    ("change", "first_line", "exit_code"),
    [
        ("UPDATE audit_event SET leaf = leaf_hash", "TAMPERED 0", 10),
        ("DELETE FROM audit_leaf WHERE idx = 4", "TRUNCATED 4 5", 13),
        ("DELETE FROM audit_opening", "OPENING 0", 17),
    ],
)
def test_the_verdict_is_the_first_word_and_the_exit_code(
    app: Flask, log: SignedLog, change: str, first_line: str, exit_code: int
) -> None:
    tamper(change)

    result = run(app, "verify")

    assert (result.exit_code, result.stdout.splitlines()[0]) == (exit_code, first_line)


@pytest.mark.parametrize(
    "change", ["made_at = 7", "made_at = x'ff'", "made_at = 'soon'", "note = CAST(x'ff0a' AS TEXT)"]
)
@pytest.mark.parametrize(("words", "exit_code"), [(["verify"], 16), (["checkpoint"], 1)])
def test_a_checkpoint_that_cannot_be_read_has_a_verdict_and_no_traceback(
    app: Flask, log: SignedLog, change: str, words: list[str], exit_code: int
) -> None:
    tamper(f"UPDATE audit_checkpoint SET {change}")

    result = run(app, *words)

    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == exit_code
    assert "verify" in result.stderr or result.stdout.startswith("UNREADABLE\n")


def test_the_newest_checkpoint_is_printed_as_it_was_signed(app: Flask, log: SignedLog) -> None:
    assert run(app, "checkpoint").stdout == log.anchor.notes()[-1]


def test_without_a_checkpoint_nothing_is_printed_and_nothing_is_signed(app: Flask, tmp_path: Path) -> None:
    SignedLog(tmp_path)
    committed_events(1)

    result = run(app, "checkpoint")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "No checkpoint has been signed yet" in result.stderr
    assert run(app, "prove", 0).exit_code == 1
    assert not (tmp_path / "anchors").exists()


def test_the_verifier_key_checks_the_checkpoint(app: Flask, log: SignedLog) -> None:
    printed = run(app, "vkey").stdout.strip()

    assert printed == str(log.key.verifier)
    assert open_checkpoint(run(app, "checkpoint").stdout, log.key.verifier).size == 5


def test_a_missing_key_is_named_with_its_remedy(app: Flask) -> None:
    result = run(app, "verify")

    assert result.exit_code == 2
    assert "holds no signing key" in result.stderr


def test_a_proof_is_printed_for_every_entry(app: Flask, log: SignedLog) -> None:
    printed = run(app, "prove", 3).stdout

    assert printed.startswith("c2sp.org/tlog-proof@v1\n")
    assert Proof.parse(printed).index == 3
    assert check_receipt(printed, log.key.verifier).entry["action"] == "staff.disabled"


@pytest.mark.parametrize(
    "words",
    [
        ("prove", 5),
        ("prove", 10**30),
        ("prove", -1),
        ("prove", "x"),
        ("prove", "\u0663"),
        ("prove", "0_3"),
        ("prove", "03"),
        ("consistency", 0, 3),
        ("consistency", 2, 6),
        ("consistency", "\u0661", 3),
        ("consistency", 1, 10**30),
    ],
)
def test_what_the_log_does_not_have_is_bad_input(app: Flask, log: SignedLog, words: tuple[object, ...]) -> None:
    result = run(app, *words)

    assert (result.exit_code, result.stdout) == (2, "")


def test_a_consistency_proof_is_one_hash_a_line(app: Flask, log: SignedLog) -> None:
    lines = run(app, "consistency", 3, 5).stdout.splitlines()

    assert [len(line) for line in lines] == [44, 44, 44, 44]


def test_a_receipt_is_verified_with_nothing_but_the_key(log: SignedLog, receipt: Path, app: Flask) -> None:
    result = run(app, "check-receipt", receipt, "--vkey", log.key.verifier)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "verified"
    assert "R-7Q2M" not in result.stdout


def test_a_receipt_shows_what_it_says_when_asked_but_no_control_characters(
    log: SignedLog, receipt: Path, app: Flask
) -> None:
    result = run(app, "check-receipt", receipt, "--vkey", log.key.verifier, "--openings-shown")

    assert 'number: "R-7Q2M"' in result.stdout
    assert "\u001b" not in result.stdout


def test_a_receipt_under_another_key_is_not_verified(log: SignedLog, receipt: Path, app: Flask) -> None:
    result = run(app, "check-receipt", receipt, "--vkey", SignerKey.generate(ORIGIN).verifier)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "not verified" in result.stderr


def test_a_changed_receipt_is_not_verified(log: SignedLog, receipt: Path, app: Flask) -> None:
    receipt.write_text(receipt.read_text().replace("index 5", "index 4"))

    assert run(app, "check-receipt", receipt, "--vkey", log.key.verifier).exit_code == 1


@pytest.mark.parametrize("content", [b"", b"a letter", b"\xff\xfe", b"c2sp.org/tlog-proof@v1\nindex 1\n"])
def test_what_is_no_receipt_is_unreadable(log: SignedLog, tmp_path: Path, app: Flask, content: bytes) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)

    assert run(app, "check-receipt", path, "--vkey", log.key.verifier).exit_code == 2
    assert run(app, "check-receipt", path, "--vkey", "no key").exit_code == 2
    assert run(app, "check-receipt", tmp_path / "absent", "--vkey", log.key.verifier).exit_code == 2


def test_a_file_larger_than_any_receipt_is_refused_in_one_line_before_it_is_read(
    log: SignedLog, tmp_path: Path, app: Flask
) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole of a terabyte: reading it all would not end

    result = run(app, "check-receipt", path, "--vkey", log.key.verifier)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: unreadable: {path} is larger than any receipt (1,000,000 bytes).\n"


def test_a_folder_that_cannot_be_written_is_named_in_one_line(log: SignedLog, app: Flask) -> None:
    result = run(app, "export", "/proc/nowhere")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: DIR /proc/nowhere: No such file or directory.")
    assert result.stderr.count("\n") == 1
