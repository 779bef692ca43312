"""Flask-Login on our own session rows: its cookie carries only the row's secret."""

from flask import Flask
from flask_login import LoginManager

from app.identity import LoginSession


def init_app(app: Flask) -> None:
    """Load the session row that the cookie names."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_find_session)


def _find_session(token: str) -> LoginSession | None:
    return None
