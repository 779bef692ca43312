"""Finding people by name, address, telephone number or account: the index of their words, and its use.

The index follows every row that is written through the session by itself; bulk statements call `index_people` and
`index_accounts` afterwards. Callers own the transaction.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, ForeignKey, Select, String, delete, event, exists, insert, or_, select
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from app.core.db import Base, session
from app.identity.models import Account, Authority, Person, StaffRole
from app.identity.search_words import LONGEST_WORD, typed_words, words_of_account, words_of_person

LAST_LETTER = "\U0010ffff"
AT_ONCE = 500
Word = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")
"""Compared by its bytes, so that what begins alike stands together on both databases."""


class PersonWord(Base):
    """A word by which a person is found."""

    __tablename__ = "person_words"

    word: Mapped[str] = mapped_column(Word, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class AccountWord(Base):
    """A word by which an account is found, and with it whoever acts for it."""

    __tablename__ = "account_words"

    word: Mapped[str] = mapped_column(Word, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)


def search_investors(text: str, *, at_most: int) -> list[Person]:
    """Investors of whom every word that was typed begins some word, by name; nobody for a text without words.

    Whoever holds or held a staff role is among them only if they act for an account too.
    """
    groups = typed_words(text)
    if not groups:
        return []
    found = _investors().where(*(or_(*(_is_found_by(word) for word in group)) for group in groups))
    return list(session.scalars(found.order_by(Person.full_name, Person.id).limit(at_most)))


def get_investor(person_id: int) -> Person:
    """An investor by the id of their row. Raises NoResultFound for staff who act for no account."""
    return session.scalars(_investors().where(Person.id == person_id)).one()


def index_people(emails: Collection[str]) -> None:
    """Write the words of these people anew."""
    for some in _chunks(sorted(emails)):
        people = session.scalars(select(Person).where(Person.email.in_(some)).execution_options(populate_existing=True))
        _write(session.connection(), PersonWord, {each.id: _words(each) for each in people})


def index_accounts(numbers: Collection[str]) -> None:
    """Write the words of the accounts with these numbers anew."""
    for some in _chunks(sorted(numbers)):
        wanted = select(Account).where(Account.external_id.in_(some)).execution_options(populate_existing=True)
        _write(session.connection(), AccountWord, {each.id: _words(each) for each in session.scalars(wanted)})


def _investors() -> Select[Person]:
    acts = exists().where(Authority.person_id == Person.id)
    is_staff = exists().where(StaffRole.person_id == Person.id)
    return select(Person).where(or_(acts, ~is_staff))


def _is_found_by(word: str) -> ColumnElement[bool]:
    begins = (PersonWord.word >= word, PersonWord.word < word + LAST_LETTER)
    theirs = select(PersonWord.person_id).where(*begins)
    account = (AccountWord.word >= word, AccountWord.word < word + LAST_LETTER)
    acting = select(Authority.person_id).join(AccountWord, AccountWord.account_id == Authority.account_id)
    return or_(Person.id.in_(theirs), Person.id.in_(acting.where(*account)))


def _words(row: Person | Account) -> set[str]:
    if isinstance(row, Person):
        return words_of_person(full_name=row.full_name, email=row.email, phone=row.phone)
    return words_of_account(external_id=row.external_id, name=row.name)


def _write(connection: Connection, index: type[PersonWord | AccountWord], words: dict[int, set[str]]) -> None:
    key = "person_id" if index is PersonWord else "account_id"
    table = index.__table__
    connection.execute(delete(index).where(table.c[key].in_(words)))
    rows = [{"word": word, key: row_id} for row_id, each in words.items() for word in sorted(each)]
    if rows:
        connection.execute(insert(index), rows)


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


@event.listens_for(Person, "after_insert")
@event.listens_for(Person, "after_update")
def _index_person(_: Mapper[Person], connection: Connection, person: Person) -> None:
    _write(connection, PersonWord, {person.id: _words(person)})


@event.listens_for(Account, "after_insert")
@event.listens_for(Account, "after_update")
def _index_account(_: Mapper[Account], connection: Connection, account: Account) -> None:
    _write(connection, AccountWord, {account.id: _words(account)})
