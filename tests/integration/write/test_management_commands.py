"""Management commands: send_command, import_products and seed_demo; and the groups."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from events.log import read_stream
from events.models import Event
from products_write.models import CommandRecord, Product
from products_write.verification import ProductWriteModel
from tests.support.deciding import added, nothing_changes, sent, state_of

pytestmark = pytest.mark.django_db

HEADER = "product_id,sku,name,description,unit_price,categories,quantity"


def run(*arguments: Any, **options: Any) -> tuple[int, str, str]:
    """The exit status, standard output and error output of a management command."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err, **options)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def test_send_command__prints_the_response() -> None:
    status, out, _ = run("send_command", "add-new-product", '{"name": "Teapot", "unit_price": "12.50"}')
    assert (status, json.loads(out)["status"]) == (0, "succeeded")
    assert CommandRecord.objects.get().actor_id == 0


def test_send_command__acts_as_a_user_with_an_id(user: User) -> None:
    command_id, body = uuid4(), json.dumps({"product_id": added(), "rating": 4})
    for _ in range(2):
        assert run("send_command", "rate-product", body, "--actor", "ada", "--id", command_id)[0] == 0
    assert CommandRecord.objects.get(command_id=command_id).actor_id == user.pk


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("rate-product", '{"product_id": 1, "rating": 4}', "invalid"),
        ("change-price", '{"product_id": 1, "unit_price": "1"}', "product_not_found"),
        ("change-price", "{", "invalid"),
        ("change-price", "[]", "invalid"),
    ],
)
def test_send_command__a_refusal_is_printed_and_ends_with_1(name: str, body: str, code: str) -> None:
    with nothing_changes():
        status, out, _ = run("send_command", name, body)
    assert (status, json.loads(out)["code"]) == (1, code)


def test_send_command__a_user_needs_permission(user: User) -> None:
    body = json.dumps({"product_id": added(), "unit_price": "1"})
    status, out, _ = run("send_command", "change-price", body, "--actor", "ada")
    assert (status, json.loads(out)["code"]) == (1, "permission_denied")


def test_send_command__an_outdated_version_is_refused() -> None:
    body = json.dumps({"product_id": added(), "unit_price": "1"})
    status, out, _ = run("send_command", "change-price", body, "--expected-version", "9")
    assert (status, json.loads(out)["code"]) == (1, "version_conflict")


def test_send_command__an_expected_version_of_a_new_product_is_wrong_use() -> None:
    body = '{"name": "Lamp", "unit_price": "1"}'
    with nothing_changes():
        assert run("send_command", "add-new-product", body, "--expected-version", "1")[0] == 2


def test_send_command__an_unknown_user_is_wrong_use() -> None:
    assert run("send_command", "change-price", "{}", "--actor", "nobody")[0] == 2


def csv_file(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "products.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_import__adds_products_with_stock(tmp_path: Path) -> None:
    path = csv_file(tmp_path, '7,T-1,"Teapot, blue",Fine.,12.50,tea|gifts,5', ",T-2,Mug,,3,,")
    status, out, _ = run("import_products", path)
    assert (status, out.strip()) == (0, "2 added, 0 changed, 0 unchanged, 0 faulty")
    state = state_of(7)
    assert (state["sku"], state["name"], state["stock"]) == ("T-1", "Teapot, blue", 5)
    assert (str(state["unit_price"]), state["categories"]) == ("12.50", ["gifts", "tea"])
    assert Product.objects.get(sku="T-2").name == "Mug"


def test_import__again_changes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "7,T-1,Teapot,Fine.,12.50,tea|gifts,5", ",T-2,Mug,,3,,4")
    run("import_products", path)
    with nothing_changes():
        assert run("import_products", path)[1].startswith("0 added, 0 changed, 2 unchanged")


def test_import__brings_a_product_to_the_state_through_commands(tmp_path: Path) -> None:
    product_id = added(sku="T-1", categories=["old"])
    sent("add-to-inventory", product_id=product_id, quantity=9)
    status, out, _ = run("import_products", csv_file(tmp_path, ",T-1,Pot,New.,13.00,tea,4"))
    assert (status, out.split(",")[1]) == (0, " 1 changed")
    types = list(Event.objects.order_by("position").values_list("type", flat=True))[2:]
    assert types == ["product.details_changed", "product.price_changed", "inventory.recounted"]
    assert state_of(product_id)["stock"] == 4


