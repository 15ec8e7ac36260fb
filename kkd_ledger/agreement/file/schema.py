"""The JSON Schema of the agreement file, for editors that check while one types."""

from __future__ import annotations

import json

from kkd_ledger.agreement.facts.agreement import Agreement


def json_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of `agreement.toml` as text; amounts and rates are texts there."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Agreement.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
