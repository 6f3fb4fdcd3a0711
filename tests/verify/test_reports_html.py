"""The page: whole without scripts and network, safe with any name, and as people see it in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from async_testing.verifying import counting
from async_testing.verifying.model import Coverage, Gap, Instability, Judged, Outcome, Report, Statement
from async_testing.verifying.reports import html

from tests.verify import browser
from tests.verify.made import judged, mutant, report, some_tests

HOSTILE = (
    "</style></pre></script><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\"' onload=x \u202e\x00\x1b[31m\udcff &lt;"
)
SOURCE = "".join(f"    value = {number}\n" for number in range(1, 121))
VOID = {"meta"}


def full(verdicts: dict[int, str], name: str = "tests/test_dao.py::test_1", word: str = "value") -> Report:
    """A report with something of everything; the mutants of the lines that are named have these verdicts."""
    mutants = [
        judged(number, verdicts.get(number, "killed"), covering=(0, 1), closest=name, reason="", by="")
        if number in verdicts
        else judged(number, covering=(0, 1))
        for number in range(1, 121)
    ]
    return report(
        *mutants,
        outcomes=(
            Outcome("green", "passed", "3 tests passed", 0.4),
            Outcome("steady", "failed", f"1 test depends on {word}", 9),
            Outcome("complete", "failed", "119 of 120 lines", 0.1),
            counting.outcome(mutants, 12.5),
            Outcome("replayed", "unassessed", "no record"),
        ),
        instabilities=(
            Instability(
                "order", name, f"assert 1 == 2 {word}", "tests/test_dao.py::test_0", (3, 5), "pytest -p x"
            ),
        ),
        coverage=(Coverage("src/dao.py", 120, 119, 6, 4, (60,), ((30, 40), (90, -1)), "coverage 7.6"),),
        gaps=(
            Gap(
                "src/dao.py",
                60,
                60,
                "DAO.find",
                f"{word} missing \u2192 404 never provoked",
                "test_find_missing",
            ),
        ),
        seeds=(3, 5),
        notes=(word,),
        statements=(
            Statement(
                "rejected", f"no column {word}", f"SELECT {word}\n  FROM users", name, "tests/test_dao.py", 7
            ),
            Statement("unassessed", "only running tells", "CALL it()", name, "", 0),
        ),
    )


MISSED = {20: "survived", 21: "survived", 75: "untested", 76: "untested", 100: "unassessed"}


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


@pytest.fixture
def page_of_everything() -> str:
    return html.render(full(MISSED), {"src/dao.py": SOURCE})


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
        "115 of 119 mutants noticed (96.6 %), 2 survived, 2 on lines that no test runs, 1 not judged",
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


@pytest.fixture(scope="module")
def large() -> str:
    """Two hundred tests, seven hundred mutants in sixty functions."""
    tests = some_tests(200)
    mutants: list[Judged] = []
    for number in range(700):
        covering = tuple(sorted({(number * step) % 200 for step in range(1, 9)}))
        verdict = "survived" if number % 20 == 0 else "killed"
        by = "" if number % 20 == 0 else tests[covering[0]].name
        planted = mutant(number, line=number % 400 + 1, scope=f"Class{number % 6}.method_{number % 60}")
        mutants.append(judged(0, verdict, mutant=planted, by=by, covering=covering))
    source = "".join(f"    value = {number}\n" for number in range(400))
    return html.render(report(*mutants, tests=tests), {"src/dao.py": source})


def test_a_large_report_is_folded(large: str) -> None:
    assert len(large) < 600_000
    assert "The matrix of 200 tests and 6 functions" in large
    assert "15 more" in large
    assert "first to notice" in large


# In a browser

needs_browser = pytest.mark.skipif(browser.executable() is None, reason=browser.BRING)
VISIBLE = """
(() => {
  const parse = color => (color.match(/[\\d.]+/g) || []).map(Number);
  const channel = value => (value /= 255) <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    let behind = element, ground = [];
    for (; behind; behind = behind.parentElement) {
      ground = parse(getComputedStyle(behind).backgroundColor);
      if (ground.length === 3 || ground[3] === 1) break;
    }
    const pair = [light(parse(getComputedStyle(element).color)), light(ground.length ? ground : [255, 255, 255])];
    const ratio = (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
    if (ratio < 4.5) found.push(`${element.className} ${element.tagName} ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)];
})()
"""
OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Page]:
    with browser.page(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture
def file(tmp_path: Path, page_of_everything: str) -> Path:
    path = tmp_path / "report.html"
    path.write_text(page_of_everything, encoding="utf-8")
    return path


@needs_browser
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("dark", [False, True])
def test_every_text_is_legible_and_nothing_sticks_out(
    tab: browser.Page, file: Path, width: int, *, dark: bool
) -> None:
    tab.open(file, width, dark=dark)
    tab.value(OPEN)
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert tab.value(VISIBLE) == []
    red, green, blue = map(
        int, re.findall(r"\d+", tab.value("getComputedStyle(document.body).backgroundColor"))[:3]
    )
    assert (red + green + blue < 200) == dark


@needs_browser
def test_nothing_is_asked_of_the_network_and_nothing_is_refused(tab: browser.Page, file: Path) -> None:
    tab.open(file, 1280)
    tab.value("document.body.offsetHeight")
    asked = [
        one["params"]["request"]["url"] for one in tab.events if one["method"] == "Network.requestWillBeSent"
    ]
    assert asked == [file.as_uri()]
    assert not [one for one in tab.events if one["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")]
    assert tab.value("document.scripts.length") == 0


@needs_browser
def test_hostile_names_do_nothing_in_a_browser(tab: browser.Page, tmp_path: Path) -> None:
    bad = judged(3, "survived", mutant=mutant(3, operator=HOSTILE, before=HOSTILE, after=HOSTILE + "x"))
    file = tmp_path / "bad.html"
    file.write_text(html.render(report(bad, notes=(HOSTILE,)), {"src/dao.py": HOSTILE}), encoding="utf-8")
    tab.open(file, 1280)
    assert tab.value("document.scripts.length + document.images.length") == 0
    assert not [
        one for one in tab.events if one["method"] in ("Log.entryAdded", "Page.javascriptDialogOpening")
    ]


@needs_browser
def test_assistive_technology_finds_its_way(tab: browser.Page, file: Path) -> None:
    tab.open(file, 1280)
    nodes: list[dict[str, Any]] = tab.ask("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert (roles.count("main"), roles.count("banner"), roles.count("navigation")) == (1, 1, 1)
    named = {
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    }
    assert {
        ("region", "Source of src/dao.py"),
        ("region", "Outcomes"),
        ("image", "115 of 119 mutants noticed"),
    } <= named
    assert not [
        role
        for role, name in named
        if role in ("region", "link", "heading", "DisclosureTriangle") and not name
    ]


@needs_browser
def test_the_keyboard_reaches_and_opens_everything(tab: browser.Page, file: Path) -> None:
    tab.open(file, 1280)
    tab.press("Tab", 9)
    assert tab.value("document.activeElement.className") == "skip"
    assert tab.value("document.activeElement.getBoundingClientRect().left") >= 0
    for _ in range(200):
        tab.press("Tab", 9)
        if tab.value("document.activeElement.parentElement.className") == "mutant":
            break
    assert tab.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.press("Enter", 13)
    assert tab.value("document.activeElement.parentElement.open") is True


@needs_browser
def test_a_link_opens_the_survivor_that_it_leads_to(tab: browser.Page, file: Path) -> None:
    tab.open(file, 1280)
    tab.value(f"document.querySelector('a[href=\"#m-{mutant(20).fingerprint}\"]').click()")
    inside = f"document.getElementById('m-{mutant(20).fingerprint}')"
    assert tab.value(f"{inside}.parentElement.open") is True
    assert 0 <= tab.value(f"{inside}.getBoundingClientRect().top") < 900


@needs_browser
def test_on_paper_everything_is_unfolded(tab: browser.Page, file: Path) -> None:
    tab.open(file, 1000)
    tab.ask("Emulation.setEmulatedMedia", media="print")
    heights = tab.value("[...document.querySelectorAll('details > .inside')].map(one => one.offsetHeight)")
    assert heights
    assert 0 not in heights
    assert tab.paper().startswith(b"%PDF")
    tab.ask("Emulation.setEmulatedMedia", media="")


@needs_browser
@pytest.mark.parametrize("width", [1280, 400])
def test_a_large_report_in_a_browser(tab: browser.Page, tmp_path: Path, large: str, width: int) -> None:
    file = tmp_path / "large.html"
    file.write_text(large, encoding="utf-8")
    tab.open(file, width)
    assert tab.value("document.body.scrollHeight") < 20_000
    tab.value(OPEN)
    assert tab.value("document.documentElement.scrollWidth") <= width
