"""The Prefer header (RFC 7240): what a client would like. Nothing in it can fail a request.

A preference that is unknown or makes no sense is as good as left out; what was honoured is named in the answer.
"""

import re
from typing import NamedTuple

PREFER_HEADER, PREFERENCE_APPLIED_HEADER = "Prefer", "Preference-Applied"
LONGEST_WAIT = 30  # seconds
_LONGEST_HEADER = 1_000  # characters; what is longer is no preference

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ELEMENT = re.compile(rf'(?:[^",]|{_QUOTED}|")+')
_PREFERENCE = re.compile(rf"\s*({_TOKEN})\s*(?:=\s*({_TOKEN}|{_QUOTED})?\s*)?(?:;.*)?", re.DOTALL)


class Preferences(NamedTuple):
    """The preferences that this service knows; None or False for what was not asked.

    `wait` is in whole seconds, LONGEST_WAIT at most; `handling` is "strict" or "lenient".
    """

    wait: int | None = None
    handling: str | None = None
    respond_async: bool = False

    @classmethod
    def of(cls, header: str | None) -> "Preferences":
        """What a Prefer header asks; None stands for its absence."""
        stated = _stated(header or "")
        handling = stated.get("handling", "").lower()
        return cls(
            wait=_seconds(stated.get("wait", "")),
            handling=handling if handling in {"strict", "lenient"} else None,
            respond_async=stated.get("respond-async") == "",
        )


def applied(**honoured: object) -> dict[str, str]:
    """The Preference-Applied header that names these, with their values if they have one; none for nothing."""
    named = [
        name.replace("_", "-") + ("" if value is True else f"={value}")
        for name, value in honoured.items()
        if value is not None and value is not False
    ]
    return {PREFERENCE_APPLIED_HEADER: ", ".join(named)} if named else {}


def _stated(header: str) -> dict[str, str]:
    """Values by name in lower case, empty for a name alone. Of a name stated twice the first counts."""
    found: dict[str, str] = {}
    if len(header) > _LONGEST_HEADER:
        return found
    for element in _ELEMENT.findall(header):
        if preference := _PREFERENCE.fullmatch(element):
            found.setdefault(preference[1].lower(), _unquoted(preference[2] or ""))
    return found


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _seconds(value: str) -> int | None:
    if not (value.isascii() and value.isdecimal()):
        return None
    digits = value.lstrip("0") or "0"
    return LONGEST_WAIT if len(digits) > 2 else min(int(digits), LONGEST_WAIT)
