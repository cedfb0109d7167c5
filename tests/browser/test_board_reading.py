"""The wall screen read from five metres and by everybody: sizes, room, contrast, WCAG 2.2 AA, marks beside colours."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.wall import SECONDS_20, WALL, Scope, on_a_full_wall, opened
from tests.running import Service

LEAST_PIXELS = 44
AXE: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, and off unless asked for
}
SMALL = """(least) => [...document.querySelectorAll("header *, #board *")].filter((e) =>
  [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility()
  && !e.closest(".hidden") && parseFloat(getComputedStyle(e).fontSize) < least).map((e) => e.outerHTML)"""
CUT = """() => [...document.querySelectorAll(
    "body, header, header > *, main, section, h2, table, th, td, .figure, .figure > *, ol, li, li > *")]
  .filter((e) => e.checkVisibility() && !e.closest(".hidden") && getComputedStyle(e).display !== "inline"
    && (e.scrollWidth > e.clientWidth || e.matches("body, main, section") && e.scrollHeight > e.clientHeight))
  .map((e) => [e.outerHTML.slice(0, 90), e.scrollWidth, e.clientWidth, e.scrollHeight, e.clientHeight])"""
# A head is told from its neighbours by the room between them: a third of a letter at least.
CLOSE = """() => [...document.querySelectorAll("thead tr")].flatMap((row) => {
  const reach = [...row.children].map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect();
  }).filter((r) => r.width > 2);
  return reach.slice(1).filter((r, n) => r.left - reach[n].right < 14).map((r) => [row.innerText, r.left]);
})"""
# Text 4.5 : 1; edges of controls (or what they enclose), and the ground of an alarm, 3 : 1 to what is beside them.
CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)];
    return (Math.max(x, y) + .05) / (Math.min(x, y) + .05); };
  const poor = [];
  const hold = (e, what, a, b, least) => {
    if (ratio(a, b) < least) poor.push([what, e.outerHTML.slice(0, 80), ratio(a, b)]); };
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || e.closest(".hidden, noscript")) continue;
    const style = getComputedStyle(e), beside = e.parentElement ? ground(e.parentElement) : [255, 255, 255];
    if ([...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
      hold(e, "text", parse(style.color), ground(e), 4.5);
    if (e.matches("#door input, button, fieldset label, #state"))
      hold(e, "edge", ratio(parse(style.borderTopColor), beside) < 3 ? ground(e) : parse(style.borderTopColor),
        beside, 3);
    if (e.matches(".alarm")) hold(e, "alarm", parse(style.backgroundColor), beside, 3);
    if (e.matches("button, input, label")) {
      const focus = getComputedStyle(document.documentElement).getPropertyValue("--focus").trim();
      const hex = [1, 3, 5].map((at) => parseInt(focus.slice(at, at + 2), 16));
      hold(e, "focus", hex, beside, 3);
    }
  }
  return poor;
}"""
STATES = """() => ({
  alarms: [...document.querySelectorAll(".alarm")].map((e) => getComputedStyle(e).textDecorationLine),
  quiet: [...document.querySelectorAll("#board td:not(.alarm)")].map((e) => getComputedStyle(e).textDecorationLine),
  rows: [...document.querySelectorAll("#waiting-rows .mark")].map((e) => e.textContent),
  heads: [...document.querySelectorAll("#clocks thead .mark")].map((e) => e.textContent),
})"""
SMALLEST_TARGET = """Math.min(...[...document.querySelectorAll("button, fieldset input, #door input")]
  .filter((e) => e.checkVisibility()).flatMap((e) => [e.offsetWidth, e.offsetHeight]))"""


@pytest_asyncio.fixture(params=["region", "country"], scope="module", loop_scope="session")
async def wall(request: pytest.FixtureRequest, browser: Browser, service: Service) -> AsyncIterator[Page]:
    """A board of a region, or of the country, on the worst of days."""
    scope: Scope = request.param
    page = await on_a_full_wall(browser, service, scope)
    yield page
    await page.context.close()


async def _choose(page: Page, name: str, value: str) -> None:
    await page.locator(f"input[name={name}][value={value}]").check()


async def _accessible(page: Page) -> None:
    found = await Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate(SMALLEST_TARGET) >= 24


async def test_everything_has_its_room_and_can_be_read_from_five_metres(wall: Page) -> None:
    for language in ("kk", "ru", "en"):
        await _choose(wall, "language", language)
        await expect(wall.locator("html")).to_have_attribute("lang", language)
        assert await wall.evaluate(CUT) == [], language
        assert await wall.evaluate(CLOSE) == [], language
        assert await wall.evaluate(SMALL, LEAST_PIXELS) == [], language


async def test_all_regions_are_shown_to_the_country_and_the_most_frequent_categories_to_everybody(wall: Page) -> None:
    everywhere = await wall.locator("#board").get_attribute("data-scope") == "country"
    assert await wall.locator("#region-rows li:visible").count() == (20 if everywhere else 0)
    counts = [int(text.split()[-1]) for text in await wall.locator("#category-rows li").all_inner_texts()]
    assert len(counts) >= (5 if everywhere else 8)
    assert sum(counts) == sum(max(5, 188 - 7 * n) for n in range(18)) + 118, "what has no line is in the last one"


async def test_no_state_is_told_by_colour_alone(wall: Page) -> None:
    told = await wall.evaluate(STATES)
    assert len(told["alarms"]) == 3 + 2 + 1 + 2
    assert set(told["alarms"]) == {"underline"}
    assert set(told["quiet"]) == {"none"}
    assert (told["rows"], told["heads"]) == (["▲", "◆", "●"], ["◆", "▲"])
    assert (await wall.locator("#state").inner_text()).startswith("▲ ")


async def test_the_board_keeps_wcag_22_aa_in_both_themes(wall: Page) -> None:
    for theme in ("dark", "light"):
        await _choose(wall, "theme", theme)
        await _accessible(wall)


async def test_the_door_keeps_wcag_22_aa_in_both_themes(browser: Browser, service: Service) -> None:
    door = await opened(browser, service, viewport=WALL)
    await door.locator("#username").fill("nobody")
    await door.locator("#password").fill("wrong")
    await door.keyboard.press("Enter")
    await expect(door.get_by_role("alert")).not_to_be_empty(timeout=SECONDS_20)
    for theme in ("dark", "light"):
        await _choose(door, "theme", theme)
        await _accessible(door)
    await door.context.close()
