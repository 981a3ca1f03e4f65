"""fastavro in the exchange of values between implementations; questions and answers as in ExchangeJudge.java."""

import base64
import io
import json
import math
import struct
import sys

import fastavro
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

# Deeper than any value here; fastavro's JSON expands recursive types without end, and shall find that out soon.
sys.setrecursionlimit(2000)

PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
WORDS = PRIMITIVES | {"record", "error", "enum", "fixed", "array", "map"}


# Values are exchanged as base types.
fastavro.read.LOGICAL_READERS.clear()
fastavro.write.LOGICAL_WRITERS.clear()


def unwrapped(schema):
    """fastavro takes `{"type": "Name"}` for no schema, with or without other attributes: it is written as the bare name."""
    if isinstance(schema, list):
        return [unwrapped(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("type"), str) and schema["type"] not in WORDS:
        return schema["type"]
    inner = {key: unwrapped(part) if key in ("items", "values") else part for key, part in schema.items()}
    if "fields" in inner:
        inner["fields"] = [{**field, "type": unwrapped(field["type"])} for field in inner["fields"]]
    return inner


def fullname(name, schema, space):
    if "." in name:
        return name
    own = schema.get("namespace", space) if schema else space
    return f"{own}.{name}" if own else name


class Types:
    """Names of a schema, for walking values along it."""

    def __init__(self, schema):
        self.named = {}
        self.root = self.shape(schema, "")

    def shape(self, schema, space):
        if isinstance(schema, list):
            return ("union", [self.shape(branch, space) for branch in schema])
        if isinstance(schema, str):
            return (schema,) if schema in PRIMITIVES else ("name", fullname(schema, None, space))
        kind = schema["type"]
        if isinstance(kind, (list, dict)):
            return self.shape(kind, space)
        if kind in PRIMITIVES:
            return (kind,)
        if kind == "array":
            return ("array", self.shape(schema["items"], space))
        if kind == "map":
            return ("map", self.shape(schema["values"], space))
        name = fullname(schema["name"], schema, space)
        inner = name.rpartition(".")[0]
        if kind in ("enum", "fixed"):
            self.named[name] = (kind,)
        else:
            self.named[name] = ("record", [])
            for field in schema["fields"]:
                self.named[name][1].append((field["name"], self.shape(field["type"], inner)))
        return ("name", name)

    def resolved(self, shape):
        return self.named[shape[1]] if shape[0] == "name" else shape

    def label(self, shape):
        return shape[1] if shape[0] == "name" else shape[0]


class Neutral:
    def __init__(self, types, text):
        self.types = types
        self.text = text
        self.at = 0

    def word(self):
        end = self.text.index(";", self.at)
        word = self.text[self.at : end]
        self.at = end + 1
        return word

    def value(self, shape):
        """The value as fastavro takes it: unions as tuples of branch and value."""
        shape = self.types.resolved(shape)
        kind = shape[0]
        mark = self.text[self.at]
        self.at += 1
        if kind == "null":
            return None
        if kind == "boolean":
            return mark == "t"
        if kind in ("int", "long"):
            return int(self.word())
        if kind in ("float", "double"):
            return struct.unpack(">d", bytes.fromhex(self.word()))[0]
        if kind == "string":
            return bytes.fromhex(self.word()).decode()
        if kind in ("bytes", "fixed"):
            return bytes.fromhex(self.word())
        if kind == "enum":
            return self.word()
        if kind == "array":
            items = []
            while self.text[self.at] != "]":
                items.append(self.value(shape[1]))
            self.at += 1
            return items
        if kind == "map":
            entries = {}
            while self.text[self.at] != "}":
                self.at += 1
                key = bytes.fromhex(self.word()).decode()
                entries[key] = self.value(shape[1])
            self.at += 1
            return entries
        if kind == "union":
            branch = shape[1][int(self.word())]
            return (self.types.label(branch), self.value(branch))
        record = {name: self.value(part) for name, part in shape[1]}
        self.at += 1
        return record


NUMBERS = {"int": int, "long": int, "float": float, "double": float}
CLASSES = {"null": type(None), "boolean": bool, "bytes": bytes, "string": str, "array": list, "map": dict, **NUMBERS}


def difference(types, shape, found, wanted, path=""):
    """Where what was read differs first from what was meant, or None. `wanted` has unions as tuples."""
    shape = types.resolved(shape)
    kind = shape[0]
    if kind == "union":
        label, inner = wanted
        branch = next(part for part in shape[1] if types.label(part) == label)
        if branch[0] == "name":
            # Asked for, fastavro names the branch of a named type; of others the value tells.
            if not isinstance(found, tuple) or found[0] != label:
                return f"{path}: {str(found)[:80]} instead of a value of {label}"
            found = found[1]
        elif type(found) is not CLASSES[branch[0]]:
            return f"{path}: a {type(found).__name__} instead of {label}"
        return difference(types, branch, found, inner, path)
    if kind == "record":
        if set(found) != {name for name, _ in shape[1]}:
            return f"{path}: fields {sorted(found)}"
        parts = ((part, found[name], wanted[name], f"{path}/{name}") for name, part in shape[1])
    elif kind == "array":
        if len(found) != len(wanted):
            return f"{path}: {len(found)} items instead of {len(wanted)}"
        parts = ((shape[1], a, b, f"{path}/{index}") for index, (a, b) in enumerate(zip(found, wanted)))
    elif kind == "map":
        if set(found) != set(wanted):
            return f"{path}: keys {sorted(found)} instead of {sorted(wanted)}"
        parts = ((shape[1], found[key], wanted[key], f"{path}/{key}") for key in wanted)
    else:
        return None if same(kind, found, wanted) else f"{path}: {str(found)[:80]!r} instead of {str(wanted)[:80]!r}"
    for part in parts:
        inner = difference(types, *part)
        if inner is not None:
            return inner
    return None


def same(kind, found, wanted):
    if kind in ("float", "double"):
        if not isinstance(found, float):
            return False
        if math.isnan(wanted):
            return math.isnan(found)
        return struct.pack(">d", found) == struct.pack(">d", wanted)
    return type(found) is type(wanted) and found == wanted


def attempt(act):
    try:
        return act()
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


class Endless(Exception):
    """fastavro's Avro JSON expands recursive types without end: told once for a schema, not tried again."""


def b64(data):
    return base64.b64encode(data).decode()


class Judge:
    def __init__(self, text):
        raw = unwrapped(json.loads(text))
        self.types = Types(raw)
        self.schema = parse_schema(raw)
        self.canonical = to_parsing_canonical_form(self.schema)
        # fastavro prints the eight bytes little-endian, as single objects have them.
        self.mark = bytes.fromhex(fingerprint(self.canonical, "CRC-64-AVRO"))
        self.has_endless_json = False

    def values(self, texts):
        return [Neutral(self.types, text).value(self.types.root) for text in texts]

    def binary(self, value):
        out = io.BytesIO()
        fastavro.schemaless_writer(out, self.schema, value)
        return out.getvalue()

    def json(self, value):
        out = io.StringIO()
        self.finite(lambda: fastavro.json_writer(out, self.schema, [value]))
        return out.getvalue()

    def finite(self, act):
        if self.has_endless_json:
            raise Endless
        try:
            return act()
        except RecursionError as error:
            self.has_endless_json = True
            raise Endless from error

    def container(self, values, codec):
        out = io.BytesIO()
        fastavro.writer(out, self.schema, values, codec=codec, sync_interval=2000)
        return out.getvalue()

    def write(self, values, codec):
        return {
            "canonical": self.canonical,
            "fingerprint": str(int.from_bytes(self.mark, "little", signed=True)),
            "binary": [attempt(lambda: b64(self.binary(value))) for value in values],
            "json": [attempt(lambda: self.json(value)) for value in values],
            "single": [attempt(lambda: b64(b"\xc3\x01" + self.mark + self.binary(value))) for value in values],
            "container": [attempt(lambda: b64(self.container(values, codec)))],
        }

    OPTIONS = {"return_named_type": True}

    def read_binary(self, data):
        stream = io.BytesIO(data)
        value = fastavro.schemaless_reader(stream, self.schema, **self.OPTIONS)
        if stream.read(1):
            raise ValueError("bytes are left over")
        return value

    def read_single(self, data):
        if data[:2] != b"\xc3\x01" or data[2:10] != self.mark:
            raise ValueError(f"head {data[:10].hex()} instead of c301{self.mark.hex()}")
        return self.read_binary(data[10:])

    def read(self, values, sources):
        faults = []

        def tell(source, form, index, text):
            if text is not None:
                faults.append({"from": source, "form": form, "index": index, "text": text})

        def compare(source, form, index, written, read):
            if isinstance(written, dict):
                return
            try:
                text = difference(self.types, self.types.root, read(written), values[index])
            except Exception as error:
                text = f"{type(error).__name__}: {error}"[:300]
            tell(source, form, index, text)

        for source, forms in sources.items():
            for index in range(len(values)):
                compare(source, "binary", index, forms["binary"][index], lambda text: self.read_binary(base64.b64decode(text)))
                compare(source, "single", index, forms["single"][index], lambda text: self.read_single(base64.b64decode(text)))
                compare(source, "json", index, forms["json"][index], self.read_json)
            [container] = forms["container"]
            if isinstance(container, dict):
                continue
            try:
                stream = fastavro.reader(io.BytesIO(base64.b64decode(container)), **self.OPTIONS)
                index = -1
                for index, value in enumerate(stream):
                    tell(source, "container", index, difference(self.types, self.types.root, value, values[index]))
                if index + 1 < len(values):
                    tell(source, "container", index + 1, "values are missing")
            except Exception as error:
                tell(source, "container", -1, f"{type(error).__name__}: {error}"[:300])
        return {"faults": faults}

    def read_json(self, text):
        def read():
            stream = fastavro.json_reader(io.StringIO(text.replace("\n", " ")), self.schema)
            stream.options.update(self.OPTIONS)
            return list(stream)

        [value] = self.finite(read)
        return value


for line in sys.stdin:
    try:
        question = json.loads(line)
        judge = Judge(question["schema"])
        values = judge.values(question["values"])
        answer = judge.read(values, question["from"]) if "from" in question else judge.write(values, question["codec"])
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:500]}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
