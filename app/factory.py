"""The composition root: an application from settings, by a list of init_app calls."""

from itertools import chain
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app import audit, cli, identity, notices, worker
from app.core import clock, files
from app.core.db import db
from app.demo import pages as demo_pages
from app.demo.commands import commands as demo_commands
from app.incidents import papers
from app.settings import ROOT, BadSettings, Settings, read_settings, run_by_flask_command
from app.web import (
    access,
    admin,
    compression,
    context,
    errors,
    filters,
    headers,
    investor,
    limits,
    public,
    request_log,
    sign_in,
    support,
)
from app.web.admin.texts import notice_texts
from app.web.mailer import Courier, Mail
from app.web.sign_in import login

AREAS = (public, sign_in, investor, support, admin)


def create_app(settings: Settings | None = None) -> Flask:
    """The portal. Raises BadSettings, except under `flask …`, where commands that need no settings still run."""
    app = Flask("app", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.extensions["create_app"] = create_app  # `init` writes the settings, and goes on in an app that has them
    try:
        settings = settings or read_settings()
    except BadSettings as problem:
        if not run_by_flask_command():
            raise
        cli.init_app(app, missing=str(problem), more=demo_commands)
        return app
    _configure(app, settings)
    db.init_app(app)
    errors.init_app(app)  # first, so that every refusal below has its request's number
    limits.init_app(app)
    CSRFProtect(app)
    for part in (request_log, headers, compression, filters, context, login, access):
        part.init_app(app)
    for blueprint in chain.from_iterable(area.blueprints for area in AREAS):
        app.register_blueprint(blueprint)
    cli.init_app(app, missing=None, more=demo_commands)
    app.extensions["office"] = _office(app, settings)
    app.extensions |= {"press": _press(app, settings), "notice_texts": notice_texts}
    worker.init_app(app)
    _add_demo(app, settings)
    return app


def _add_demo(app: Flask, settings: Settings) -> None:
    if settings.demo:
        demo_pages.init_app(app)


def _office(app: Flask, settings: Settings) -> notices.Office:
    """The mail sender, the renderer and the addresses, as plain callables for a domain that knows no HTTP."""
    return notices.Office(
        sender=Courier(_mail(app, settings)),
        render=lambda name, facts: app.jinja_env.get_template(name).render(facts),
        build_url=lambda path: settings.public_base_url + path,
        brand=context.brand_of(settings),
        mail_from=settings.mail_default_sender,
        mail_to=settings.mail_to,
        rate=settings.mail_rate_per_second,
    )


def _press(app: Flask, settings: Settings) -> papers.Press:
    """Templates and stored files for papers, as plain callables."""
    return papers.Press(
        render=lambda name, facts: app.jinja_env.get_template(name).render(facts),
        read=lambda sha256: files.read(settings.files_dir, sha256),
        keep=lambda content: files.store(settings.files_dir, content),
        verify_log=lambda: _verdict(settings),
    )


def _verdict(settings: Settings) -> audit.Verdict | None:
    """On the whole log; None where no key is known to verify with."""
    key = audit.find_verifier(vkey=settings.audit_vkey, key_file=settings.audit_key_file, origin=settings.audit_origin)
    anchor = audit.FileAnchor(settings.audit_anchors)
    return audit.verify(key=key, anchor=anchor, at=clock.now()) if key else None


def _mail(app: Flask, settings: Settings) -> Mail:
    app.config.update(
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_USERNAME=settings.mail_username,
        MAIL_PASSWORD=settings.mail_password,
        MAIL_USE_TLS=settings.mail_use_tls,
        MAIL_USE_SSL=settings.mail_use_ssl,
        MAIL_DEFAULT_SENDER=settings.mail_default_sender,
        MAIL_DEBUG=False,
    )
    mail = Mail()
    mail.init_app(app)
    return mail


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.public_base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        TRUSTED_HOSTS=[*settings.trusted_hosts, "localhost", "127.0.0.1"]
        if settings.demo
        else list(settings.trusted_hosts),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        SESSION_COOKIE_NAME="__Host-makewhole" if secure else "makewhole",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_SECRET_KEY=[*reversed(settings.secret_key_fallbacks), settings.secret_key],  # the last one signs
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
    )
    app.extensions["settings"] = settings
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _engine_options(settings: Settings) -> dict[str, Any]:
    """What the engine carries to domains, which never read settings."""
    keys = identity.keys_from([settings.secret_key, *settings.secret_key_fallbacks])
    # At a stricter level than READ COMMITTED, writers who wait for the head of the log would fail instead.
    level = {} if settings.database_url.startswith("sqlite") else {"isolation_level": "READ COMMITTED"}
    return {
        **level,
        "pool_pre_ping": True,
        "execution_options": {"audit_origin": settings.audit_origin, "identity_keys": keys},
    }
