"""The house rules that a linter cannot say."""

from pathlib import Path

APP = Path(__file__).parent.parent / "app"


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    long = {str(path): n for path in APP.rglob("*.py") if (n := path.read_text().count("\n")) > 300}

    assert long == {}
