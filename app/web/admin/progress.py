"""How far a publication or a notice is, for its page, and the part of it that is read again meanwhile."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template, request

from app import incidents
from app.identity import Person
from app.incidents import LEAVING, FirstNotice, Incident, NoticeState, Publication, PublicationState, Update
from app.incidents.sending import count_accepted
from app.web.admin.forms import PressForm

STEP = 25
"""In percent; a screen reader is told at each of these steps, not every two seconds."""


@dataclass(frozen=True)
class Leaving:
    """What the panel shows. `going` is the state in which it runs by itself, `action` where its buttons post to, and
    `poll` where the panel is read again.
    """

    done: int
    total: int
    state: str
    going: str
    waiting: int
    accepted: int
    action: str
    poll: str
    began_at: datetime
    ended_at: datetime | None
    by: Person | None = None

    @property
    def is_moving(self) -> bool:
        """Whether the page shows something that changes by itself; `?still` stops the renewing for this reader."""
        if "still" in request.args:
            return False
        return self.state in ("canary", self.going) or (self.state == "waiting" and self.waiting > 0)

    @property
    def step(self) -> int:
        """How much is done, in whole steps of STEP percent."""
        return self.done * 100 // max(self.total, 1) // STEP * STEP


def of_publication(publication: Publication | None, *, action: str, poll: str) -> Leaving | None:
    """None before it was started."""
    if publication is None:
        return None
    return Leaving(
        done=publication.done,
        total=publication.total,
        state=publication.state.value,
        going=PublicationState.RUNNING.value,
        waiting=incidents.count_waiting(publication.proposal),
        accepted=count_accepted(publication.proposal),
        action=action,
        poll=poll,
        began_at=publication.started_at,
        ended_at=publication.finished_at,
        by=publication.started_by,
    )


def of_notice(notice: FirstNotice | Update | None, *, action: str, poll: str) -> Leaving | None:
    """None before it was begun."""
    if notice is None or notice.begun_at is None or notice.state not in (*LEAVING, NoticeState.SENT):
        return None
    return Leaving(
        done=notice.queued,
        total=max(notice.recipients, notice.queued),
        state=notice.state.value,
        going=NoticeState.SENDING.value,
        waiting=incidents.count_waiting(notice),
        accepted=count_accepted(notice),
        action=action,
        poll=poll,
        began_at=notice.begun_at,
        ended_at=notice.sent_at,
    )


def panel(leaving: Leaving | None, incident: Incident) -> Response:
    """The panel alone; the whole page is read again once nothing moves."""
    facts = {"leaving": leaving, "incident": incident, "pressing": PressForm(None)}
    answer = make_response(render_template("admin/publishing/panel.html", **facts))
    if leaving is None or not leaving.is_moving:
        answer.headers["HX-Refresh"] = "true"
    return answer