def test_import__a_column_left_out_stays_and_an_empty_cell_empties(tmp_path: Path) -> None:
    product_id = added(sku="T-1", description="Fine.", categories=["tea"])
    path = csv_file(tmp_path, f"{product_id},,", header="product_id,sku,categories")
    assert run("import_products", path)[0] == 0
    state = state_of(product_id)
    assert (state["sku"], state["categories"], state["description"]) == (None, [], "Fine.")


def test_import__stopped_between_product_and_stock_goes_on(tmp_path: Path) -> None:
    added(product_id=7, sku="T-1", name="Teapot", description="", unit_price="12.50")
    run("import_products", csv_file(tmp_path, "7,T-1,Teapot,,12.50,,5"))
    assert state_of(7)["stock"] == 5


def test_import__again_after_a_change_restores_the_state_of_the_file(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "7,T-1,Teapot,,12.50,,5")
    for _ in range(2):
        run("import_products", path)
        sent("change-price", product_id=7, unit_price="1.00")
        sent("add-to-inventory", product_id=7, quantity=1)
    run("import_products", path)
    assert (str(state_of(7)["unit_price"]), state_of(7)["stock"]) == ("12.50", 5)


def test_import__disarmed_formulas_get_their_original_text(tmp_path: Path) -> None:
    run("import_products", csv_file(tmp_path, "7,'=1+1,'-x,'''@y,1,,"))
    state = state_of(7)
    assert (state["sku"], state["name"], state["description"]) == ("=1+1", "-x", "''@y")


def test_import__names_faults_by_line_and_goes_on(tmp_path: Path) -> None:
    added(sku="T-1", product_id=70)
    path = csv_file(
        tmp_path,
        "x,,Teapot,,1,,",
        ",,Teapot,,1,,",
        '9,,"Tea\npot",,1.005,,-1',
        "9,T-1,Mug,,1,,",
        "10,,Mug,,,,",
        "11,,Mug,,1,,3",
        "12,,Mug",
    )
    status, out, err = run("import_products", path)
    assert (status, out.strip()) == (1, "1 added, 0 changed, 0 unchanged, 6 faulty")
    lines = [re.split(": ", line)[:2] for line in err.splitlines()]
    assert lines == [
        ["line 2", "product_id"],
        ["line 3", "product_id"],
        ["line 4", "unit_price"],
        ["line 4", "quantity"],
        ["line 6", "sku_taken"],
        ["line 7", "unit_price"],
        ["line 9", "The line has 3 cells, but the header has 7."],
    ]
    assert state_of(11)["stock"] == 3


def test_import__dry_run_changes_nothing(tmp_path: Path) -> None:
    added(product_id=7)
    with nothing_changes():
        status, out, err = run(
            "import_products", csv_file(tmp_path, "7,,Pot,,1,,", "8,,Mug,,1,,", "9,,Mug,,,,"), "--dry-run"
        )
    assert out.startswith("1 added, 1 changed, 0 unchanged, 1 faulty")
    assert (status, err.split(":")[0]) == (1, "line 4")


def rings() -> None:
    """Add three products. The third has no SKU."""
    added(product_id=1, sku="RING-1", name="Silver ring")
    added(product_id=2, sku="RING-2", name="Gold ring")
    added(product_id=3, name="Plain ring")


def refusal(tmp_path: Path, line: str, *options: str) -> str:
    """The error text for the line, which a run and a dry run print alike. Neither changes anything."""
    path = csv_file(tmp_path, line)
    with nothing_changes():
        status, out, err = run("import_products", path, *options)
        dry_status, dry_out, dry_err = run("import_products", path, *options, "--dry-run")
    assert (status, out) == (1, "0 added, 0 changed, 0 unchanged, 1 faulty\n")
    assert (dry_status, dry_out.split(" (")[0], dry_err) == (1, out.rstrip(), err)
    return err.removesuffix("\n")


