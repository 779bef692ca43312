"""The golden files: every kind and variant as it is sent. `python -m tests.notices.golden` writes them anew."""

from pathlib import Path

from flask import Flask

from app.factory import create_app
from app.notices import Content, Mark, Words, compose
from app.settings import read_settings
from tests.notices.builders import WAY_IN, Recorder, an_office
from tests.notices.contents import EVERY

GOLDEN = Path(__file__).parent / "golden"


def words_of(app: Flask, content: Content, *, mark: Mark = Mark.NONE, hello: str = "Hugo Martins") -> Words:
    """The content in the product's words."""
    return compose(an_office(app, Recorder()), content=content, hello=hello, way_in=WAY_IN, mark=mark)


def rewrite() -> None:
    """Write every golden file as the templates are now; read the difference before it is kept."""
    given = {"SECRET_KEY": "golden files need a key of some length 1", "PUBLIC_BASE_URL": "https://portal.example"}
    app = create_app(read_settings({**given, "MAIL_DEFAULT_SENDER": "support@portal.example"}, Path("/nonexistent")))
    GOLDEN.mkdir(exist_ok=True)
    for name, content in EVERY.items():
        words = words_of(app, content)
        (GOLDEN / f"{name}.txt").write_text(f"Subject: {words.subject}\n\n{words.text}")
        (GOLDEN / f"{name}.html").write_text(words.html)


if __name__ == "__main__":
    rewrite()
