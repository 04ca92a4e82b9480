"""An operator and a visitor use the service in a real browser."""

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.test_whole_loop import displayed
from tests.support.processes import Running, Service, environment

pytestmark = pytest.mark.processes

# Without the last four flags Chromium connects to Google at every start.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "operator-has-a-password"
MAKE_OPERATOR = (
    "from django.contrib.auth.models import User\n"
    f"User.objects.create_superuser('operator', password='{PASSWORD}')\n"
    f"User.objects.create_user('visitor', password='{PASSWORD}', is_staff=True)"
)


def chromium() -> str:
    """The path of the browser. Without a browser the tests are skipped with a warning; on CI they fail."""
    if found := shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"):
        return found
    missing = "NO CHROMIUM: the browser tests do not run. Install it (Debian: apt-get install chromium)."
    if os.environ.get("CI"):
        pytest.fail(missing)
    warnings.warn(pytest.PytestWarning(missing), stacklevel=1)
    pytest.skip(missing)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Running]:
    """The web server of an embedded installation with product 7 and the users of MAKE_OPERATOR."""
    home = tmp_path_factory.mktemp("browser")
    shutil.copy(migrated_file, home)
    with Service(environment(f"sqlite:///{home}/db.sqlite3", VAR_DIR=str(home)), home) as service:
        service.manage("shell", "-v", "0", "-c", MAKE_OPERATOR)
        product = '{"product_id": 7, "name": "Reading lamp", "unit_price": "12.50"}'
        service.manage("send_command", "add-new-product", product)
        yield service.web()


@pytest.fixture
def page(web: Running) -> Iterator[Page]:
    """A page of a new browser. A request to any other host fails the test."""
    outside: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        opened = browser.new_page(base_url=web.url)
        opened.on(
            "request",
            lambda request: request.url.startswith((web.url, "data:")) or outside.append(request.url),
        )
        yield opened
        browser.close()
    assert outside == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/admin/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")


def test_landing__leads_to_all_pages(page: Page) -> None:
    page.goto("/")
    for name in ("Products", "Commands", "Admin", "API documentation"):
        address = page.get_by_role("link", name=name, exact=True).get_attribute("href")
        assert page.request.get(address or "").status == 200


def test_task_screen__adds_to_the_inventory_and_shows_a_message(page: Page, web: Running) -> None:
    sign_in(page, "operator")
    page.goto("/admin/products_write/product/7/change/")
    page.get_by_role("link", name="Add to inventory").click()
    page.fill("[name=quantity]", "5")
    page.click("#content [type=submit]")
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(page.locator("body")).to_contain_text("Reading lamp")
    assert displayed(web, 7)["is_out_of_stock"] is False


def test_task_screen__shows_a_fault_beside_the_field_and_changes_nothing(page: Page, web: Running) -> None:
    sign_in(page, "operator")
    page.goto("/admin/products_write/product/7/change/")
    page.get_by_role("link", name="Add to inventory").click()
    page.locator("form [name=quantity]").evaluate(
        "input => { input.form.noValidate = true; input.value = '0' }"
    )
    before = displayed(web, 7)
    page.click("#content [type=submit]")
    expect(page.locator(".errorlist").first).to_be_visible()
    assert displayed(web, 7) == before


def test_task_screen__is_not_offered_or_open_without_the_permission(page: Page) -> None:
    sign_in(page, "operator")
    page.goto("/admin/products_write/product/7/change/")
    screen = page.get_by_role("link", name="Add to inventory").get_attribute("href") or ""
    page.context.clear_cookies()
    sign_in(page, "visitor")
    assert page.request.get(screen).status == 403


@pytest.mark.parametrize(
    "table",
    [
        "products_write/product",
        "products_write/commandrecord",
        "events/event",
        "products_read/productdisplay",
    ],
)
def test_admin__shows_rows_and_offers_no_change(page: Page, table: str) -> None:
    sign_in(page, "operator")
    page.goto(f"/admin/{table}/")
    expect(page.locator("#result_list")).to_be_visible()
    page.locator("#result_list tbody tr th a").first.click()
    for name in ("_save", "_addanother", "_continue"):
        expect(page.locator(f"[name={name}]")).to_have_count(0)
    expect(page.locator("a.deletelink")).to_have_count(0)


def test_browsable_api__sends_a_command_from_its_form(page: Page, web: Running) -> None:
    sign_in(page, "operator")
    page.goto("/api/v1/commands/rate-product/")
    page.fill("form [name=product_id]", "7")
    page.fill("form [name=rating]", "5")
    page.get_by_role("button", name="POST").first.click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 200 OK")
    assert displayed(web, 7)["rating_count"] == 1


def test_api_docs__need_nothing_from_outside(page: Page) -> None:
    page.goto("/api/docs/")
    expect(page.locator("#swagger-ui .opblock").first).to_be_visible()
