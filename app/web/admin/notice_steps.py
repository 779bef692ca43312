"""What is done with a first notice and with an update alike: rehearsed, decided, sent, let go.

The views carry the marks; `page` shows their page again with the form that was refused.
"""

from collections.abc import Callable
from typing import Protocol

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import AnyOf

from app import incidents
from app.core import clock
from app.core.db import transaction
from app.core.text import plural
from app.incidents import FirstNotice, Incident, NoticeState, Update
from app.web.access import signed_in
from app.web.admin.forms import ActingForm, DecisionForm, PressForm
from app.web.admin.texts import mail_to, notice_texts

MOVES = (NoticeState.SENDING, NoticeState.PAUSED, NoticeState.STOPPED)


def _known_move(text: str | None) -> NoticeState | None:
    return next((move for move in MOVES if move == text), None)


class MoveForm(ActingForm):
    """The button says where to."""

    to = StringField(validators=[AnyOf(MOVES, "Press one of the buttons.")], filters=[_known_move])


class Page(Protocol):
    """The page of such a notice, with the forms that were sent."""

    def __call__(
        self, incident: Incident, *, deciding: DecisionForm | None = None, pressing: ActingForm | None = None
    ) -> str:
        """The page in HTML."""


def rehearse(notice: FirstNotice | Update, page: Page) -> ResponseReturnValue:
    """Send every message to whoever pressed, with dead links."""
    return _press(notice, page, lambda: _say_rehearsed(notice), leads_to=".show")


def decide(notice: FirstNotice | Update, page: Page, name: str) -> ResponseReturnValue:
    """Legal approves or rejects the digest that the page showed."""
    form = DecisionForm(prefix="decide")
    if form.submitted():
        act = incidents.approve_notice if form.approves else incidents.reject_notice
        with form.refusals(), transaction():
            act(notice=notice, **form.typed("digest_seen", "note"), by=signed_in(), at=clock.now())
    if form.all_errors():
        return page(notice.incident, deciding=form), 422
    flash(f"You {'approved' if form.approves else 'rejected'} the {name}.")
    return redirect(url_for(".show", reference=notice.incident.reference))


def send(notice: FirstNotice | Update, page: Page, name: str) -> ResponseReturnValue:
    """Begin to tell everybody concerned."""
    return _press(notice, page, lambda: _say_sent(notice, name), leads_to=".show")


def move(notice: FirstNotice | Update, page: Page) -> ResponseReturnValue:
    """Continue after the first messages, pause, resume or stop."""
    form = MoveForm()
    if form.submitted():
        with form.refusals(), transaction():
            incidents.move_notice(notice=notice, **form.typed("to"), by=signed_in(), at=clock.now())
    if form.all_errors():
        return page(notice.incident, pressing=form), 422
    return redirect(url_for(".show", reference=notice.incident.reference))


def release(notice: FirstNotice | Update, page: Page) -> ResponseReturnValue:
    """Queue again what was held back."""
    return _press(notice, page, lambda: _say_released(notice), leads_to="reached.show")


def _press(notice: FirstNotice | Update, page: Page, act: Callable[[], str], *, leads_to: str) -> ResponseReturnValue:
    form = PressForm()
    if form.submitted():
        with form.refusals(), transaction():
            says = act()
    if form.all_errors():
        return page(notice.incident, pressing=form), 422
    flash(says)
    return redirect(url_for(leads_to, reference=notice.incident.reference))


def _say_rehearsed(notice: FirstNotice | Update) -> str:
    count = incidents.rehearse_telling(notice=notice, by=signed_in(), at=clock.now())
    return f"{plural(count, 'message')} will reach you, and nobody else, at {signed_in().email}."


def _say_sent(notice: FirstNotice | Update, name: str) -> str:
    incidents.send(notice=notice, texts=notice_texts(), mail_to=mail_to(), by=signed_in(), at=clock.now())
    return f"The {name} is on its way to the first five people. Look at these messages before you continue."


def _say_released(notice: FirstNotice | Update) -> str:
    count = incidents.release_held_back(about=notice, mail_to=mail_to(), by=signed_in(), at=clock.now())
    return f"{plural(count, 'message')} that had been held back will leave."
