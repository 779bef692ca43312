"""What the story leaves in the audit log: nothing personal in a leaf, and a log that verifies."""

import re

from sqlalchemy import select

from app import audit
from app.audit.catalogue import ACTIONS
from app.audit.models import AuditEvent
from app.core.db import session
from app.demo.story import Stage
from app.identity import Account, Person
from app.settings import Settings
from tests.demo.telling import AT, Shelf

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ACTOR = rf"((shell|system):[A-Za-z0-9._-]+|[a-z-]+:{UUID})"
LEAF = re.compile(
    r'\{"action":"(?P<action>[a-z]+\.[a-z_]+)","actor":"ACTOR","at":"[0-9T:.-]+Z",'
    r'"c":\{(?:"[a-z0-9_]+":"[A-Za-z0-9+/]{43}=",?)*\},"id":"UUID","log":"[a-z0-9./]+",'
    r'"subject":"[a-z-]+:UUID","v":1\}'.replace("ACTOR", ACTOR).replace("UUID", UUID)
)


def test_no_leaf_of_the_story_says_anything_about_anybody(settings: Settings, shelf: Shelf) -> None:
    with shelf.story(settings, Stage.PUBLISHED) as story:
        leaves = [leaf.decode() for leaf in session.scalars(select(AuditEvent.leaf))]
        people, accounts = session.scalars(select(Person)).all(), session.scalars(select(Account)).all()
        personal = {word for each in people for word in (each.full_name, each.email, each.phone)}
        personal |= {word for each in accounts for word in (each.name, each.external_id)}
        log = "\n".join(leaves)
        key = audit.find_verifier(vkey=None, key_file=settings.audit_key_file, origin=story.settings.audit_origin)
        assert key is not None
        verdict = audit.verify(key=key, anchor=audit.FileAnchor(settings.audit_anchors), at=AT)

    odd = [leaf for leaf in leaves if not (found := LEAF.fullmatch(leaf)) or found["action"] not in ACTIONS]
    assert len(leaves) > 50
    assert odd == []
    assert [word for word in personal if word and word in log] == []
    assert verdict.finding is audit.Finding.OK
