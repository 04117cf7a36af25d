"""A rater's keys."""

import re
import subprocess
from collections.abc import Callable

from playwright.sync_api import Page, expect

Serve = Callable[..., tuple[str, subprocess.Popen[str]]]


def enter(page: Page, name: str = "anna") -> None:
    expect(page.locator("#begin")).to_be_enabled()
    page.keyboard.press("Tab")
    page.focus("#name")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_text(re.compile(r"Pair \d+ of \d+"))


def rate(page: Page, keys: str, comment: str = "") -> None:
    """Rate the pair with the keyboard alone and wait for the next one."""
    before = page.locator("#count").inner_text()
    for key in keys:
        page.keyboard.press(key)
    if comment:
        page.keyboard.press("c")
        page.keyboard.type(comment)
        page.keyboard.press("Control+Enter")
    else:
        page.keyboard.press("Enter")
    expect(page.locator("#count")).not_to_have_text(before)
    expect(page.locator("#message")).to_be_empty()