@pytest.mark.parametrize(
    ("product_id", "standing"),
    [(1, "Product 1, 'Silver ring', has SKU 'RING-1'"), (3, "Product 3, 'Plain ring', has no SKU")],
)
def test_import__an_id_of_a_product_with_another_sku_is_refused(
    tmp_path: Path, product_id: int, standing: str
) -> None:
    rings()
    assert refusal(tmp_path, f"{product_id},TEE-1,T-shirt,Cotton.,9.00,shirts,100") == (
        f"line 2: product_id_taken: {standing}, and the line has SKU 'TEE-1'. Leave product_id empty to add a product "
        f"with SKU 'TEE-1'; --allow-rename gives this SKU to product {product_id}."
    )


@pytest.mark.parametrize("allowed", [[], ["--allow-rename"]])
@pytest.mark.parametrize(
    ("product_id", "standing"),
    [
        (1, "Product 1, 'Silver ring', has SKU 'RING-1'."),
        (3, "Product 3, 'Plain ring', has no SKU."),
        (9, "There is no product 9."),
    ],
)
def test_import__a_sku_of_another_product_is_refused(
    tmp_path: Path, product_id: int, standing: str, allowed: list[str]
) -> None:
    rings()
    assert refusal(tmp_path, f"{product_id},RING-2,T-shirt,Cotton.,9.00,shirts,100", *allowed) == (
        f"line 2: sku_taken: SKU 'RING-2' belongs to product 2, 'Gold ring'. {standing} "
        "Leave product_id empty to change product 2, or write another SKU."
    )


def test_import__ids_of_another_shop_overwrite_nothing(tmp_path: Path) -> None:
    rings()
    path = csv_file(
        tmp_path, "1,TEE-1,T-shirt,,9.00,,100", "2,TEE-2,T-shirt,,9.00,,100", "4,TEE-4,T-shirt,,9,,"
    )
    status, out, err = run("import_products", path)
    assert (status, out.strip()) == (1, "1 added, 0 changed, 0 unchanged, 2 faulty")
    assert [line[:26] for line in err.splitlines()] == [f"line {n}: product_id_taken: " for n in (2, 3)]
    names = list(Product.objects.order_by("id").values_list("name", flat=True))
    assert names == ["Silver ring", "Gold ring", "Plain ring", "T-shirt"]


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        ("1,RING-1", "1,RING-1", "product_id 1"),
        ("1,RING-1", ",RING-1", "sku 'RING-1'"),
        (",RING-1", "1,", "product_id 1"),
        ("1,NEW-1", ",RING-1", "sku 'RING-1'"),
        ("1,NEW-1", "2,RING-1", "sku 'RING-1'"),
        ("1,NEW-1", ",NEW-1", "sku 'NEW-1'"),
        ("9,NEW-9", "9,NEW-1", "product_id 9"),
        (",NEW-9", "9,NEW-9", "sku 'NEW-9'"),
    ],
)
def test_import__a_second_line_about_a_product_is_refused(
    tmp_path: Path, first: str, second: str, named: str
) -> None:
    rings()
    path = csv_file(tmp_path, f"{first},Ring,,30.00,,", f"{second},Lamp,,9.00,,", "3,,Lamp,,9.00,,")
    dry_status, dry_out, dry_err = run("import_products", path, "--allow-rename", "--dry-run")
    status, out, err = run("import_products", path, "--allow-rename")
    assert (status, dry_status, dry_err, dry_out.split(" (")[0]) == (1, 1, err, out.rstrip())
    assert err.startswith(f"line 3: {named.split()[0]}: Line 2 is about the product with {named} already. ")
    assert list(Product.objects.filter(name="Lamp").values_list("id", flat=True)) == [3]


def test_import__a_refused_line_does_not_claim_its_product(tmp_path: Path) -> None:
    rings()
    path = csv_file(tmp_path, "1,TEE-1,T-shirt,,9.00,,", "1,RING-1,Ring,,30.00,,", "2,TEE-1,T-shirt,,9.00,,")
    status, out, err = run("import_products", path)
    assert (status, out) == (1, "0 added, 1 changed, 0 unchanged, 2 faulty\n")
    assert [line.split(": ")[:2] for line in err.splitlines()] == [
        ["line 2", "product_id_taken"],
        ["line 4", "product_id_taken"],
    ]


