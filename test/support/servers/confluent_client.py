"""Confluent's Python client, and another one, against a registry: prints one JSON object a line, {"check", "holds", "found"}.

Arguments: the base URL, and a prefix for subjects. The last line is {"frames": [...]} with hexadecimal frames written by the
Avro serializer, their values, and the values that the deserializer read of the frames given on standard input.
"""
import json
import sys

from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient, topic_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

url, prefix = sys.argv[1], sys.argv[2]
client = SchemaRegistryClient({"url": url})


def check(name, holds, found=None):
    print(json.dumps({"check": name, "holds": bool(holds), "found": repr(found)}))


def refused(name, number, run):
    try:
        found = run()
    except SchemaRegistryError as error:
        check(name, error.error_code == number, (error.http_status_code, error.error_code, error.error_message))
        return
    check(name, False, found)


def record(name, *fields):
    return json.dumps({"type": "record", "name": name, "namespace": "bank", "fields": list(fields)})


ident = {"name": "id", "type": "string"}
account = record("Account", ident, {"name": "balance", "type": "long"})
with_note = record("Account", ident, {"name": "balance", "type": "long"}, {"name": "note", "type": "string", "default": ""})
with_owner = record("Account", ident, {"name": "balance", "type": "long"}, {"name": "owner", "type": "string"})
subject = prefix + "accounts-value"

# register, look up, fetch
first = client.register_schema(subject, Schema(account, "AVRO"))
check("register", isinstance(first, int), first)
check("register again", client.register_schema(subject, Schema(account, "AVRO")) == first)
fresh = SchemaRegistryClient({"url": url})
check("get_schema", json.loads(fresh.get_schema(first).schema_str) == json.loads(account))
found = fresh.lookup_schema(subject, Schema(account, "AVRO"))
check("lookup_schema", (found.schema_id, found.version, found.subject) == (first, 1, subject), found)
second = client.register_schema(subject, Schema(with_note, "AVRO"))
check("a second version", second != first, second)
latest = fresh.get_latest_version(subject)
check("get_latest_version", (latest.version, latest.schema_id) == (2, second), latest)
check("get_version", fresh.get_version(subject, 1).schema_id == first)
check("get_versions", fresh.get_versions(subject) == [1, 2])
check("get_subjects", subject in fresh.get_subjects())
check("get_subjects_by_schema_id", fresh.get_subjects_by_schema_id(first) == [subject])
versions = fresh.get_schema_versions(first)
check("get_schema_versions", [(v.subject, v.version) for v in versions] == [(subject, 1)], versions)
check("get_schema_types", fresh.get_schema_types() == ["AVRO"])
refused("an unknown subject is 40401", 40401, lambda: fresh.get_latest_version(prefix + "nobody"))
refused("an unknown version is 40402", 40402, lambda: fresh.get_version(subject, 99))
refused("an unknown id is 40403", 40403, lambda: fresh.get_schema(2_000_000_000))
refused("an unknown schema is 40403", 40403, lambda: fresh.lookup_schema(subject, Schema(with_owner, "AVRO")))
refused("no schema is 42201", 42201, lambda: client.register_schema(prefix + "bad", Schema('{"type":"nonsense"}', "AVRO")))

# compatibility
check("test_compatibility, yes", client.test_compatibility(subject, Schema(with_note, "AVRO")))
check("test_compatibility, no", not client.test_compatibility(subject, Schema(with_owner, "AVRO")))
check("test_compatibility_all_versions", not client.test_compatibility_all_versions(subject, Schema(with_owner, "AVRO")))
refused("an incompatible schema is 409", 409, lambda: client.register_schema(subject, Schema(with_owner, "AVRO")))
check("the registry's level", client.get_compatibility() == "BACKWARD", client.get_compatibility())
refused("no level of its own is 40408", 40408, lambda: client.get_compatibility(subject))
client.set_compatibility(subject, "NONE")
check("a subject's level", client.get_compatibility(subject) == "NONE")
refused("no level is 42203", 42203, lambda: client.set_compatibility(subject, "SIDEWARDS"))
check("under NONE it is registered", client.register_schema(subject, Schema(with_owner, "AVRO")) > second)
client.delete_config(subject)

