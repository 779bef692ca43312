"""What every template may name without being told."""

from dataclasses import dataclass

from flask import Flask, current_app, g, request

from app import audit, notices
from app.identity import LISTED_SESSIONS, SessionKind
from app.settings import Settings
from app.web.access import deputised_roles, find_login

THEMES = frozenset({"light", "dark"})


@dataclass(frozen=True)
class Brand:
    """The platform as investors know it."""

    name: str
    support_phone: str
    address: str
    logo_path: str | None
    site: str


def init_app(app: Flask) -> None:
    """Give every template what `_context` names."""
    app.context_processor(_context)


def brand_of(settings: Settings) -> Brand:
    """The brand as the settings give it; `site` is what people type."""
    return Brand(
        name=settings.brand_name,
        support_phone=settings.brand_support_phone,
        address=settings.brand_address,
        logo_path=settings.brand_logo_path,
        site=settings.public_base_url.split("://", 1)[1],
    )


def _context() -> dict[str, object]:
    settings: Settings = current_app.extensions["settings"]
    login = None if g.get("reader_unknown") else find_login()
    if login and login.kind not in LISTED_SESSIONS:
        login = None  # somebody on their way in
    theme = request.cookies.get("theme", "")
    return {
        "brand": brand_of(settings),
        "login": login,
        "person": login.person if login else None,
        "roles": login.person.roles if login and login.kind is SessionKind.STAFF else frozenset(),
        "signs_for_others": bool(login and deputised_roles()),
        "demo": settings.demo,
        "base_url": settings.public_base_url,
        "find_alarm": audit.find_alarm,
        "find_mail_alarm": notices.find_mail_alarm,
        "seen_by": None,
        "theme": theme if theme in THEMES else "",
    }
