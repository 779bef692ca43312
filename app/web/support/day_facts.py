"""Which day, whose calls and about what: read from the address, and gathered for the pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request

from app import incidents, scheduling
from app.identity import Person
from app.scheduling import Booking, BookingStatus, Roster, Rules
from app.scheduling.slots import MINUTES_A_DAY, instant, list_slots
from app.web.support.day_grid import ROW, Column, Grid, lay_out

FIRST_DAY, LAST_DAY = date(2000, 1, 3), date(2199, 12, 29)
FIVE_MINUTES = timedelta(minutes=5)
ANY_OPENING = Rules(duration=FIVE_MINUTES, step=FIVE_MINUTES, horizon=timedelta(days=10))


@dataclass(frozen=True)
class Chosen:
    """One date in the reader's zone; `agent_id` and `topic` narrow the calls, None and "" take all."""

    on: date
    zone: str
    today: date
    agent_id: int | None
    topic: str
    is_grid: bool

    @property
    def is_today(self) -> bool:
        """Whether the day is the reader's today."""
        return self.on == self.today

    @property
    def monday(self) -> date:
        """Where the day's week begins."""
        return self.on - timedelta(days=self.on.weekday())

    @property
    def before(self) -> date:
        """The same day a week earlier."""
        return max(self.on - timedelta(days=7), FIRST_DAY)

    @property
    def after(self) -> date:
        """The same day a week later."""
        return min(self.on + timedelta(days=7), LAST_DAY)

    @property
    def narrowed(self) -> dict[str, object]:
        """What a link to another day takes along."""
        view = "grid" if self.is_grid else None
        return {"agent": self.agent_id, "topic": self.topic or None, "view": view}

    @staticmethod
    def topics() -> list[str]:
        """What calls can be about."""
        return [incident.reference for incident in incidents.list_incidents()]


def chosen_day(reader: Person, now: datetime) -> Chosen:
    """What the address asks for; what it does not say, or says wrongly, is today, everybody, everything."""
    today = now.astimezone(scheduling.get_zone(reader.time_zone)).date()
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        on = today
    return Chosen(
        on=min(max(on, FIRST_DAY), LAST_DAY),
        zone=reader.time_zone,
        today=today,
        agent_id=request.args.get("agent", type=int),
        topic=request.args.get("topic", ""),
        is_grid=request.args.get("view") == "grid",
    )


def list_chosen(chosen: Chosen, from_on: date, to_on: date) -> list[Booking]:
    """The calls of these dates that are asked for."""
    calls = scheduling.list_calls(zone=chosen.zone, on=from_on, until_on=to_on)
    return [
        call
        for call in calls
        if chosen.agent_id in (None, call.agent_id) and chosen.topic in ("", call.incident_reference)
    ]


def strip_of(chosen: Chosen) -> list[tuple[date, int]]:
    """The days of the week with how many calls each has, cancelled ones left out."""
    days = {chosen.monday + timedelta(days=number): 0 for number in range(7)}
    for call in list_chosen(chosen, chosen.monday, chosen.monday + timedelta(days=6)):
        if call.status is not BookingStatus.CANCELLED:
            days[call.starts_at.astimezone(scheduling.get_zone(chosen.zone)).date()] += 1
    return list(days.items())


def grid_of(chosen: Chosen, calls: Sequence[Booking]) -> Grid:
    """The day by person: when each works, is busy, and has calls that stand."""
    zone = scheduling.get_zone(chosen.zone)
    midnight, next_midnight = instant(zone, chosen.on, 0), instant(zone, chosen.on, MINUTES_A_DAY)
    agents = [each for each in scheduling.list_agents() if chosen.agent_id in (None, each.id)]
    rosters = {each.agent.id: each for each in scheduling.list_rosters(agents, since=midnight, until=next_midnight)}
    columns = [
        Column(
            name=agent.full_name,
            works=_working(rosters.get(agent.id), midnight, next_midnight),
            busy=_busy(rosters.get(agent.id), midnight, next_midnight),
            calls=[call for call in calls if call.agent_id == agent.id and call.status is not BookingStatus.CANCELLED],
        )
        for agent in agents
    ]
    return lay_out(columns, midnight=midnight, next_midnight=next_midnight)


def _working(roster: Roster | None, midnight: datetime, next_midnight: datetime) -> set[datetime]:
    """Half hours in which any five minutes are among the agent's hours."""
    if roster is None:
        return set()
    found = list_slots(
        hours=roster.hours,
        rules=ANY_OPENING,
        busy=(),
        from_on=(midnight - timedelta(days=1)).date(),
        to_on=(next_midnight + timedelta(days=1)).date(),
        at=midnight - timedelta(days=3),
    )
    return {midnight + (slot.start - midnight) // ROW * ROW for slot in found if midnight <= slot.start < next_midnight}


def _busy(roster: Roster | None, midnight: datetime, next_midnight: datetime) -> set[datetime]:
    """Half hours that an imported calendar takes some of."""
    rows = [midnight + number * ROW for number in range((next_midnight - midnight) // ROW)]
    taken = roster.busy if roster else ()
    return {row for row in rows if any(each.start < row + ROW and each.end > row for each in taken)}
