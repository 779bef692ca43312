"""Rendering notices for those who approve them: the words, with placeholders for link, code and number."""

from collections.abc import Sequence

from flask import current_app

from app import notices
from app.incidents import Variant, papers
from app.incidents.papers import Shown


def render_variants(variants: Sequence[Variant]) -> list[Shown]:
    """The words of every variant, as its reader would get them."""
    office: notices.Office = current_app.extensions["office"]
    return papers.show_variants(variants, office=office)
