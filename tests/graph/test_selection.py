from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.errors import SelectionError
from lineage_explorer.graph.selection import (
    Attribute,
    Ends,
    Every,
    Name,
    Not,
    Some,
    Walk,
    parse,
)


def name(text: str, at: int = 0, *, glob: bool = False) -> Name:
    return Name(text, glob, at)


@pytest.mark.parametrize(("text", "tree"), [
    ("orders", name("orders")),
    ("  orders ", name("orders", 2)),
    ("dataset:s3://lake/a+b:x", name("dataset:s3://lake/a+b:x")),
    ("raw.customers#email", name("raw.customers#email")),
    ('"my table"', name("my table")),
    ('"say ""hi"""', name('say "hi"')),
    ('"and"', name("and")),
    ('"a*"', name("a*")),
    ("a*", name("a*", glob=True)),
    ("a[bc]?", name("a[bc]?", glob=True)),
    ("*", name("*", glob=True)),
    ("+x", Walk(name("x", 1), None, 0)),
    ("x+", Walk(name("x"), 0, None)),
    ("+x+", Walk(name("x", 1), None, None)),
    ("2+x", Walk(name("x", 2), 2, 0)),
    ("x+3", Walk(name("x"), 0, 3)),
    ("2+x+3", Walk(name("x", 2), 2, 3)),
    ("0+x", name("x", 2)),
    ('2+"a b"+3', Walk(name("a b", 2), 2, 3)),
    ("12345678901234567890+x", Walk(name("x", 21), None, 0)),
    ("+(a or b)+2", Walk(Some((name("a", 2), name("b", 7))), None, 2)),
    ("(a)+", Walk(name("a", 1), 0, None)),
    ("kind:job", Attribute("kind", "job", glob=False, at=0)),
    ("+owner:team-a+1", Walk(Attribute("owner", "team-a", glob=False, at=1), None, 1)),
    ('tag:"a b"', Attribute("tag", "a b", glob=False, at=0)),
    ("name:stg_*", Attribute("name", "stg_*", glob=True, at=0)),
    ("a or b and c", Some((name("a"), Every((name("b", 5), name("c", 11)))))),
    ("not a and b", Every((Not(name("a", 4)), name("b", 10)))),
    ("not not a", name("a", 8)),
    ("a AND NOT b", Every((name("a"), Not(name("b", 10))))),
    ("roots(a)", Ends("roots", name("a", 6))),
    ("SINKS (a)", Ends("sinks", name("a", 7))),
    ("2+roots(a)+", Walk(Ends("roots", name("a", 8)), 2, None)),
    ("roots", name("roots")),
])  # fmt: skip
def test_a_selection_is_read_as(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(("text", "at", "says"), [
    ("", 0, "empty"),
    ("   ", 0, "empty"),
    ("a b", 2, "nothing joins 'b'"),
    ("(a b)", 3, "nothing joins 'b'"),
    ("(a) +2", 4, "nothing joins"),
    ("(a", 0, "not closed"),
    ("a)", 1, "closes nothing"),
    ("()", 1, "name is missing"),
    ("a and", 5, "name is missing"),
    ("or a", 0, "name is missing"),
    ("not", 3, "name is missing"),
    ("+", 0, "belongs to a name"),
    ("a and +", 6, r"belongs to a name"),
    ("2+ (a)", 0, "right before"),
    ("f(x)", 1, "no bracket"),
    ('a or "b', 5, "not closed"),
    ('a"b"', 0, "middle of a name"),
    ('""', 0, "between these quotes"),
    ("owner:", 6, "needs a value"),
    ('owner:a"b"', 6, "middle of a value"),
    ("(a)+x", 3, r"may follow a bracket"),
    ("a \ud800", 2, "no text"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, at: int, says: str) -> None:
    with pytest.raises(SelectionError, match=says) as caught:
        parse(text)
    assert caught.value.at == at
    assert caught.value.text == text


def test_brackets_nested_deeply_are_refused_and_not_a_crash() -> None:
    with pytest.raises(SelectionError, match="brackets"):
        parse("(" * 100_000)


def test_a_long_chain_of_words_is_read() -> None:
    assert isinstance(parse(" or ".join(["a"] * 20_000)), Some)
    assert parse("not " * 20_001 + "a") == Not(name("a", 80_004))


SIGNS = st.text(alphabet="ab+2()\"' *[]:#!?-\\.norta", max_size=30)
WORDS = st.lists(
    st.sampled_from(
        ["a", "and", "or", "not", "(", ")", "+", "2+", "+3", '"', "kind:", "roots(", " ", "*", "["]
    ),
    max_size=14,
).map("".join)


@given(st.one_of(st.text(), SIGNS, WORDS))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    place = 0
    try:
        parse(text)
    except SelectionError as error:
        place = error.at
    assert 0 <= place <= len(text)
