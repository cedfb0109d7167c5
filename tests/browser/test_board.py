"""The wall screen in a real browser: what a duty officer, a passer-by and a person without a mouse meet."""

import re
from typing import Any

import httpx
from playwright.async_api import Browser, expect

from casemgmt.demo.accounts import DEMO_PASSWORD
from casemgmt.demo.stage import credentials
from tests.browser.wall import SECONDS_20, WALL, opened, sign_in
from tests.running import Service

NAME = "Серік Айтжанов"


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


async def test_a_signal_appears_by_itself_and_the_page_says_since_when_the_service_is_away_and_comes_back_after_it(
    browser: Browser, service: Service
) -> None:
    page = await opened(browser, service)
    await sign_in(page)
    received, state = page.locator("#received"), page.get_by_role("status")
    await expect(state).to_have_text("● Сейчас")
    before = int(await received.inner_text())
    _signal(service)
    await expect(received).to_have_text(str(before + 1), timeout=SECONDS_20)
    await expect(page.get_by_role("row", name=re.compile("Экстренно"))).to_contain_text(re.compile("[1-9]"))
    service.stop()
    await expect(state).to_have_text(re.compile(r"^▲ Нет связи: данные на \d\d:\d\d$"), timeout=SECONDS_20)
    await expect(received).to_have_text(str(before + 1))
    service.start()
    _signal(service)
    await expect(received).to_have_text(str(before + 2), timeout=SECONDS_20)
    await expect(state).to_have_text("● Сейчас", timeout=SECONDS_20)
    await page.reload()
    await expect(received).to_have_text(str(before + 2), timeout=SECONDS_20)
    await page.get_by_role("button", name="Отключить экран").click()
    await expect(page.get_by_role("heading", name="Включить экран")).to_be_visible(timeout=SECONDS_20)
    assert page.faults == []  # type: ignore[attr-defined]  # `opened` keeps them there
    await page.context.close()


async def test_the_page_is_worked_by_keyboard_in_three_languages_and_stands_still_for_who_wants_it(
    browser: Browser, service: Service
) -> None:
    page = await opened(browser, service, viewport=WALL, reduced_motion="reduce")
    await expect(page.get_by_label("Имя учётной записи экрана")).to_be_focused(timeout=SECONDS_20)
    await page.keyboard.type("duty.almaty")
    await page.keyboard.press("Tab")
    await page.keyboard.type(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("не учётная запись экрана", timeout=SECONDS_20)
    await expect(page.get_by_label("Имя учётной записи экрана")).to_be_focused()
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
        ("ArrowLeft", "Ждут решения"),
    ):
        await page.keyboard.press(key)
        await expect(page.locator("#waiting-title")).to_contain_text(title)
    assert await page.locator("html").get_attribute("lang") == "ru"
    await page.keyboard.press("Tab")
    for theme in ("dark", "light"):
        await page.keyboard.press("ArrowRight")
        assert await page.locator("html").get_attribute("data-theme") == theme
    assert await page.evaluate("document.getAnimations().length") == 0
    assert await page.evaluate("getComputedStyle(document.querySelector('#received')).animationName") == "none"
    assert await page.evaluate("getComputedStyle(document.activeElement.closest('label')).outlineStyle") == "solid"
    told = await page.evaluate("document.documentElement.outerHTML")
    assert not [word for word in (*NAME.split(), "8 лет", "violence_sexual") if word in told]
    for width in (1920, 320):
        await page.set_viewport_size({"width": width, "height": 1080})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.context.close()
