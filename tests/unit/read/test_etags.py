import pytest

from products_read.api.etags import etag_of, is_held_by_client
from products_read.documents.current import Document


def test_etag__another_body_of_the_same_version_has_another() -> None:
    tags = {etag_of(Document(3, "{}")), etag_of(Document(3, "{ }")), etag_of(Document(4, "{}"))}
    assert len(tags) == 3
    assert sorted(tag[:3] for tag in tags) == ['"3-', '"3-', '"4-']


@pytest.mark.parametrize(
    ("if_none_match", "held"),
    [
        ('"3-a"', True),
        ('W/"3-a"', True),
        ('"1", "3-a"', True),
        ("*", True),
        ('"3-b"', False),
        ("3-a", False),
        ("", False),
    ],
)
def test_is_held_by_client__compares_weakly(if_none_match: str, held: bool) -> None:
    assert is_held_by_client('"3-a"', if_none_match) is held
