"""What is looked at on every picture."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a program says and nobody should read: names with underscores, values of Python, words of a state or a code.
_RAW = re.compile(
    r"\b[a-z]+_[a-z_]+\b|\bNone\b|\bTrue\b|\bFalse\b|\bnull\b|\bundefined\b|\{\{|\{%|%\(|\bLocalProxy\b|\blazy\b"
    r"|\b(?:draft|submitted|accepted|refused|transmitted|created|pending|blocked|expired|signed|sealed|spouse|child"
    r"|validated|proposed|subscribed|electronic|handwritten|approved|lapsed)\b"
)
# A word wider than its box hides or pushes out what stands beside it, though the page itself does not scroll.
_CUT_OFF = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(element => {
  const box = element.getBoundingClientRect()
  const seen = element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})
  return seen && box.width > 0 && box.right > window.innerWidth + 1
    && !element.closest('.table-responsive, .visually-hidden, .stacked thead, svg, .skip')
}).map(element => element.tagName + '.' + element.className + ' ' + element.textContent.trim().slice(0, 40))"""


def defects(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands: for who cannot see it, on its width, in its words."""
    found = [
        f"{each['id']}: {each['help']} ({', '.join(str(node['target']) for node in each['nodes'][:3])})"
        for each in Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}}).response["violations"]
    ]
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        found.append(f"the page scrolls sideways: {page.evaluate('document.documentElement.scrollWidth')}")
    found += [f"wider than the window: {each}" for each in page.evaluate(_CUT_OFF)]
    if raw := sorted(set(_RAW.findall(page.inner_text("body")))):
        found.append(f"raw words: {raw}")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first level")
    return found


def dead_anchors(page: Page) -> list[str]:
    """Return links of the page to a place in it that is not there."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll('a[href^="#"]')].map(link => link.getAttribute('href'))
               .filter(href => href === '#' || !document.getElementById(href.slice(1)))"""
        )
    )
