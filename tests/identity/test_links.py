import pytest

from app.identity import links

KEYS = links.keys_from(["an-unguessable-key-for-the-tests-0123456789"])
KEY = KEYS.by_id[KEYS.newest_id]


def test_a_token_is_256_bits_of_lower_case_base32_and_a_code_is_six_digits() -> None:
    secrets = links.derive(KEY, "sign-in", "0b0e")

    assert links.read_token(secrets.token) == secrets.token
    assert len(secrets.token) == 52
    assert links.read_code(secrets.code) == secrets.code


def test_the_secrets_of_a_link_are_the_same_each_time_it_is_rendered() -> None:
    assert links.derive(KEY, "sign-in", "0b0e") == links.derive(KEY, "sign-in", "0b0e")


def test_key_purpose_and_link_each_change_token_and_code() -> None:
    other = links.keys_from(["another-unguessable-key-for-the-tests-98765"])
    made = [
        links.derive(KEY, "sign-in", "0b0e"),
        links.derive(KEY, "sign-in", "0b0f"),
        links.derive(KEY, "step-up", "0b0e"),
        links.derive(other.by_id[other.newest_id], "sign-in", "0b0e"),
    ]

    assert len({secrets.token for secrets in made}) == 4
    assert len({secrets.code for secrets in made}) == 4


def test_the_code_is_printed_in_two_groups_and_read_with_or_without_blanks() -> None:
    secrets = links.Secrets(token="", code="482913")

    assert secrets.printed_code == "482 913"
    assert links.read_code(" 482 913\n") == "482913"


@pytest.mark.parametrize("text", ["", "48291", "4829133", "48291a", "٤٨٢٩١٣", "482-913"])
def test_what_is_not_six_digits_is_no_code(text: str) -> None:
    assert links.read_code(text) is None


@pytest.mark.parametrize("trailing", ["", ".", ",", ")", ">", ").", "'", "=", "].", "\u201d"])
def test_a_token_survives_what_mail_programs_do_to_it(trailing: str) -> None:
    token = links.derive(KEY, "sign-in", "0b0e").token

    assert links.read_token(token.upper() + trailing) == token


@pytest.mark.parametrize("text", ["", "abc", "a" * 51, "a" * 53, "a" * 51 + "1", "." * 52])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert links.read_token(text) is None


def test_the_stored_hash_of_a_code_is_bound_to_its_token() -> None:
    assert links.hash_code("a" * 52, "482913") != links.hash_code("b" * 52, "482913")


def test_an_older_secret_still_opens_the_links_it_made() -> None:
    old, new = "the-old-unguessable-key-0123456789abcdef", "the-new-unguessable-key-0123456789abcdef"
    before = links.keys_from([old])
    after = links.keys_from([new, old])

    assert after.newest_id != before.newest_id
    assert after.by_id[before.newest_id] == before.by_id[before.newest_id]
