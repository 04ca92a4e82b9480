"""The Prefer header (RFC 7240), in which a client states preferences. No value of it can fail a request.

An unknown or malformed preference is ignored. The response names the preferences that were honoured.
"""

import re
from typing import NamedTuple

PREFER_HEADER, PREFERENCE_APPLIED_HEADER = "Prefer", "Preference-Applied"
LONGEST_WAIT = 30  # seconds
_LONGEST_HEADER = 1_000  # characters; a longer header is ignored, so that matching it stays cheap

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ELEMENT = re.compile(rf'(?:[^",]|{_QUOTED}|")+')
_PREFERENCE = re.compile(rf"\s*({_TOKEN})\s*(?:=\s*({_TOKEN}|{_QUOTED})?\s*)?(?:;.*)?", re.DOTALL)


class Preferences(NamedTuple):
    """The preferences that this service knows. One that the client did not state is None or False.

    `wait` is in whole seconds, LONGEST_WAIT at most. `handling` is "strict" or "lenient".
    """

    wait: int | None = None
    handling: str | None = None
    respond_async: bool = False

    @classmethod
    def of(cls, header: str | None) -> "Preferences":
        """The preferences in a Prefer header. `header` is None when the client sent none."""
        stated = _stated(header or "")
        handling = stated.get("handling", "").lower()
        return cls(
            wait=_seconds(stated.get("wait", "")),
            handling=handling if handling in {"strict", "lenient"} else None,
            respond_async=stated.get("respond-async") == "",
        )


def applied(**honoured: object) -> dict[str, str]:
    """The Preference-Applied header that names the honoured preferences; empty when there are none.

    True stands for a preference without a value. None and False stand for one that was not honoured.
    """
    named = [
        name.replace("_", "-") + ("" if value is True else f"={value}")
        for name, value in honoured.items()
        if value is not None and value is not False
    ]
    return {PREFERENCE_APPLIED_HEADER: ", ".join(named)} if named else {}


def _stated(header: str) -> dict[str, str]:
    """Values by lower-case name; a name without a value has an empty one. The first of equal names counts."""
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
    # The length is checked first: int() refuses a text of thousands of digits.
    return LONGEST_WAIT if len(digits) > 2 else min(int(digits), LONGEST_WAIT)
