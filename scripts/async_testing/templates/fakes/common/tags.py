"""The command tag that PostgreSQL answers a statement with, as `INSERT 0 1`."""

from typing import TYPE_CHECKING, Any

from ..core.scripting import UNSET, as_rows

if TYPE_CHECKING:
    from ..sql.tokens import Token

_COUNTED = ("SELECT", "UPDATE", "DELETE", "MERGE", "COPY", "FETCH", "MOVE")
_SKIPPED = frozenset(
    [
        "or",
        "replace",
        "temp",
        "temporary",
        "unlogged",
        "unique",
        "global",
        "local",
        "recursive",
        "concurrently",
    ]
)
_BEYOND = frozenset(["from", "where", "limit", "offset", "having", "union", "intersect", "except", "fetch"])
_TAGS = {
    "END": "COMMIT",
    "ABORT": "ROLLBACK",
    "LOCK": "LOCK TABLE",
    "START": "START TRANSACTION",
    "TRUNCATE": "TRUNCATE TABLE",
}


def status(statement: str, answer: Any) -> str:
    """The status string of a statement.

    Arguments: the last statement of the text counts; `answer` is the string itself, the number of rows, or
    the rows; anything else means as on an empty table.
    """
    if isinstance(answer, str):
        return answer
    from ..sql.text import verb_and_tables
    from ..sql.tokens import tokenize

    tokens = _last(tokenize(statement))
    verb = verb_and_tables(" ".join(token.text for token in tokens))[0]
    verb = "SELECT" if verb in ("VALUES", "TABLE") else verb
    words = [token.text for token in tokens if token.kind == "word" and token.text not in _SKIPPED]
    if verb == "CREATE" and "as" in words and words[1:2] in (["table"], ["materialized"]):
        verb = "SELECT"
    if isinstance(answer, int):
        count = answer
    elif answer is UNSET and verb == "SELECT" and words[:1] == ["select"] and not _BEYOND.intersection(words):
        count = 1
    else:
        count = len(as_rows(answer)) or (
            _values(tokens) if verb == "INSERT" or words[:1] == ["values"] else 0
        )
    if verb == "INSERT":
        return f"INSERT 0 {count}"
    if verb in _COUNTED:
        return f"{verb} {count}"
    if verb in ("CREATE", "ALTER", "DROP", "REFRESH", "DISCARD"):
        long = {"materialized": 3, "foreign": 3, "event": 3}.get(words[1] if len(words) > 1 else "", 2)
        return " ".join(words[:long]).upper()
    if words[:2] == ["set", "constraints"]:
        return "SET CONSTRAINTS"
    return _TAGS.get(verb, verb)


def _last(tokens: "list[Token]") -> "list[Token]":
    from ..sql.tokens import is_mark

    while is_mark(tokens[-1:], ";"):
        tokens.pop()
    starts = [0, *(place + 1 for place, token in enumerate(tokens) if is_mark([token], ";"))]
    return tokens[starts[-1] :]


def _values(tokens: "list[Token]") -> int:
    """How many rows stand behind VALUES."""
    from ..sql.tokens import is_mark, is_word

    depth = count = 0
    begun = False
    for place, token in enumerate(tokens):
        begun = begun or (depth == 0 and is_word([token], "values"))
        count += begun and depth == 0 and is_mark([token], "(")
        depth += is_mark([token], "(") - is_mark([token], ")")
        if begun and depth == 0 and is_mark([token], ")") and not is_mark(tokens[place + 1 :], ","):
            break
    return count or int(is_word(tokens[-2:], "default", "values"))
