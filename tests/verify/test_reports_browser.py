"""The page as people see it in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from async_testing.verifying.reports import html

from tests.verify import browser
from tests.verify.made import judged, mutant, report
from tests.verify.pages import HOSTILE

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
