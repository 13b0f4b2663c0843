from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.codes import ALPHABET, LENGTH, code_from, typed_code


@given(st.text())
def test_a_code_is_short_and_has_no_letter_to_mistake(token: str) -> None:
    code = code_from(token)

    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert not set(code) & set("0O1IL")


def test_codes_differ_as_their_tokens_do() -> None:
    codes = {code_from(f"token {n}") for n in range(10_000)}

    assert len(codes) == 10_000


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    wide = code.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})

    for typed in (
        code.lower(),
        f" {code} ",
        f"{code[:4]}-{code[4:]}",
        f"{code[:4]} {code[4:]}",
        wide,
    ):
        assert typed_code(typed) == code
