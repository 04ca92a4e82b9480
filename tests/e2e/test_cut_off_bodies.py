"""A body that ends before its announced length has no effect, at each address that accepts a body.

The bar in each body marks the place where the connection ends. The bytes before the bar are a complete request:
without the check of the length, the server executes them.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from tests.e2e.test_whole_loop import signed_up
from tests.support.processes import Running, Service, environment, eventually
from tests.support.raw_http import Answer, answer, head, leave

pytestmark = pytest.mark.processes

PASSWORD = "operator-has-a-password"
MAKE_OPERATOR = (
    "from django.contrib.auth.models import User\n"
    f"User.objects.create_superuser('operator', password='{PASSWORD}')"
)
COUNTED = (
    *("events_event", "products_write_commandrecord"),
    *("auth_user", "django_session", "boundary_signinattempt"),
)
COMMAND = "/api/v1/commands/add-to-inventory/"
SCREEN = "/admin/products_write/product/7/add-to-inventory/"
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge"


@dataclass
class Installation:
    """A web server, and the headers of a client with a token."""

    service: Service
    web: Running
    token: dict[str, str]

    def browser(self, *, signed_in: bool = True) -> dict[str, str]:
        """The cookies of a new browser."""
        browser = requests.Session()
        browser.get(f"{self.web.url}/api/auth/login/", timeout=15)
        if signed_in:
            form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "username": "operator"}
            browser.post(f"{self.web.url}/api/auth/login/", form | {"password": PASSWORD}, timeout=15)
        return browser.cookies.get_dict()

    def state(self) -> list[object]:
        """Everything that a request could change: stock, log, commands, users, sessions and failed sign-ins."""
        counts = [self.service.sql(f"SELECT count(*) FROM {table}") for table in COUNTED]
        return [*counts, self.service.sql("SELECT product_id, quantity FROM products_write_stockitem")]


@dataclass(frozen=True)
class Request:
    """A request that changes something. The bar in `body` marks the end of its connection."""

    path: str
    headers: dict[str, str]
    body: str

    def pieces(self, announced: int | None = None) -> tuple[bytes, bytes, bytes]:
        """The head, the body before the bar, and the rest. Content-Length is right unless `announced` is given."""
        first, _, rest = self.body.partition("|")
        length = str(announced or len(first + rest))
        return head("POST", self.path, Content_Length=length, **self.headers), first.encode(), rest.encode()


Door = Callable[[Installation], Request]


def form(cookies: dict[str, str], path: str, content_type: str = FORM, **fields: str) -> Request:
    """The request of a browser with these cookies that sends a form, with its CSRF token."""
    sent = {"csrfmiddlewaretoken": cookies["csrftoken"], **fields}
    written = [f"{name}={value}" for name, value in sent.items()]
    body = "&".join(written)
    if content_type == PARTS:
        part = '--edge\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        body = "".join(part.format(name, value) for name, value in sent.items()) + "--edge--\r\n"
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Request(path, {"Cookie": cookie, "Content_Type": content_type, "Accept": "application/json"}, body)


def json_command(installation: Installation) -> Request:
    body = json.dumps({"product_id": 7, "quantity": 10}) + "|" + " " * 100
    headers = {**installation.token, "Content_Type": "application/json"}
    return Request(COMMAND, headers, body)


def browsable_form(installation: Installation) -> Request:
    return form(installation.browser(), COMMAND, product_id="7", quantity="10|00")


def browsable_parts(installation: Installation) -> Request:
    return form(installation.browser(), COMMAND, PARTS, product_id="7", quantity="10|00")


def task_screen(installation: Installation) -> Request:
    return form(installation.browser(), SCREEN, idempotency_key=str(uuid4()), quantity="10|00")


def task_screen_parts(installation: Installation) -> Request:
    return form(installation.browser(), SCREEN, PARTS, idempotency_key=str(uuid4()), quantity="10|00")


def new_user(installation: Installation) -> Request:
    password, name = "clerk-has-a-password", f"clerk-{uuid4()}"
    passwords = {"usable_password": "true", "password1": password, "password2": password}
    return form(installation.browser(), "/admin/auth/user/add/", **passwords, username=f"{name}|-of-shop-7")


def sign_in(installation: Installation) -> Request:
    fields = {"username": "operator", "password": PASSWORD, "next": "/admin/|events/"}
    return form(installation.browser(signed_in=False), "/api/auth/login/", **fields)


def admin_sign_in(installation: Installation) -> Request:
    fields = {"username": "operator", "password": PASSWORD, "next": "/admin/|events/"}
    return form(installation.browser(signed_in=False), "/admin/login/", **fields)


def sign_out(installation: Installation) -> Request:
    return form(installation.browser(), "/api/auth/logout/", next="/api/|v1/")


def admin_sign_out(installation: Installation) -> Request:
    return form(installation.browser(), "/admin/logout/", next="/api/|v1/")


DOORS = [
    *(json_command, browsable_form, browsable_parts, task_screen, task_screen_parts, new_user),
    *(sign_in, admin_sign_in, sign_out, admin_sign_out),
]
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Installation]:
    """An embedded installation with product 7, an operator with a password, and a client with a token."""
    home = tmp_path_factory.mktemp("cut_off")
    shutil.copy(migrated_file, home)
    with Service(environment(f"sqlite:///{home}/db.sqlite3", VAR_DIR=str(home)), home) as service:
        service.manage("shell", "-v", "0", "-c", MAKE_OPERATOR)
        product = '{"product_id": 7, "name": "Reading lamp", "unit_price": "12.50"}'
        service.manage("send_command", "add-new-product", product)
        yield Installation(service, service.web(), signed_up(service, "ada"))


def problem_of(response: Answer) -> tuple[int, str, str]:
    """The status, code and detail of a response that must be a problem document."""
    document = json.loads(response.body)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert document["correlation_id"] == response.headers["X-Correlation-ID"]
    return response.status, document["code"], document["detail"]


@every_door
def test_body__that_is_cut_off_does_nothing(installation: Installation, door: Door) -> None:
    start, first, rest = door(installation).pieces()
    before = installation.state()

    answered = answer(installation.web.url, start + first, half_close=True)

    assert installation.state() == before
    status, code, detail = problem_of(answered)
    assert (status, code) == (400, "invalid")
    came, announced = len(first), len(first + rest)
    assert detail.startswith(f"The body has only {came} of the {announced} bytes")


@every_door
def test_body__of_a_client_that_leaves_does_nothing(installation: Installation, door: Door) -> None:
    request = door(installation)
    before, refused = installation.state(), f"Bad Request: {request.path}"
    already = installation.web.output.count(refused)

    leave(installation.web.url, b"".join(request.pieces()[:2]))

    eventually(lambda: installation.web.output.count(refused) > already)
    assert installation.state() == before
    assert "Traceback" not in installation.web.output


@every_door
def test_body__that_comes_slowly_and_whole_is_executed(installation: Installation, door: Door) -> None:
    """The control of the two tests above: a complete body has an effect."""
    pieces = door(installation).pieces()
    before = installation.state()

    answered = answer(installation.web.url, *pieces, pause=0.2)

    assert answered.status in {200, 302}
    assert installation.state() != before


@every_door
@pytest.mark.parametrize("announced", [300_000, 3_000_000])
def test_body__that_is_announced_too_large_and_cut_off_does_nothing(
    installation: Installation, door: Door, announced: int
) -> None:
    start, first, _ = door(installation).pieces(announced)
    before = installation.state()

    answered = answer(installation.web.url, start + first, half_close=True)

    assert installation.state() == before
    assert problem_of(answered)[:2] == (413, "payload_too_large")
    assert "Traceback" not in installation.web.output


@pytest.mark.parametrize(("method", "path"), [("POST", "/healthz"), ("GET", "/readyz"), ("GET", "/")])
def test_body__of_a_probe_and_of_a_query_is_not_waited_for(
    installation: Installation, method: str, path: str
) -> None:
    assert answer(installation.web.url, head(method, path, Content_Length="200")).status == 200
