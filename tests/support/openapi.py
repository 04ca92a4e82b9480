"""The OpenAPI schema as tests read it."""

from typing import Any

SHARED = ("headers", "parameters", "responses")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with shared headers, parameters and responses in their places. References to shapes stay."""
    components = schema["components"]

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(part) for part in node]
        if not isinstance(node, dict):
            return node
        kind, _, name = str(node.get("$ref", "")).removeprefix("#/components/").partition("/")
        if kind in SHARED:
            return resolve(components[kind][name])
        return {key: resolve(part) for key, part in node.items()}

    return {**schema, "paths": resolve(schema["paths"])}
