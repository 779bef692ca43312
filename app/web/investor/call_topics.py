"""What a call is about, what can be booked about it, and the page around it."""

from flask import abort, render_template, request

from app import incidents, scheduling
from app.core import clock
from app.identity import Person
from app.incidents import Incident
from app.scheduling import CallType
from app.web.access import signed_in
from app.web.investor import call_pages


def topic_of(reference: str) -> Incident | None:
    """The incident that is named, or the newest that concerns the reader. 404 for others'."""
    person = signed_in()
    on = call_pages.today_in(person.time_zone, clock.now())
    if reference:
        return incidents.get_told(reference, person=person, on=on)
    return next(iter(incidents.list_told(person, on)), None)


def find_topic(reference: str) -> Incident | None:
    """The incident of a call, if it still concerns the reader."""
    person = signed_in()
    told = incidents.list_told(person, call_pages.today_in(person.time_zone, clock.now()))
    return next((incident for incident in told if incident.reference == reference), None)


def reference_of(topic: Incident | None) -> str:
    """As bookings keep it: "" where there is no incident."""
    return topic.reference if topic else ""


def owner_of(topic: Incident | None) -> Person | None:
    """Who takes the call if they are free."""
    return topic.owner if topic else None


def list_types(topic: Incident | None) -> list[CallType]:
    """What can be booked about it."""
    return scheduling.list_call_types(incident_reference=reference_of(topic))


def chosen_type(topic: Incident | None, wanted: str) -> CallType | None:
    """The type of that id, or the first; None when nothing can be booked. 404 for one that is not offered."""
    types = list_types(topic)
    if not wanted:
        return types[0] if types else None
    return next((each for each in types if str(each.id) == wanted), None) or abort(404)


def chosen_zone() -> str:
    """The zone in the address, or the reader's own. Raises UnknownZone."""
    return scheduling.get_zone(request.args.get("zone") or signed_in().time_zone).key


def call_page(name: str, topic: Incident | None, **facts: object) -> str:
    """A page about calls with the contact of the incident."""
    facts |= {"topic": topic, "case": reference_of(topic), "contact": call_pages.contact_of(topic)}
    return render_template(f"investor/calls/{name}", value_of=call_pages.slot_value, **facts)
