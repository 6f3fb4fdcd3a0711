"""Which cases the tests of a project take already, told by what the tests call, ask for and expect."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from async_testing.subjects.cases import Draft
from async_testing.subjects.model import Case, Function
from async_testing.subjects.suites import Suite, Test
from async_testing.subjects.wording import last, snake

_PARSING = ("model_validate", "model_validate_json", "parse_obj")
_TELLING = 12
"""Letters of a function's name from which on it alone tells which function is meant."""
_ENOUGH = 2
"""Words of a branch that a test's name shares with it by more than chance."""
_DENYING = frozenset(
    {
        "no",
        "not",
        "none",
        "without",
        "unless",
        "empty",
        "missing",
        "unknown",
        "false",
        "zero",
        "fails",
        "never",
        "nothing",
    }
)
_FAILING = frozenset(
    {"fail", "fails", "failing", "failure", "error", "errors", "raises", "exception", "broken"}
)
_COMMITTING = frozenset({"commit", "committed", "commits", "events", "ledger"})
_UNDOING = frozenset({"rollback", "rolls", "rolled"})
_UNDONE = frozenset({"rollback", "rolled_back", "committed", "events", "ledger"})
_DRIVERS = ("conn", "connection", "cursor", "cur", "pool")
"""How variables end that hold a driver's own objects."""
_EXCLUSIVE = frozenset({"error", "validation", "auth"})
"""Ways that one test can take only one of, unless it is parametrized."""


class Covered:
    """Matches cases with tests.

    Args:
        suite: the tests of the project.
        path: the module.
        functions: its functions.
        derived: by class those of the module that derive from it, whose objects have its methods.
    """

    def __init__(
        self, suite: Suite, path: str, functions: Sequence[Function], derived: Mapping[str, frozenset[str]]
    ) -> None:
        self._suite = suite
        self._path = path
        self._module = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        self._functions = {one.name: one for one in functions}
        self._derived = derived
        self._known: dict[str, list[Test]] = {}
        self._shared: dict[str, frozenset[str]] = {}

    def cases(self, drafts: Sequence[Draft]) -> tuple[Case, ...]:
        """The cases with the test that covers each: those whose test is certain choose first."""
        chosen: dict[int, Test] = {}
        places: dict[str, list[int]] = {}
        for place, one in enumerate(drafts):
            places.setdefault(one.case.subject, []).append(place)
        for subject, own in places.items():
            tests = self.tests_of(subject)
            if tests:
                _choose(drafts, own, tests, chosen)
        return tuple(
            one.case._replace(covered=chosen[place].id if place in chosen else "")
            for place, one in enumerate(drafts)
        )

    def tests_of(self, subject: str) -> list[Test]:
        """The tests that call a function, ask for its route, or make its model."""
        if subject not in self._known:
            function = self._functions.get(subject)
            found = list(self._calling(subject))
            if function is not None and function.route is not None:
                known = {one.id for one in found}
                found += [
                    one
                    for one in {one.id: one for one in self._asking(function)}.values()
                    if one.id not in known
                ]
            self._known[subject] = found
        return self._known[subject]

    def _calling(self, subject: str) -> Iterable[Test]:
        owner, _, name = subject.rpartition(".")
        is_model = subject not in self._functions
        known = name if is_model else owner.rpartition(".")[2] or name
        classes = {known, *self._derived.get(known, ())}
        special = [owner.rpartition(".")[2]] if name.startswith("__") and owner else []
        tails = [name, *_PARSING] if is_model else [name, *special]
        fixtures = self._fixtures(known)
        seen: dict[str, Test] = {}
        known_calls: dict[str, bool] = {}
        holding = self._suite.holding
        places = {place for word in (*classes, *fixtures) for place in holding.get(word, ())}
        for file in (self._suite.files[place] for place in sorted(places)):
            if not file.may_mean(classes, self._path):
                continue
            if not owner and not is_model and self._module not in file.words and len(name) < _TELLING:
                continue
            for tail in tails:
                for test, call in file.calling.get(tail, ()):
                    if test.id in seen:
                        continue
                    if call not in known_calls:
                        known_calls[call] = _is_call(call, owner, name, is_model, self._module, classes)
                    if known_calls[call]:
                        seen[test.id] = test
        return seen.values()

    def _fixtures(self, name: str) -> frozenset[str]:
        """Fixtures of conftests that are named after a class: ``user_dao`` of ``UserDAO``."""
        if name not in self._shared:
            words = snake(name)
            self._shared[name] = frozenset(one for one in self._suite.shared_fixtures if one in words)
        return self._shared[name]

    def _asking(self, function: Function) -> Iterable[Test]:
        route = function.route
        assert route is not None
        path = route.own or route.path
        parts = [one for one in re.split(r"(\{[^}]*\})", path.rstrip("/") or "/") if one]
        pattern = "".join(r"[^/]+" if one.startswith("{") else re.escape(one) for one in parts)
        if path.endswith(":path}"):
            pattern += ".*"
        if re.fullmatch(r"(?:\[\^/\]\+|/)*", pattern):  # nothing of it is fixed: any path would do
            matcher = re.compile(rf"(?:/{re.escape(self._module)}s?|)/?{pattern.lstrip('/')}$|{pattern}$")
        else:
            matcher = re.compile(rf"(?:.*)?{pattern}/?$")
        for name in {last(function.name), route.name.rpartition(":")[2]}:
            yield from self._suite.naming.get(name, ())
        asked = self._suite.asking
        fixed = [one for one in path.split("/") if one and "{" not in one]
        meant = min((asked.get(one, []) for one in fixed), key=len, default=asked.get("", []))
        methods = ("*", *route.methods)
        yield from (test for one, test in meant if one.method in methods and matcher.match(one.path))


