"""A call in the investor's own calendar: as a file, or through our redirect to a web calendar."""

from flask import Blueprint, Response, abort, redirect
from flask.typing import ResponseReturnValue

from app import scheduling
from app.scheduling import Booking, BookingStatus, Service
from app.web.access import investor, signed_in
from app.web.desk import the_desk

bp = Blueprint("call_copies", __name__, url_prefix="/calls")
NOT_IN_CALENDARS = frozenset({BookingStatus.CANCELLED, BookingStatus.HELD})


@bp.get("/<int:call_id>/invite.ics")
@investor
def invite(call_id: int) -> ResponseReturnValue:
    """The call for a calendar that takes files."""
    text = scheduling.publication(scheduling.invite_of(_get(call_id), the_desk()))
    attached = {"Content-Disposition": 'attachment; filename="support-call.ics"'}
    return Response(text, content_type="text/calendar; charset=utf-8; method=PUBLISH", headers=attached)


@bp.get("/<int:call_id>/add/<service>")
@investor
def add(call_id: int, service: str) -> ResponseReturnValue:
    """Leave for a web calendar with the entry filled in; mails and pages carry only our own address."""
    booking = _get(call_id)
    if service not in list(Service):
        abort(404)
    return redirect(scheduling.link_to(Service(service), scheduling.entry_of(booking, the_desk())))


def _get(call_id: int) -> Booking:
    """A call of the reader's own that a calendar may show; 404 for a cancelled one and for what is no call yet."""
    booking = scheduling.get_call_of(signed_in(), call_id)
    return abort(404) if booking.status in NOT_IN_CALENDARS else booking
