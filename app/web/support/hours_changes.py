"""Changing somebody's hours: whose they are, and calls that the change would hit are listed first."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import scheduling
from app.core import clock
from app.core.db import transaction
from app.identity import Person, Role
from app.scheduling import HitsCalls
from app.web.access import signed_in


def whose() -> Person:
    """The agent in the address or form: an agent only themselves, an admin anybody who takes calls. 404 for others."""
    agents = {str(agent.id): agent for agent in scheduling.list_agents()}
    own = str(signed_in().id)
    wanted = request.values.get("agent") or (own if own in agents else next(iter(agents), own))
    if wanted != own and Role.ADMIN not in signed_in().roles:
        abort(404)
    return agents.get(wanted) or abort(404)


def change(agent: Person, act: Callable[[], None], said: str) -> ResponseReturnValue:
    """Carry out a change of the agent's hours, or list the calls it would leave outside and ask."""
    accepted = {int(each) for each in request.form.get("accepted", "").split() if each.isdecimal()}
    try:
        with transaction(), scheduling.telling_hits(agent, accepted=accepted, at=clock.now()):
            act()
    except HitsCalls as hit:
        return ask(agent, hit), 409
    flash(said)
    return redirect(url_for("availability.show", agent=agent.id))


def ask(agent: Person, hit: HitsCalls) -> str:
    """The calls that would be hit, with the same form again to be sent despite them."""
    fields = [(name, value) for name, value in request.form.items() if name not in ("csrf_token", "accepted", "submit")]
    calls = [scheduling.get_call(call_id) for call_id in hit.call_ids]
    return render_template(
        "support/availability/hits.html", agent=agent, hit=hit, calls=calls, fields=fields, has_file=bool(request.files)
    )
