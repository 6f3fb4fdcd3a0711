"""The sizes in skill.yaml are refreshed by the tool and held by its check."""

from __future__ import annotations

from .conftest import Bundle

BEFORE = """\
# fields: whatever
references:
  - path: references/page.md
    load_when: when writing
    bytes: 0
    tokens: 0
  - path: references/other.md
    load_when: never
    bytes: 1
    tokens: 1
drivers: [psqlpy]
"""


def test_sizes_are_refreshed_and_the_rest_stays(bundle: Bundle) -> None:
    bundle.block("bash", "ls")
    other = "é" * 9 + "\n"
    bundle.page(other, "references/other.md")
    (bundle.root / "skill.yaml").write_text(BEFORE)
    code, said = bundle.check()
    assert (code, "skill.yaml: its sizes are stale" in said) == (1, True)
    assert bundle.write()[0] == 0
    page = (bundle.root / "references/page.md").read_bytes()
    assert (bundle.root / "skill.yaml").read_text() == BEFORE.replace(
        "bytes: 0\n    tokens: 0", f"bytes: {len(page)}\n    tokens: {len(page) // 4}"
    ).replace("bytes: 1\n    tokens: 1", "bytes: 19\n    tokens: 2")
    code, said = bundle.check()
    assert (code, "2 references sized" in said) == (0, True), said


def test_a_listed_reference_that_is_not_there_is_red(bundle: Bundle) -> None:
    bundle.block("bash", "ls")
    (bundle.root / "skill.yaml").write_text(BEFORE)
    code, said = bundle.check()
    assert (code, "skill.yaml: references/other.md does not exist" in said) == (1, True)
