"""fastavro as a judge. One JSON object on standard input, one on standard output:
{"schemas": [schema, ...], "cases": [{"name": full name, "value": value}, ...]}  ->  [hex or {"error": text}, ...]

Values are JSON with {"bytes": hex}, {"long": digits}, {"double": text}, {"map": [[key, value], ...]} and
{"union": branch name, "value": value} where JSON has no word; records are {"record": {field: value}}.
"""

import io
import json
import sys

import fastavro


def revive(value):
    if isinstance(value, list):
        return [revive(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes.fromhex(value["bytes"])
    if "long" in value:
        return int(value["long"])
    if "double" in value:
        return float(value["double"])
    if "map" in value:
        return {key: revive(item) for key, item in value["map"]}
    if "union" in value:
        # A tuple names its branch; arrays, maps and primitives are told apart by fastavro itself.
        inner = revive(value["value"])
        return inner if value["union"] in ("null", "array", "map") else (value["union"], inner)
    return {field: revive(item) for field, item in value["record"].items()}


# fastavro, too, takes `{"type": "Name"}` for no schema, with or without other attributes: it is written as the bare name.
KNOWN = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
KNOWN |= {"record", "error", "enum", "fixed", "array", "map", "union"}


def unwrap(schema):
    if isinstance(schema, list):
        return [unwrap(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("type"), str) and schema["type"] not in KNOWN:
        return schema["type"]
    inner = {key: unwrap(part) if key in ("items", "values") else part for key, part in schema.items() if key != "logicalType"}
    if "fields" in inner:
        inner["fields"] = [{**field, "type": unwrap(field["type"])} for field in inner["fields"]]
    return inner


def main():
    request = json.load(sys.stdin)
    named = {}
    for schema in request["schemas"]:
        fastavro.parse_schema(unwrap(schema), named_schemas=named, _write_hint=False)
    answers = []
    for case in request["cases"]:
        try:
            out = io.BytesIO()
            parsed = fastavro.parse_schema(named[case["name"]], named_schemas=dict(named), _force=True)
            fastavro.schemaless_writer(out, parsed, revive(case["value"]))
            answers.append(out.getvalue().hex())
        except Exception as error:
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


main()
