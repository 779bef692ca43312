"""`flask demo`: load the story into an empty database, or clear the demo's own."""

from datetime import UTC, date, datetime

import click
from flask import current_app

from app.core import clock
from app.demo.setting_up import LOADED, clear, set_up
from app.demo.story import Stage, Story


@click.group("demo")
def group() -> None:
    """The demo story."""


@group.command()
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Tell the story as of this day; default today.")
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), default=Stage.PUBLISHED.value)
def load(today: datetime | None, stage: str) -> None:
    """Bring the demo story to a stage, in an empty database, through the product's own operations, mail included."""
    settings = current_app.extensions["settings"]
    set_up(settings)
    story = Story(settings, current_app.extensions["office"], moment(today.date() if today else None))
    story.tell(Stage(stage))
    if settings.demo:
        LOADED.touch()
    click.echo(f"The demo story stands at: {stage}.")


@group.command("clear")
def clear_everything() -> None:
    """Forget everything in the demo's database, its anchors and its mailbox. Only with DEMO=1."""
    settings = current_app.extensions["settings"]
    if not settings.demo:
        raise click.UsageError("This is not a demo (DEMO=1), so nothing is cleared.")
    LOADED.unlink(missing_ok=True)
    clear(settings)
    click.echo("The demo is empty.")


def moment(today: date | None) -> datetime:
    """Now, or this time of day on another day."""
    now = clock.now()
    return now if today is None else datetime.combine(today, now.time(), UTC)


commands: list[click.Command] = [group]
