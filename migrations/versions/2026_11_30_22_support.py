"""Find people by their words, keep each try of a call, open private calendar feeds."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "22_support"
down_revision = "21_staff_changes"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")


def upgrade() -> None:
    _create_words("person", "people")
    _create_words("account", "accounts")
    op.create_table(
        "call_tries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("booking_id", sa.Integer, nullable=False, index=True),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("by_id", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call_tries"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_call_tries_booking_id"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_call_tries_by_id"),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("pseudonym", sa.String(36), nullable=False),
        sa.Column("agent_id", sa.Integer, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feeds"),
        sa.UniqueConstraint("pseudonym", name="uq_calendar_feeds_pseudonym"),
        sa.UniqueConstraint("secret_hash", name="uq_calendar_feeds_secret_hash"),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_calendar_feeds_agent_id"),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_calendar_feeds_open",
        "calendar_feeds",
        ["agent_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    _take_requests_over()
    op.create_index("ix_bookings_phone", "bookings", ["phone"])
    _index_everybody()


def _take_requests_over() -> None:
    op.add_column("call_requests", sa.Column("taken_at", MOMENT))
    if op.get_bind().dialect.name == "sqlite":  # it takes a foreign key only with the column
        to_people = "CONSTRAINT fk_call_requests_taken_by_id REFERENCES people (id)"
        op.execute(f"ALTER TABLE call_requests ADD COLUMN taken_by_id INTEGER {to_people}")
        return
    op.add_column("call_requests", sa.Column("taken_by_id", sa.Integer))
    op.create_foreign_key("fk_call_requests_taken_by_id", "call_requests", "people", ["taken_by_id"], ["id"])


def _create_words(what: str, table: str) -> None:
    key = f"{what}_id"
    op.create_table(
        f"{what}_words",
        sa.Column("word", WORD, nullable=False),
        sa.Column(key, sa.Integer, nullable=False, index=True),
        sa.PrimaryKeyConstraint("word", key, name=f"pk_{what}_words"),
        sa.ForeignKeyConstraint([key], [f"{table}.id"], name=f"fk_{what}_words_{key}"),
    )


def _index_everybody() -> None:
    """The words of who is there already, by the rule of the day this was written."""
    connection = op.get_bind()
    for id_, name, email, phone in connection.execute(sa.text("SELECT id, full_name, email, phone FROM people")).all():
        words = _words(name) | {_fold(email)} | _words(email.partition("@")[0])
        words |= {"#" + re.sub(r"\D", "", phone)[::-1]} if phone else set()
        _insert("person", id_, words)
    for id_, number, name in connection.execute(sa.text("SELECT id, external_id, name FROM accounts")).all():
        _insert("account", id_, _words(number) | {_fold(number)} | _words(name))


def _insert(what: str, id_: int, words: set[str]) -> None:
    statement = sa.text(f"INSERT INTO {what}_words (word, {what}_id) VALUES (:word, :id)")
    op.get_bind().execute(statement, [{"word": word, "id": id_} for word in sorted({each[:80] for each in words})])


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", _fold(text)))


def _fold(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def downgrade() -> None:
    op.drop_column("call_requests", "taken_by_id")
    op.drop_column("call_requests", "taken_at")
    op.drop_index("ix_bookings_phone", "bookings")
    for table in ("calendar_feeds", "call_tries", "account_words", "person_words"):
        op.drop_table(table)