def _choose(
    drafts: Sequence[Draft], places: Sequence[int], tests: Sequence[Test], chosen: dict[int, Test]
) -> None:
    """Find the test that looks most like each case; one that can take one way only takes the most certain."""
    certain: list[tuple[int, int, int]] = []
    for place in places:
        draft = drafts[place]
        scores: list[int]
        if draft.case.path == "branch":  # most of them, and only their names tell
            scores = [_named(draft, test) for test in tests]
        else:
            scores = [_score(draft, test) for test in tests]
        if draft.case.path in _EXCLUSIVE:
            certain += [(-score, number, place) for number, score in enumerate(scores) if score > 0]
        elif (best := max(scores)) > 0:
            chosen[place] = tests[scores.index(best)]
    used: set[int] = set()
    for _, number, place in sorted(certain):
        if place not in chosen and (tests[number].repeated or number not in used):
            used |= set() if tests[number].repeated else {number}
            chosen[place] = tests[number]


def _is_call(call: str, owner: str, name: str, is_model: bool, module: str, classes: Collection[str]) -> bool:
    """Whether what a test calls is a function of a class or module, or a model's constructor."""
    plain = call.replace("()", "")
    if is_model:
        model = f"{owner}.{name}" if owner else name
        return plain.endswith(
            (model, f"{name}.model_validate", f"{name}.model_validate_json", f"{name}.parse_obj")
        )
    head, _, tail = plain.rpartition(".")
    if tail != name and not (name.startswith("__") and owner and tail == owner.rpartition(".")[2]):
        return False
    if not owner:
        return not head or last(head) == module
    if not head:
        return False
    first = head.partition(".")[0]
    if first[:1].isupper():
        return any(one in head for one in classes)
    if first.endswith(_DRIVERS):
        return any(snake(one).endswith(_DRIVERS) for one in classes)
    return not first.endswith(("client", "mock", "response", "faker", "session"))


def _score(draft: Draft, test: Test) -> int:
    """How much a test looks like a case; 0 where it is none of it."""
    case = draft.case
    if case.path == "success":
        if test.raises or (test.errors and not test.repeated):
            return 0
        about = 2 if last(case.subject) in test.name else 0
        return 3 + about + min(len(draft.hints & test.name_words), 3)
    named = len(draft.hints & test.name_words)
    if case.path == "branch":
        return _named(draft, test)
    about = 2 if last(case.subject) in test.name else 0
    status = draft.status in test.statuses if draft.status else False
    if case.path == "validation":
        hit = status or "ValidationError" in test.raises or 422 in test.statuses
        return (2 + 2 * min(named, 3)) if hit and (named or draft.status) else 0
    if case.path == "auth":
        return 4 + named if test.statuses & {401, 403} else 0
    if case.path == "error":
        if draft.needs and draft.needs in test.words:
            return 6 + about + named
        if draft.exception or draft.status:
            failing = bool(test.raises)
            hit = status or (draft.exception in test.raises or draft.exception in test.words)
            return (4 + about + 2 * min(named, 3) + 2 * bool(status)) if hit and (failing or status) else 0
        is_failing = test.raises or test.errors or _FAILING & test.name_words
        return 2 + named if named and is_failing else 0
    if case.path == "batch":
        return 2 + named if named or "many" in test.name or "batch" in test.words else 1
    if case.path == "transaction":
        return _of_transaction(draft, test, named)
    return named


def _named(draft: Draft, test: Test) -> int:
    """How many words of a branch a test's name has; 0 unless it has all, or several, and says no where that does."""
    found = len(draft.hints & test.name_words)
    words = frozenset(draft.case.name.split("_"))
    denies = bool(words & _DENYING - draft.hints)
    if not found or (found < len(draft.hints) and found < _ENOUGH):
        return 0
    return found if not denies or test.name_words & _DENYING else 0


def _of_transaction(draft: Draft, test: Test, named: int) -> int:
    """A commit is seen where nothing fails, a rollback where something does."""
    if draft.case.name.endswith("commits"):
        return 2 + named if not test.raises and (named or _COMMITTING & test.words) else 0
    is_said = _UNDOING & test.name_words
    return 2 + named if is_said or (test.raises and _UNDONE & test.words) else 0
