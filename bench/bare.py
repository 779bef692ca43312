"""The portal with one more view, for comparisons: it inserts a row under one UNIQUE key, and that is all it does."""

from flask import Flask, request
from sqlalchemy import Column, Integer, MetaData, String, Table

from app.core.db import session, transaction
from app.factory import create_app
from app.web.access import public

TABLE = Table("bare", MetaData(), Column("id", Integer, primary_key=True), Column("slot", String(40), unique=True))


def create() -> Flask:
    """What gunicorn serves."""
    app = create_app()
    app.add_url_rule("/bare", view_func=app.extensions["csrf"].exempt(insert), methods=["POST"])
    return app


@public
def insert() -> tuple[str, int]:
    """One row, in a transaction of its own."""
    with transaction():
        session.execute(TABLE.insert().values(slot=request.form["slot"]))
    return "", 204
