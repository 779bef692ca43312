"""The bytes of a leaf are RFC 8785, however they are made."""

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from app.audit.leaves import write_leaf
from app.tlog.encoding import canonical, read_json
from tests.audit.builders import AT, Thing


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dictionaries(st.sampled_from("abcdef"), st.binary(min_size=32, max_size=32)),
)
def test_a_leaf_is_what_the_library_would_write(origin: str, found: dict[str, bytes]) -> None:
    parts = dict(zip(["digest", "reason", "role", "note"], found.values(), strict=False))
    leaf = write_leaf(
        origin=origin,
        event_id="an id",
        at=AT,
        action="proposal.approved",
        actor="shell:root",
        subject=Thing().audit_name,
        commitments={part: made for part, made in parts.items() if part in {"digest", "role", "note"}},
    )

    assert leaf == rfc8785.dumps(read_json(leaf))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_written_as_the_library_would_write_it(text: str) -> None:
    written = canonical(text)

    assert written == rfc8785.dumps(read_json(written))
