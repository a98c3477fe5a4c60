"""openapi.json: what the library makes of the addresses, with errors in their own content type."""

from __future__ import annotations

import functools
import json

from ninja import NinjaAPI

from .door import ROOT
from .problems import KIND


@functools.cache
def openapi(api: NinjaAPI) -> bytes:
    """The description as JSON, made once."""
    found = json.loads(json.dumps(api.get_openapi_schema(path_prefix=ROOT), default=str))
    for operations in found["paths"].values():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"] = {KIND: answer["content"].pop("application/json")}
            if method in ("post", "put") and operation.get("security"):
                operation.setdefault("parameters", []).append({
                    "name": "X-Requested-With", "in": "header", "required": True,
                    "schema": {"type": "string", "minLength": 1, "pattern": "^[A-Za-z]+$"},
                    "description": "何でもよい。ほかのサイトからの送信と区別します"})
    found["servers"] = [{"url": "/"}]
    return json.dumps(found, ensure_ascii=False).encode()
