"""Rendering notices for those who approve them: the words, with placeholders for link, code and number."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from app import notices
from app.incidents import Variant


@dataclass(frozen=True)
class Preview:
    """One variant of a notice in words, and how many people get one of its shape."""

    variant: Variant
    subject: str
    text: str


def render_variants(variants: Sequence[Variant]) -> list[Preview]:
    """The words of every variant, as its reader would get them."""
    office: notices.Office = current_app.extensions["office"]
    words = [notices.preview(office, content=each.content, hello=each.reader.called) for each in variants]
    return [Preview(variant, said.subject, said.text) for variant, said in zip(variants, words, strict=True)]
