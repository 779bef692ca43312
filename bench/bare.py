"""The portal with two bare views, for comparisons: one inserts a row under one UNIQUE key, one selects a row by it."""

from pathlib import Path

from flask import Flask, current_app, request
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from app.core.db import session, transaction
from app.factory import create_app
from app.web.access import public

TABLE = Table("bare", MetaData(), Column("id", Integer, primary_key=True), Column("slot", String(40), unique=True))
TEMPLATE = Path(__file__).with_name("bare.html")


def create() -> Flask:
    """What gunicorn serves."""
    app = create_app()
    app.extensions["bare"] = app.jinja_env.from_string(TEMPLATE.read_text(encoding="utf-8"))
    app.add_url_rule("/bare", view_func=app.extensions["csrf"].exempt(insert), methods=["POST"])
    app.add_url_rule("/bare/<slot>", view_func=show)
    return app


@public
def insert() -> tuple[str, int]:
    """One row, in a transaction of its own."""
    with transaction():
        session.execute(TABLE.insert().values(slot=request.form["slot"]))
    return "", 204


@public
def show(slot: str) -> str:
    """One row by its key, in a template of forty lines."""
    row = session.execute(select(TABLE).where(TABLE.c.slot == slot)).one()
    page: str = current_app.extensions["bare"].render(row=row)
    return page