# references
money = record("Money", {"name": "cents", "type": "long"})
price = record("Price", {"name": "amount", "type": "bank.Money"})
client.register_schema(prefix + "money", Schema(money, "AVRO"))
refs = [SchemaReference("bank.Money", prefix + "money", 1)]
price_id = client.register_schema(prefix + "price-value", Schema(price, "AVRO", refs))
read = fresh.get_schema(price_id)
check("references come back", [(r.name, r.subject, r.version) for r in read.references] == [("bank.Money", prefix + "money", 1)], read)
check("referencedby", fresh.get_referenced_by(prefix + "money", 1) == [price_id])
refused("what is referred to stays, 42206", 42206, lambda: client.delete_version(prefix + "money", 1))

# deletes
doomed = prefix + "doomed"
client.register_schema(doomed, Schema(account, "AVRO"))
client.register_schema(doomed, Schema(with_note, "AVRO"))
check("delete_version", client.delete_version(doomed, 1) == 1)
refused("a version deleted twice is 40406", 40406, lambda: client.delete_version(doomed, 1))
refused("permanently before softly is 40407", 40407, lambda: client.delete_version(doomed, 2, permanent=True))
check("versions without it", fresh.get_versions(doomed) == [2])
check("versions with it", fresh.get_versions(doomed, deleted=True) == [1, 2])
check("delete_subject", client.delete_subject(doomed) == [2])
check("subjects without it", doomed not in fresh.get_subjects())
check("subjects with it", doomed in fresh.get_subjects(deleted=True))
check("delete_subject permanently", client.delete_subject(doomed, permanent=True) == [1, 2])
refused("then it is unknown, 40401", 40401, lambda: SchemaRegistryClient({"url": url}).get_versions(doomed))

# modes
frozen = prefix + "frozen"
check("the registry's mode", client.get_global_mode() == "READWRITE")
client.update_mode(frozen, "READONLY")
check("a subject's mode", client.get_mode(frozen) == "READONLY")
refused("read-only is 42205", 42205, lambda: client.register_schema(frozen, Schema(account, "AVRO")))
client.delete_mode(frozen)

# serializers
topic = prefix + "orders"
value = {"id": "ä-1", "balance": -(2**63)}
serializer = AvroSerializer(client, account)
context = SerializationContext(topic, MessageField.VALUE)
frame = serializer(value, context)
check("the serializer registered", topic + "-value" in fresh.get_subjects())
check("the frame begins with 0 and the id", frame[0] == 0 and int.from_bytes(frame[1:5], "big") == fresh.get_latest_version(topic + "-value").schema_id)
check("the deserializer reads it back", AvroDeserializer(fresh)(frame, context) == value)
priced = AvroSerializer(client, Schema(price, "AVRO", refs), conf={"subject.name.strategy": topic_subject_name_strategy})
price_frame = priced({"amount": {"cents": 2**62}}, SerializationContext(prefix + "price", MessageField.VALUE))
lookup_only = AvroSerializer(client, with_note, conf={"auto.register.schemas": False})
refused("auto.register.schemas=False is 40403", 40403, lambda: lookup_only({"id": "a", "balance": 1, "note": ""}, context))

# another client
from schema_registry.client import SchemaRegistryClient as Other  # noqa: E402
from schema_registry.client import schema as other_schema  # noqa: E402

other = Other(url)
other_subject = prefix + "other-value"
other_id = other.register(other_subject, other_schema.AvroSchema(account))
check("another client registers", isinstance(other_id, int), other_id)
check("and reads", other.get_by_id(other_id).raw_schema["name"] == "Account")
check("and looks up", other.check_version(other_subject, other_schema.AvroSchema(account)).schema_id == other_id)
check("and tests", not other.test_compatibility(other_subject, other_schema.AvroSchema(with_owner)))
check("and deletes", other.delete_subject(other_subject) == [1])

given = [line.strip() for line in sys.stdin if line.strip()]
values = [AvroDeserializer(fresh)(bytes.fromhex(line), context) for line in given]
print(json.dumps({
    "frames": [{"frame": frame.hex(), "value": value}, {"frame": price_frame.hex(), "value": {"amount": {"cents": 2**62}}}],
    "read": values,
}))
