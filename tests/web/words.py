"""A page as it is read: the words of its body, without markup."""

import html
import re


def words_of(markup: str) -> str:
    """The text of the body, white space collapsed, and none left before a full stop or a comma."""
    body = markup.split("<body", 1)[-1].split(">", 1)[1]
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
    return re.sub(r" ([.,])", r"\1", words)
