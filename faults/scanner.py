"""`scanner`: what mail scanners do to a link before its owner sees it, each behaviour to every link.

What must hold: no link is used or ended, no session begins, and afterwards the owner gets in by link and code, at worst
with one more mail. A program that reads the code out of the mail and types it is not among them: it would get in.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from faults.detonation import open_in_chromium
from faults.links import TOKEN, Sent, count_sessions, count_touched, newest_link_of, send_links
from faults.outcome import Tally
from faults.serving import Answer, Client, Served, a_served_portal, address_of

AT_ONCE = 8
FORM = re.compile(r'<form method="post"\s+action="([^"]+)"')
TYPED = ("", "test", "123456", "482 913 7")
"""What programs type into a field they know nothing of."""


@dataclass(frozen=True)
class Visit:
    """One link in the hands of a scanner at some network address."""

    served: Served
    sent: Sent
    scanner: Client

    def get(self, path: str | None = None, method: str = "GET", **wanted: Mapping[str, str]) -> Answer:
        """Open the link, or something a mail program made of it."""
        return self.scanner.send(method, path or self.sent.path, **wanted)


def _head(visit: Visit) -> list[Answer]:
    return [visit.get(method="HEAD")]


def _get(visit: Visit) -> list[Answer]:
    return [visit.get()]


def _submit_forms(visit: Visit) -> list[Answer]:
    """Every form on the page, with its own cookies and tokens, and something in the field."""
    page = visit.get()
    typed = TYPED[visit.sent.link_id % len(TYPED)]
    filled = {"csrf_token": _token(page), "code": typed, "submit": "Sign in"}
    return [visit.scanner.send("POST", path, cookies=page.cookies, form=filled) for path in _forms(page)]


def _fetch_twice(visit: Visit) -> list[Answer]:
    first = visit.get()
    return [first, visit.get(cookies=first.cookies)]


def _strip_cookies(visit: Visit) -> list[Answer]:
    page = visit.get()
    form = {"csrf_token": _token(page), "code": visit.sent.code}
    return [visit.scanner.send("POST", visit.sent.path, form=form)]


def _fold_case(visit: Visit) -> list[Answer]:
    upper = visit.sent.path.upper()
    return [visit.get(upper), visit.get(upper, "POST", form={"submit": "Sign in"})]


def _add_punctuation(visit: Visit) -> list[Answer]:
    return [visit.get(visit.sent.path + mark) for mark in (".", ",", ")", "%3E", "%22", ";")]


def _prefetch_in_parallel(visit: Visit) -> list[Answer]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda number: visit.get(method="HEAD" if number % 4 else "GET"), range(AT_ONCE)))


def _encode_again(visit: Visit) -> list[Answer]:
    token = visit.sent.path.removeprefix("/s/")
    escaped = "".join(f"%{ord(letter):02X}" for letter in token)
    return [
        visit.get(f"/s/{escaped}"),
        visit.get(f"/%73/{token[:9]}%{ord(token[9]):02x}{token[10:]}"),
        visit.get(f"/s/{escaped.replace('%', '%25')}"),
        visit.get(f"{visit.sent.path}?utm_source=mail&url={escaped}"),
        visit.get(f"/s/=3D{token}"),
        visit.get(f"/s/{unquote(escaped)}%0A"),
    ]


def _come_from_elsewhere(visit: Visit) -> list[Answer]:
    """One address fetches, another one submits what the first was given."""
    page = visit.get()
    other = Client(visit.served.port, address=address_of(40_000 + visit.sent.link_id), agent="Mozilla/5.0 (iPhone)")
    form = {"csrf_token": _token(page), "submit": "Continue"}
    return [other.send("GET", visit.sent.path), other.send("POST", visit.sent.path, cookies=page.cookies, form=form)]


BEHAVIOURS: Mapping[str, Callable[[Visit], list[Answer]]] = {
    "HEAD": _head,
    "GET": _get,
    "form submit": _submit_forms,
    "double fetch": _fetch_twice,
    "stripped cookies": _strip_cookies,
    "case-folded path": _fold_case,
    "trailing punctuation": _add_punctuation,
    "parallel prefetch": _prefetch_in_parallel,
    "re-encoded URL": _encode_again,
    "other address": _come_from_elsewhere,
}


def campaign(*, links: int) -> Iterator[Tally]:
    """All twelve behaviours against gunicorn on SQLite, then the owners."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with a_served_portal(folder, f"sqlite:///{folder}/portal.db") as served:
            visits = [_visit(served, number, sent) for number, sent in enumerate(send_links(links))]
            kept = [visit.get() for visit in visits]
            for what, behaviour in BEHAVIOURS.items():
                yield _tallied(what, links, chain.from_iterable(map(behaviour, visits)))
            yield _tallied("JavaScript run", links, open_in_chromium([served.url + each.sent.path for each in visits]))
            yield _tallied("delayed", links, map(_submit_late, visits, kept))
            yield _owners(visits)


def _visit(served: Served, number: int, sent: Sent) -> Visit:
    return Visit(served, sent, Client(served.port, address=address_of(number)))


def _submit_late(visit: Visit, page: Answer) -> Answer:
    """The form that was fetched before everything else happened."""
    form = {"csrf_token": _token(page), "submit": "Continue"}
    return visit.scanner.send("POST", visit.sent.path, cookies=page.cookies, form=form)


def _tallied(what: str, rounds: int, answers: Iterable[Answer]) -> Tally:
    """Slipped: a link used or ended, a session begun, an answer that gives a session's cookie or fails."""
    tally, before = Tally(what, rounds), count_touched() + count_sessions()
    for answer in answers:
        tally.seen[str(answer.status)] += 1
        tally.slipped += answer.status >= 500 or "makewhole_session" in answer.cookies
    tally.slipped += count_touched() + count_sessions() - before
    return tally


def _owners(visits: list[Visit]) -> Tally:
    """Everybody signs in by link and code, from an address of their own, or asks for one more mail."""
    tally = Tally("the owner afterwards", rounds=len(visits))
    for number, visit in enumerate(visits):
        owner = Client(visit.served.port, address=address_of(80_000 + number), agent="Mozilla/5.0 (Windows)")
        first = _sign_in(owner, visit.sent)
        way = "by the first mail" if first else "by one more mail"
        is_in = first or _sign_in(owner, _one_more_mail(owner, visit.sent))
        tally.seen[way if is_in else "locked out"] += 1
        tally.slipped += not is_in or count_sessions(visit.sent.person_id) != 1
    return tally


def _sign_in(owner: Client, sent: Sent) -> bool:
    page = owner.send("GET", sent.path)
    form = {"csrf_token": _token(page), "code": sent.code}
    answer = owner.send("POST", sent.path, cookies=page.cookies, form=form)
    inside = owner.send("GET", "/corrections", cookies=answer.cookies)
    return "makewhole_session" in answer.cookies and inside.status == 200


def _one_more_mail(owner: Client, sent: Sent) -> Sent:
    page = owner.send("GET", sent.path)
    owner.send("POST", f"{sent.path}/new", cookies=page.cookies, form={"csrf_token": _token(page)})
    return newest_link_of(sent.person_id)


def _forms(page: Answer) -> list[str]:
    return FORM.findall(page.body.decode())


def _token(page: Answer) -> str:
    found = TOKEN.search(page.body.decode())
    return found[1] if found else ""
