"""How far a publication or a notice is, for its page, and the answer that renews itself meanwhile."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, request

from app import incidents
from app.identity import Person
from app.incidents import LEAVING, FirstNotice, NoticeState, Publication, PublicationState, Update

SECONDS = "2"


@dataclass(frozen=True)
class Leaving:
    """What the panel shows. `going` is the state in which it runs by itself, `action` where its buttons post to."""

    done: int
    total: int
    state: str
    going: str
    waiting: int
    action: str
    began_at: datetime
    ended_at: datetime | None
    by: Person | None = None

    @property
    def is_moving(self) -> bool:
        """Whether the page shows something that changes by itself; `?still` stops the renewing for this reader."""
        if "still" in request.args or request.method != "GET":
            return False
        return self.state in ("canary", self.going) or (self.state == "waiting" and self.waiting > 0)


def of_publication(publication: Publication | None, action: str) -> Leaving | None:
    """None before it was started."""
    if publication is None:
        return None
    return Leaving(
        done=publication.done,
        total=publication.total,
        state=publication.state.value,
        going=PublicationState.RUNNING.value,
        waiting=incidents.count_waiting(publication.proposal),
        action=action,
        began_at=publication.started_at,
        ended_at=publication.finished_at,
        by=publication.started_by,
    )


def of_notice(notice: FirstNotice | Update | None, action: str) -> Leaving | None:
    """None before it was begun."""
    if notice is None or notice.begun_at is None or notice.state not in (*LEAVING, NoticeState.SENT):
        return None
    return Leaving(
        done=notice.queued,
        total=max(notice.recipients, notice.queued),
        state=notice.state.value,
        going=NoticeState.SENDING.value,
        waiting=incidents.count_waiting(notice),
        action=action,
        began_at=notice.begun_at,
        ended_at=notice.sent_at,
    )


def renewed(page: str, leaving: Leaving | None) -> Response:
    """The page, read again by the browser every two seconds while something moves."""
    response = make_response(page)
    if leaving and leaving.is_moving:
        response.headers["Refresh"] = SECONDS
    return response
