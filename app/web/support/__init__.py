"""Pages of support; the factory registers `blueprints`."""

from app.web.support import (
    availability,
    calendars,
    call_changes,
    call_types,
    calls,
    days,
    disputes,
    feeds,
    new_call,
    people,
    phone_answers,
    searching,
)

blueprints = [
    days.bp,
    disputes.bp,
    new_call.bp,
    calls.bp,
    call_changes.bp,
    phone_answers.bp,
    people.bp,
    searching.bp,
    feeds.bp,
    availability.bp,
    calendars.bp,
    call_types.bp,
]
