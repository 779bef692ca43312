"""Finding the person on the phone."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound

from app import identity
from app.core.db import db, session
from app.identity import Account, AccountType, Person, Scope
from app.identity.search_words import typed_words
from tests.identity.builders import a_member_of_staff

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("tx")]


@pytest.fixture
def zoe() -> Person:
    person = identity.add_person(
        full_name="Zoë Müller-Brandt", email="zoe.m@example.com", time_zone="UTC", phone="+12125550199"
    )
    account = identity.add_account(external_id="ACC-1007", name="Brandt Family Trust", type_=AccountType.TRUST)
    identity.authorise(person=person, account=account, scope=Scope.OWNER)
    return person


def found(typed: str) -> list[str]:
    return [person.full_name for person in identity.search_investors(typed, at_most=10)]


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "zoe",
            "MULLER",
            "müll",
            "brandt zoë",
            "Zoë Müller-Brandt",
            "mu zo",
            "ZOE.M@EXAMPLE.COM",
            "zoe.m@exa",
            "zoe.m",
        ),
        *(
            "zoe.m",
            "0199",
            "555 0199",
            "(212) 555-0199",
            "+1 212 555 0199",
            "acc-1007",
            "1007",
            "family trust",
            "zoe trust",
        ),
    ],
)
def test_people_are_found_by_what_they_say_of_themselves(zoe: Person, typed: str) -> None:
    assert found(typed) == ["Zoë Müller-Brandt"]


@pytest.mark.parametrize(
    "typed", ["uller", "zoe miller", "9910", "212555", "example.com", "007", "", "   ", "%", "_", "' OR 1=1", "#"]
)
def test_nobody_is_found_by_anything_else(zoe: Person, typed: str) -> None:
    assert found(typed) == []


def test_staff_are_not_found_unless_they_act_for_an_account(zoe: Person) -> None:
    staff = a_member_of_staff(full_name="Zoran Support")
    assert found("zo") == ["Zoë Müller-Brandt"]
    with pytest.raises(NoResultFound):
        identity.get_investor(staff.id)

    identity.authorise(person=staff, account=zoe.authorities[0].account, scope=Scope.SEES)

    assert found("zo") == ["Zoran Support", "Zoë Müller-Brandt"]
    assert identity.get_investor(staff.id) == staff


def test_a_changed_name_is_found_and_the_old_one_is_not(zoe: Person) -> None:
    zoe.full_name, zoe.phone = "Zoë Lindqvist", None
    session.flush()

    assert (found("lindqvist"), found("muller"), found("0199")) == (["Zoë Lindqvist"], [], [])


def test_what_an_import_brings_is_found() -> None:
    row = {"full_name": "Åsa Öberg", "email": "asa@example.com", "time_zone": "UTC", "greeting": "", "phone": None}
    identity.add_checked(Person, [{**row, "pseudonym": "p", "postal_address": None}])
    account = {"external_id": "77", "name": "Oberg Holding", "type": AccountType.COMPANY, "payment_last4": None}
    identity.add_checked(Account, [account])

    assert found("asa oberg") == ["Åsa Öberg"]


def test_no_more_people_than_asked_for_are_read(zoe: Person) -> None:
    for number in range(5):
        identity.add_person(full_name=f"Zoe {number}", email=f"z{number}@example.com", time_zone="UTC")

    assert len(identity.search_investors("zoe", at_most=3)) == 3


def test_a_word_is_looked_up_in_its_index(zoe: Person) -> None:
    plan = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    if plan == "EXPLAIN":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    wanted = "SELECT person_id FROM person_words WHERE word >= 'zo' AND word < 'zp'"

    lines = " ".join(str(row) for row in session.execute(text(f"{plan} {wanted}")))

    assert "INDEX" in lines.upper()
    assert "SCAN PERSON_WORDS" not in lines.upper()


def test_a_number_is_looked_for_from_its_end_and_an_address_as_a_whole() -> None:
    assert typed_words("+1 (212) 555-0199") == [("#99105552121", "12125550199")]
    assert typed_words(" Zoe@Example.com ") == [("zoe@example.com",)]
    assert typed_words("12") == [("12",)]
