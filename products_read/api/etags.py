"""The entity tags of stored documents."""

from hashlib import blake2b

from django.utils.http import parse_etags

from products_read.documents.current import Document


def etag_of(document: Document) -> str:
    """`"<version>-<digest>"`. Commands compare only the version. The digest differs when a rebuild changed the text."""
    digest = blake2b(document.text.encode(), digest_size=8).hexdigest()
    return f'"{document.version}-{digest}"'


def is_held_by_client(etag: str, if_none_match: str) -> bool:
    """Whether If-None-Match names this tag. RFC 9110 requires the weak comparison for reads."""
    if not if_none_match:
        return False
    held = parse_etags(if_none_match)
    return held == ["*"] or etag in (tag.removeprefix("W/") for tag in held)
