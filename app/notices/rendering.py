"""From facts to words: templates of a kind, and styles written into the HTML."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from css_inline import CSSInliner

from app.notices.asked_for import SupportCall
from app.notices.kinds import Content
from app.notices.mime import Words
from app.notices.office import Office

LINK, CODE, NUMBER = "[link]", "[code]", "[notice number]"
REHEARSAL_PATH = "/s/rehearsal"
REHEARSAL_CODE = "000 000"


class Mark(StrEnum):
    """What a message says of itself in its subject and its first line, where it is not for real."""

    NONE = ""
    REHEARSAL = "Rehearsal"
    TEST = "Test"


@dataclass(frozen=True)
class WayIn:
    """What only the mail itself carries: the address of the sign-in link, the code as printed, the notice number."""

    link: str
    code: str
    number: str


PLACEHOLDERS = WayIn(LINK, CODE, NUMBER)


def preview(office: Office, *, content: Content, hello: str) -> Words:
    """The words as staff and approvers may see them: placeholders for link, code and number."""
    return compose(office, content=content, hello=hello, way_in=PLACEHOLDERS, mark=Mark.NONE)


def compose(office: Office, *, content: Content, hello: str, way_in: WayIn, mark: Mark) -> Words:
    """The words of one message; the same facts and templates give the same words. `hello` follows "Hello"."""
    facts: dict[str, object] = {
        "notice": content,
        "hello": hello,
        "link": way_in.link,
        "code": way_in.code,
        "number": way_in.number,
        "brand": office.brand,
        "mark": mark.value,
        "page_url": office.build_url(content.page) if isinstance(content, SupportCall) else None,
    }
    folder = f"email/{content.kind}"
    subject = " ".join(office.render(f"{folder}/subject.txt", facts).split())
    subject = f"[{mark}] {subject}" if mark else subject
    facts["subject"] = subject
    return Words(
        subject=subject,
        text=_tidy(office.render(f"{folder}/body.txt", facts)),
        html=_dense(_inliner(office.render("email/mail.css", {})).inline(office.render(f"{folder}/body.html", facts))),
    )


def without_secrets(text: str, way_in: WayIn) -> str:
    """The text with placeholders wherever the link or the code stood."""
    return text.replace(way_in.link, LINK).replace(way_in.code, CODE)


def _tidy(text: str) -> str:
    """No more than one empty line in a row, none at either end."""
    return re.sub(r"\n[ \t]*(?:\n[ \t]*)+", "\n\n", text).strip() + "\n"


def _dense(html: str) -> str:
    """Without indentation and empty lines, which a reader never sees."""
    return "\n".join([line for each in html.split("\n") if (line := each.strip())]) + "\n"


@cache
def _inliner(css: str) -> CSSInliner:
    return CSSInliner(extra_css=css, keep_at_rules=True, load_remote_stylesheets=False)
