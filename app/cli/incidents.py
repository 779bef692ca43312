"""`flask incidents …`: the incidents, how one of them stands, and its papers."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.exc import NoResultFound

from app import audit, incidents
from app.cli.errors import BadInput, Failed
from app.core import clock, pdf
from app.core.db import transaction
from app.incidents import Incident, books, papers
from app.incidents.papers import Paper, PaperKind, Press


@click.group("incidents")
def group() -> None:
    """The incidents and their papers."""


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_all(*, as_json: bool) -> None:
    """List every incident, newest first."""
    found = [incidents.summarize(incident) for incident in incidents.list_incidents()]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for each in found:
        click.echo(f"{each['reference']}  {each['state']}  {each['title']}")


@group.command()
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(reference: str, *, as_json: bool) -> None:
    """Show how the incident REFERENCE stands."""
    found = incidents.summarize(_incident(reference))
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        click.echo(f"{name.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")


@group.command()
@click.argument("reference")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where to write them.")
def dossier(reference: str, out: Path) -> None:
    """Write the dossier of REFERENCE as PDF and JSON."""
    _make(reference, PaperKind.DOSSIER, out)


@group.command()
@click.argument("reference")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where to write them.")
def attest(reference: str, out: Path) -> None:
    """Check every figure of REFERENCE again, and write what was found with all that is needed to redo it.

    Exit 1 if anything does not hold; the papers, which say what, are written all the same.
    """
    found = json.loads(_make(reference, PaperKind.ATTESTATION, out)[0].content)
    if not found["holds"]:
        failing = [f"{check['what']}: {check['says']}" for check in found["checks"] if not check["holds"]]
        raise Failed("\n".join(["The figures do not hold.", *failing]))


@group.command("books")
@click.argument("reference")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
def write_books(reference: str, out: Path) -> None:
    """Write the corrected allocations of REFERENCE as CSV, for the platform's own books.

    One row for each account and deal. `allocation` is what the books carry from now on; `state` is `open` while an
    offer waits for its investor.
    """
    incident = _incident(reference)
    proposal = books.find_corrected(incident)
    if proposal is None:
        raise BadInput(f"REFERENCE {reference!r}: no correction is published to everybody yet. Publish it first.")
    lines = books.list_lines(proposal)
    content = books.write_books(lines, version=proposal.version)
    _write_file(out, content)
    digest = books.digest_of(lines, version=proposal.version)
    with transaction():
        parts = {"name": out.name, "digest": digest}
        audit.record(action="export.made", actor=audit.shell_actor(), subject=incident, at=clock.now(), **parts)
    click.echo(f"{digest}  {out}")


def _write_file(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BadInput(f"--out {out}: {error.strerror}. Name a file that you may write.") from error


def _make(reference: str, kind: PaperKind, out: Path) -> Sequence[Paper]:
    """Print, write and log: whoever made papers, and which, stands in the log."""
    incident = _incident(reference)
    try:
        made = papers.print_papers(incident, kind, _press())
    except pdf.CannotRender as refused:
        raise Failed(str(refused)) from refused
    _write(made, out)
    with transaction():
        papers.log_papers(incident=incident, kind=kind, papers=made, by=audit.shell_actor(), at=clock.now())
    for paper in made:
        click.echo(f"{paper.sha256}  {out / paper.name}")
    return made


def _write(papers: Sequence[Paper], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for paper in papers:
            (out / paper.name).write_bytes(paper.content)
    except OSError as error:
        raise BadInput(f"--out {out}: {error.strerror}. Name a folder that you may write to.") from error


def _incident(reference: str) -> Incident:
    try:
        return incidents.get_incident(reference)
    except NoResultFound as missing:
        raise BadInput(f"REFERENCE {reference!r}: no such incident. `flask incidents list` names them.") from missing


def _press() -> Press:
    press: Press = current_app.extensions["press"]
    return press


commands: list[click.Command] = [group]
