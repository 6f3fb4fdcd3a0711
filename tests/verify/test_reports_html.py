"""The page: whole without scripts and network, safe with any name, and as people see it in a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from async_testing.verifying.reports import html

from tests.verify.made import judged, mutant, report, some_tests
from tests.verify.pages import HOSTILE, SOURCE, full

VOID = {"meta"}


class Reader(HTMLParser):
    """Elements, ids and links of a page; every element has to be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.elements if attribute in attributes]


def test_the_page_needs_nothing_else(page_of_everything: str) -> None:
    read = Reader(page_of_everything)
    tags = {tag for tag, _ in read.elements}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    assert all(link.startswith("#") for link in read.values("href"))
    assert not read.values("src")
    assert not re.search(r"url\(|@import|https?:", page_of_everything)
    assert "default-src 'none'" in page_of_everything


def test_links_and_labels_lead_somewhere(page_of_everything: str) -> None:
    read = Reader(page_of_everything)
    names = read.values("id")
    assert len(names) == len(set(names))
    assert {link[1:] for link in read.values("href")} <= set(names)
    assert set(read.values("aria-labelledby")) <= set(names)


def test_outcomes_come_first_and_headings_descend(page_of_everything: str) -> None:
    read = Reader(page_of_everything)
    levels = "".join(tag[1] for tag, _ in read.elements if re.fullmatch("h[1-6]", tag))
    assert levels == "12222223232"
    headings = re.findall(r'<h2 id="(\w+)">', page_of_everything)
    assert headings == ["outcomes", "missed", "gaps", "steadiness", "statements", "source", "tests", "run"]


def test_the_page_tells_it_in_words(page_of_everything: str) -> None:
    text = "".join(Reader(page_of_everything).words)
    for words in (
        "115 of 119 mutants noticed (96.6 %), 2 survived, 2 on lines that no test runs, 1 of 120 planted not judged",
        "assert that value is 20",
        "value missing \u2192 404 never provoked; a test for it: test_find_missing",
        "depends on the order tests/test_dao.py::test_1 after tests/test_dao.py::test_0",
        "seeds 3, 5",
        "never goes on to line 40",
        "never goes on to the end",
        "Lines 1 to 16: 16 mutants, none missed",
        "119 of 120 lines",
        "src/dao.py DAO.method_7: 2 mutants on lines 75-76",
        "tests/test_dao.py:7 rejected no column value",
    ):
        assert words in text, words


def test_a_survivor_lies_below_the_line_it_changes(page_of_everything: str) -> None:
    below = page_of_everything.index("<code>    value = 20</code>")
    survivor = page_of_everything.index(f'id="m-{mutant(20).fingerprint}"')
    assert below < survivor < page_of_everything.index("<code>    value = 21</code>")
    assert "<del>- value = <mark>20</mark></del><ins>+ value = <mark>21</mark></ins>" in page_of_everything


def test_what_no_line_runs_is_told_together_and_hints_show_code() -> None:
    planted = [mutant(number, line=30, hint="give `one < two` & more") for number in range(3)]
    mutants = [judged(0, "untested", mutant=one) for one in planted[:2]]
    page = html.render(report(*mutants, judged(0, "survived", mutant=planted[2])), {"src/dao.py": SOURCE})
    Reader(page)
    assert page.count('<details class="mutant">') == 2
    assert "no test runs the line</strong>: 2 mutants" in page
    assert "To notice it: give <code>one &lt; two</code> &amp; more." in page
    assert "2 mutants on line 30" in page


def test_a_change_of_one_line_of_several() -> None:
    long = mutant(
        20,
        end_line=23,
        before="    a(\n        b,\n        c,\n    )",
        after="    a(\n        x,\n        c,\n    )",
    )
    page = html.render(report(judged(20, "survived", mutant=long)), {"src/dao.py": SOURCE})
    assert "<del>-     <mark>b</mark>,</del><ins>+     <mark>x</mark>,</ins>" in page
    assert (
        page.index("<code>    value = 21</code>")
        < page.index('id="m-')
        < page.index("<code>    value = 22</code>")
    )


def test_hostile_names_stay_text() -> None:
    bad = mutant(
        3, operator=HOSTILE, scope=HOSTILE, before=HOSTILE, after=f"x{HOSTILE}", hint=HOSTILE, path=HOSTILE
    )
    tests = some_tests(3, HOSTILE)
    mutants = (
        judged(3, "survived", mutant=bad, closest=HOSTILE),
        judged(4, mutant=mutant(4, path=HOSTILE, scope=HOSTILE), by=tests[1].name, covering=(0, 1, 2)),
        judged(5, "unassessed", reason=HOSTILE),
    )
    whole = full({}, HOSTILE, HOSTILE)._replace(
        root=HOSTILE, modules=(HOSTILE,), arguments=(HOSTILE,), mutants=mutants, tests=tests, shard=HOSTILE
    )
    page = html.render(whole, {HOSTILE: HOSTILE * 3})
    page.encode()
    read = Reader(page)
    assert {tag for tag, _ in read.elements}.isdisjoint({"script", "img"})
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]
    assert not set(page) & set("\u202e\x00\x1b\udcff")
    assert "\\u202e" in "".join(read.words)


def test_a_report_without_anything_has_a_page() -> None:
    page = html.render(report(outcomes=(), tests=(), modules=(), arguments=()), {})
    text = "".join(Reader(page).words)
    assert "nothing was asked" in text
    assert "everything" in text


def test_modules_without_text_and_lines_past_the_end() -> None:
    mutants = [judged(500, "survived"), judged(3, "survived", mutant=mutant(3, path="src/gone.py"))]
    page = html.render(report(*mutants), {"src/dao.py": "a\nb\n"})
    Reader(page)
    assert "Its text is not at hand" in page
    assert page.count('class="mutant"') == 2


def test_a_large_report_is_folded(large: str) -> None:
    assert len(large) < 600_000
    assert "The matrix of 200 tests and 6 functions" in large
    assert "15 more" in large
    assert "first to notice" in large
