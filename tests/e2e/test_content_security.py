"""The pages work in a real browser with the content security policy of the service."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.test_browser import CHROMIUM_FLAGS, MAKE_OPERATOR, PASSWORD, chromium
from tests.support.processes import Running, Service

pytestmark = pytest.mark.processes


@pytest.fixture
def web(embedded: Service) -> Running:
    embedded.manage("shell", "-v", "0", "-c", MAKE_OPERATOR)
    return embedded.web()


@pytest.fixture
def console() -> list[str]:
    """The messages of the browser's console."""
    return []


@pytest.fixture
def page(web: Running, console: list[str]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        opened = browser.new_page(base_url=web.url)
        opened.on(
            "console", lambda message: console.append(f"{opened.url} {message.text} {message.location}")
        )
        yield opened
        browser.close()


def of_policy(console: list[str]) -> list[str]:
    return [text for text in console if "Content Security Policy" in text]


def test_swagger_ui__shows_every_command_and_sends_one(page: Page, console: list[str]) -> None:
    page.goto("/api/docs/")
    expect(page.locator(".opblock-tag-section").first).to_be_visible(timeout=15_000)
    page.locator("#operations-commands-change_price").click()
    expect(page.get_by_role("button", name="Try it out")).to_be_visible()

    assert of_policy(console) == []


def test_admin_and_browsable_api__keep_to_the_policy(page: Page, console: list[str]) -> None:
    page.goto("/admin/")
    page.fill("#id_username", "operator")
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    for path in (
        "/admin/products_write/product/",
        "/api/v1/commands/change-price/",
        "/api/v1/products/",
        "/",
    ):
        page.goto(path)
    page.goto("/api/v1/commands/add-new-product/")
    page.fill("[name=name]", "Lamp")
    page.fill("[name=unit_price]", "12.50")
    page.get_by_role("button", name="POST").first.click()
    expect(page.locator(".response-info")).to_contain_text("201 Created")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()

    assert of_policy(console) == []


def test_policy__stops_a_script_in_a_page(page: Page, console: list[str]) -> None:
    """The negative control of the two tests above: the console shows a violation of the policy."""
    page.goto("/")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )

    assert page.evaluate("window.ran") is None
    assert of_policy(console) != []
