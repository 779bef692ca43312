"""Whom mail about a call names: the contact of the incident, or the desk where there is none."""

from app import incidents, notices
from app.core.text import format_phone
from app.incidents.facts import contact_facts
from app.web.desk import the_desk


def contact_for(reference: str) -> notices.Contact:
    """The contact of the incident with this reference."""
    incident = incidents.find_incident(reference)
    if incident is not None:
        return contact_facts(incident)
    desk = the_desk()
    return notices.Contact(f"{desk.brand} support", format_phone(desk.phone), "")
