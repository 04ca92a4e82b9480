"""Entity tags of stored documents."""

from hashlib import blake2b

from django.utils.http import parse_etags

from products_read.documents.current import Document


def etag_of(document: Document) -> str:
    """`"<version>-<digest>"`: commands compare the version; a rebuilt body has another digest."""
    digest = blake2b(document.text.encode(), digest_size=8).hexdigest()
    return f'"{document.version}-{digest}"'


def is_held_by_client(etag: str, if_none_match: str) -> bool:
    """Whether the client's If-None-Match names this tag, compared weakly as RFC 9110 wants it for reads."""
    if not if_none_match:
        return False
    held = parse_etags(if_none_match)
    return held == ["*"] or etag in (tag.removeprefix("W/") for tag in held)
