"""The private calendar feed of an agent, and the page where it is made, renewed and ended."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Role
from app.scheduling import Booking, BookingStatus, Desk, FeedCall
from app.web.access import public, requires, signed_in
from app.web.admin.forms import PressForm
from app.web.desk import the_desk

bp = Blueprint("support_feeds", __name__)


@bp.get("/feeds/<secret>.ics")
@public
def read(secret: str) -> ResponseReturnValue:
    """The feed, for calendars that subscribe; whoever holds the address may read it."""
    agent, desk = scheduling.get_feed_agent(secret), the_desk()
    calls = [_call(each, desk) for each in scheduling.list_feed_calls(agent, at=clock.now())]
    text = scheduling.write_feed(calls, title=f"Support call, {desk.brand}")
    response = Response(text, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/support/availability/feed")
@requires(Role.SUPPORT)
def show() -> ResponseReturnValue:
    """Whether the reader has a feed; its address was shown once."""
    return _page(None)


@bp.post("/support/availability/feed")
@requires(Role.SUPPORT)
def renew() -> ResponseReturnValue:
    """Make a new address and show it this once; an older one ends."""
    if not PressForm().submitted():
        abort(400)
    with transaction():
        secret = scheduling.renew_feed(agent=signed_in(), at=clock.now())
    return _page(the_desk().base_url + url_for(".read", secret=secret))


@bp.post("/support/availability/feed/end")
@requires(Role.SUPPORT)
def end() -> ResponseReturnValue:
    """Let the address lead nowhere from now on."""
    if PressForm().submitted():
        with transaction():
            scheduling.end_feed(agent=signed_in(), at=clock.now())
        flash("The feed has ended. Its address leads nowhere now.")
    return redirect(url_for(".show"))


def _page(address: str | None) -> str:
    feed = scheduling.find_feed(signed_in())
    return render_template("support/feed.html", feed=feed, address=address, form=PressForm(None))


def _call(booking: Booking, desk: Desk) -> FeedCall:
    host = urlsplit(desk.base_url).hostname or "localhost"
    return FeedCall(
        uid=f"{booking.pseudonym}@{host}",
        sequence=booking.sequence,
        changed_at=booking.changed_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        is_cancelled=booking.status is BookingStatus.CANCELLED,
        page=desk.base_url + url_for("support_calls.show", call_id=booking.id),
    )