@pytest.mark.parametrize("product_id", [1, 3])
def test_import__allowed_to_rename_gives_the_product_the_lines_sku(tmp_path: Path, product_id: int) -> None:
    rings()
    path, done = (
        csv_file(tmp_path, f"{product_id},NEW-1,Ring,,30.00,,5"),
        "0 added, 1 changed, 0 unchanged, 0 faulty",
    )
    with nothing_changes():
        dry = run("import_products", path, "--allow-rename", "--dry-run")
    assert dry == (0, f"{done} (dry run: nothing was changed)\n", "")
    assert run("import_products", path, "--allow-rename") == (0, f"{done}\n", "")
    state = state_of(product_id)
    assert [state[name] for name in ("sku", "name", "stock")] == ["NEW-1", "Ring", 5]


@pytest.mark.parametrize("allowed", [[], ["--allow-rename"]])
def test_import__after_a_rename_runs_again(tmp_path: Path, allowed: list[str]) -> None:
    rings()
    path = csv_file(tmp_path, "1,NEW-1,Ring,,30.00,,5", "9,NEW-9,Ring,,30.00,,5")
    run("import_products", path, "--allow-rename")
    with nothing_changes():
        again = run("import_products", path, *allowed)
    assert again == (0, "0 added, 0 changed, 2 unchanged, 0 faulty\n", "")


def test_import__an_id_and_the_sku_of_its_product_name_it(tmp_path: Path) -> None:
    rings()
    path = csv_file(tmp_path, "1,RING-1,Ring,,30.00,,", "3,,Plain,,30.00,,", ",RING-2,Gold,,30.00,,")
    assert run("import_products", path) == (0, "0 added, 3 changed, 0 unchanged, 0 faulty\n", "")
    assert list(Product.objects.order_by("id").values_list("id", "sku", "name")) == [
        (1, "RING-1", "Ring"),
        (2, "RING-2", "Gold"),
        (3, None, "Plain"),
    ]


@pytest.mark.parametrize("header", ["product_id,price", "name", "sku,sku"])
def test_import__refuses_another_header(tmp_path: Path, header: str) -> None:
    with nothing_changes():
        status, _, err = run("import_products", csv_file(tmp_path, header=header))
    assert (status, err.split(":")[0]) == (1, "line 1")


def test_import__refuses_a_file_that_is_not_utf8_or_missing(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(b"sku,name\nT-1,\xff\n")
    assert run("import_products", path)[0] == 1
    assert run("import_products", tmp_path / "none.csv")[0] == 2


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR, settings.DEBUG = tmp_path, True
    return tmp_path / "demo-credentials.txt"


def test_seed_demo__fills_the_catalogue_and_again_changes_nothing(demo: Path) -> None:
    _, out, _ = run("seed_demo", "--products", 12, "--events", 150)
    kept = demo.read_text()
    assert (Product.objects.count(), Event.objects.count() >= 150) == (12, True)
    assert kept in out
    assert demo.stat().st_mode & 0o777 == 0o600
    model, ids = ProductWriteModel(), list(Product.objects.values_list("id", flat=True))
    assert {product_id: model.fold(read_stream(product_id)) for product_id in ids} == model.load(ids)
    with nothing_changes():
        run("seed_demo", "--products", 12, "--events", 150)
    assert demo.read_text() == kept


def test_seed_demo__its_people_can_sign_in(demo: Path, client: Any) -> None:
    run("seed_demo", "--products", 1, "--events", 0)
    for line in demo.read_text().splitlines():
        username, _, password, _, token, *_ = line.split()
        assert client.login(username=username, password=password)
        response = client.get("/api/v1/inventory/", headers={"Authorization": f"Token {token}"})
        assert response.status_code == 200
    assert User.objects.get(username="warehouse").groups.get().name == "Warehouse"


def test_seed_demo__is_refused_outside_debug(demo: Path, settings: Settings) -> None:
    settings.DEBUG = False
    with nothing_changes():
        assert run("seed_demo")[0] == 1
    assert not User.objects.exists()
    assert run("seed_demo", "--force", "--products", 1, "--events", 0)[0] == 0


def test_seed_demo__takes_over_no_existing_user(demo: Path) -> None:
    User.objects.create_user("operator", email="operator@example.com", password="mine")
    assert run("seed_demo")[0] == 1
    assert User.objects.get().check_password("mine")
    assert not demo.exists()
