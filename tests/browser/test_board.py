"""The wall screen in a real browser: what a duty officer, a passer-by and a person without a mouse meet."""

import re
from typing import Any

import httpx
from playwright.async_api import Browser, Page, expect

from casemgmt.demo.accounts import DEMO_PASSWORD
from casemgmt.demo.stage import credentials
from tests.running import Service

NAME = "Серік Айтжанов"
SECONDS_20 = 20_000
CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = (c) => { const [r, g, b] = c.map((v) => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest(".hidden, noscript")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color).slice(0, 3)), light(ground(e).slice(0, 3))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push([e.textContent.trim(), ratio]);
  }
  return poor;
}"""


def _signal(service: Service, **more: Any) -> None:
    with httpx.Client(base_url=service.url) as client:
        token = client.post("/v1/token", data=credentials("duty.almaty")).json()["access_token"]
        told = {
            "source": "police",
            "channel": "call",
            "category": "violence_sexual",
            "language": "ru",
            "narrative": f"{NAME}, 8 лет.",
            "region_code": "KZ-75",
        }
        answer = client.post("/v1/signals", json=told | more, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 201, answer.text


async def _opened(browser: Browser, service: Service, **options: Any) -> Page:
    context = await browser.new_context(locale="ru-KZ", **options)
    page = await context.new_page()
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.faults = []  # type: ignore[attr-defined]  # kept beside the page that they are of
    page.on("console", lambda told: page.faults.append(told.text) if "Content Security" in told.text else None)
    await page.goto(f"{service.url}/board")
    return page


async def _sign_in(page: Page) -> None:
    await page.get_by_label("Имя учётной записи экрана").fill("board.almaty")
    await page.get_by_label("Пароль").fill(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("● Сейчас", timeout=SECONDS_20)


async def test_a_signal_appears_by_itself_and_the_page_comes_back_after_the_service(
    browser: Browser, service: Service
) -> None:
    page = await _opened(browser, service)
    await _sign_in(page)
    received = page.locator("#received")
    before = int(await received.inner_text())
    _signal(service)
    await expect(received).to_have_text(str(before + 1), timeout=SECONDS_20)
    await expect(page.get_by_role("row", name=re.compile("Экстренно"))).to_contain_text(re.compile("[1-9]"))
    service.stop()
    service.start()
    _signal(service)
    await expect(received).to_have_text(str(before + 2), timeout=SECONDS_20)
    await expect(page.get_by_role("status")).to_have_text("● Сейчас", timeout=SECONDS_20)
    await page.reload()
    await expect(received).to_have_text(str(before + 2), timeout=SECONDS_20)
    await page.get_by_role("button", name="Отключить экран").click()
    await expect(page.get_by_role("heading", name="Включить экран")).to_be_visible(timeout=SECONDS_20)
    assert page.faults == []  # type: ignore[attr-defined]  # the fixture keeps them there
    await page.context.close()


async def test_the_page_is_worked_by_keyboard_in_three_languages_and_can_be_read_in_both_themes(
    browser: Browser, service: Service
) -> None:
    page = await _opened(browser, service, viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    await expect(page.get_by_label("Имя учётной записи экрана")).to_be_focused(timeout=SECONDS_20)
    await page.keyboard.type("duty.almaty")
    await page.keyboard.press("Tab")
    await page.keyboard.type(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("не учётная запись экрана", timeout=SECONDS_20)
    await expect(page.get_by_label("Имя учётной записи экрана")).to_be_focused()
    assert await page.evaluate(CONTRAST) == []
    await page.keyboard.press("Control+A")
    await page.keyboard.type("board.almaty")
    await page.keyboard.press("Tab")
    await page.keyboard.type(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("● Сейчас", timeout=SECONDS_20)
    _signal(service)
    await expect(page.locator("#waiting-total")).not_to_have_text("0", timeout=SECONDS_20)
    await page.get_by_label("Русский").focus()
    for key, title in (
        ("ArrowLeft", "Сигналдар күтуде"),
        ("ArrowLeft", "Signals waiting"),
        ("ArrowLeft", "Ожидают решения"),
    ):
        await page.keyboard.press(key)
        await expect(page.locator("#waiting-title")).to_contain_text(title)
    assert await page.locator("html").get_attribute("lang") == "ru"
    await page.keyboard.press("Tab")
    for theme in ("dark", "light"):
        await page.keyboard.press("ArrowRight")
        assert await page.locator("html").get_attribute("data-theme") == theme
        assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate("document.getAnimations().length") == 0
    assert await page.evaluate("getComputedStyle(document.querySelector('#received')).animationName") == "none"
    assert await page.evaluate("getComputedStyle(document.activeElement.closest('label')).outlineStyle") == "solid"
    told = await page.evaluate("document.documentElement.outerHTML")
    assert not [word for word in (*NAME.split(), "8 лет", "violence_sexual") if word in told]
    for width in (1920, 320):
        await page.set_viewport_size({"width": width, "height": 1080})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.context.close()
