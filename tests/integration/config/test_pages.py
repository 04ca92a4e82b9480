import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


def test_landing_page__has_no_dead_links(client: Client, superuser: User) -> None:
    client.force_login(superuser)
    page = client.get("/").content.decode()

    links = [link for link in re.findall(r'href="([^"]+)"', page) if not link.startswith("#")]

    assert "/api/v1/products/" in links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_api_root__lists_the_collections(client: Client) -> None:
    assert client.get("/api/v1/").json() == {
        name: f"http://testserver/api/v1/{name}/"
        for name in ("commands", "products", "categories", "inventory", "events")
    }


@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/v1/products", "/api/v1/commands", "/api/v1/nothing/", "/api/"]
)
def test_api__without_slash_or_unknown_is_a_404_problem(client: Client, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "not_found"


def test_pages__unknown_is_a_404_for_people(client: Client) -> None:
    response = client.get("/nothing", headers={"Accept": "text/html"})

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_docs__load_nothing_from_other_hosts(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()

    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/" in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []


def test_login_and_logout__for_people_who_are_not_staff(client: Client, user: User) -> None:
    signed_in = client.post("/api/auth/login/", {"username": "ada", "password": "ada-has-a-password"})

    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")
    assert "ada" in client.get("/").content.decode()
    assert client.post("/api/auth/logout/").status_code == 302
    assert "Sign in" in client.get("/").content.decode()


def test_browsable_page__its_breadcrumbs_lead_somewhere(client: Client) -> None:
    page = client.get("/api/v1/categories/", headers={"Accept": "text/html"}).content.decode()
    trail = page.partition('class="breadcrumb"')[2].partition("</ul>")[0]
    assert re.findall(r'href="([^"]+)"', trail) == ["/api/v1/", "/api/v1/categories/"]
