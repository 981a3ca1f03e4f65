"""Confluent's Python client with its Avro serializers on topics: writes rows, or reads all that stands in them.

Arguments: brokers, base URL of the registry, `write` or `read`, and a JSON file of jobs: [{"topic", "keySchema", "valueSchema",
"file"}]. A key schema of null is plain text. Files have a row a line, key and value in Avro's JSON encoding with a tab between;
read ones have partition and offset in front, and a value that is missing is empty.
"""
import datetime
import decimal
import json
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, url, action, jobs_file = sys.argv[1:5]
registry = SchemaRegistryClient({"url": url})
epoch = datetime.date(1970, 1, 1)
zero = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def named(schema, types):
    """The schema, or the type that it names."""
    if isinstance(schema, str) and schema in types:
        return types[schema]
    return schema


def types_of(schema, types):
    if isinstance(schema, list):
        for branch in schema:
            types_of(branch, types)
    elif isinstance(schema, dict):
        if "name" in schema:
            namespace = schema.get("namespace")
            name = schema["name"] if "." in schema["name"] or not namespace else namespace + "." + schema["name"]
            types[name] = schema
        for field in schema.get("fields", []):
            types_of(field["type"], types)
        for inner in ("items", "values"):
            if inner in schema:
                types_of(schema[inner], types)
    return types


def kind(schema):
    return schema if isinstance(schema, str) else schema["type"]


def label(schema):
    return schema.get("name", schema["type"]) if isinstance(schema, dict) else schema


def native(schema, value, types):
    """What fastavro takes, of a value in Avro's JSON encoding."""
    schema = named(schema, types)
    if isinstance(schema, list):
        if value is None:
            return None
        (tag, inner), = value.items()
        branch = next(one for one in schema if label(named(one, types)) == tag)
        return native(branch, inner, types)
    if kind(schema) in ("bytes", "fixed"):
        return value.encode("latin-1")
    if kind(schema) == "record":
        return {field["name"]: native(field["type"], value[field["name"]], types) for field in schema["fields"]}
    if kind(schema) == "array":
        return [native(schema["items"], item, types) for item in value]
    return value


def plain(schema, value, types):
    """Avro's JSON encoding of what fastavro gives."""
    schema = named(schema, types)
    if isinstance(schema, list):
        if value is None:
            return None
        branch = next(one for one in schema if one != "null" and fits(named(one, types), value))
        return {label(named(branch, types)): plain(branch, value, types)}
    if kind(schema) == "record":
        return {field["name"]: plain(field["type"], value[field["name"]], types) for field in schema["fields"]}
    if kind(schema) == "array":
        return [plain(schema["items"], item, types) for item in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, decimal.Decimal):
        unscaled = int(value.scaleb(schema["scale"]))
        size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
        return unscaled.to_bytes(size, "big", signed=True).decode("latin-1")
    if isinstance(value, datetime.datetime):
        return (value - zero) // datetime.timedelta(milliseconds=1)
    if isinstance(value, datetime.date):
        return (value - epoch).days
    if kind(schema) == "string":
        return str(value)
    return value


def fits(schema, value):
    expected = {"int": int, "long": int, "string": str, "double": float, "float": float, "boolean": bool}.get(kind(schema))
    return expected is None or (isinstance(value, expected) and not (expected is int and isinstance(value, bool)))


def failed(error, message):
    if error is not None:
        raise RuntimeError(f"{message.topic()}: {error}")


def write(job):
    # The default partitioner of this client is another one than Java's.
    producer = Producer({"bootstrap.servers": brokers, "partitioner": "murmur2_random", "linger.ms": 20})
    known = {"auto.register.schemas": False, "use.latest.version": True}
    topic = job["topic"]
    serializers = {}
    for field, text in (("key", job["keySchema"]), ("value", job["valueSchema"])):
        if text is None:
            continue
        schema = json.loads(text)
        types = types_of(schema, {})
        # A schema of its own, which is registered; else that of the subject.
        options = {} if job.get("registers") else known
        serializer = AvroSerializer(registry, text, conf=options)
        context = SerializationContext(topic, MessageField.KEY if field == "key" else MessageField.VALUE)
        serializers[field] = (lambda value, s=serializer, c=context, j=schema, t=types: s(native(j, value, t), c))
    with open(job["file"], encoding="utf-8") as rows:
        for count, line in enumerate(rows):
            key, value = line.rstrip("\n").split("\t")
            key = json.loads(key)
            framed = serializers["key"](key) if "key" in serializers else key.encode("utf-8")
            producer.produce(topic, key=framed, value=serializers["value"](json.loads(value)), on_delivery=failed)
            if count % 1000 == 0:
                producer.poll(0)
    producer.flush()


def read(job):
    consumer = Consumer(
        {"bootstrap.servers": brokers, "group.id": "sharing", "enable.auto.commit": False, "enable.partition.eof": True}
    )
    topic = job["topic"]
    partitions = consumer.list_topics(topic).topics[topic].partitions
    consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
    readers = {}
    for field, text in (("key", job["keySchema"]), ("value", job["valueSchema"])):
        if text is None:
            continue
        schema = json.loads(text)
        context = SerializationContext(topic, MessageField.KEY if field == "key" else MessageField.VALUE)
        readers[field] = (AvroDeserializer(registry, text), context, schema, types_of(schema, {}))

    def shown(field, data):
        if field not in readers:
            return json.dumps(data.decode("utf-8"))
        deserializer, context, schema, types = readers[field]
        return json.dumps(plain(schema, deserializer(data, context), types))

    ended = set()
    with open(job["file"], "w", encoding="utf-8") as out:
        while len(ended) < len(partitions):
            for message in consumer.consume(1000, 0.2):
                if message.error():
                    if message.error().code() != -191:
                        raise RuntimeError(message.error())
                    ended.add(message.partition())
                    continue
                value = "" if message.value() is None else shown("value", message.value())
                out.write(f"{message.partition()}\t{message.offset()}\t{shown('key', message.key())}\t{value}\n")
    consumer.close()


with open(jobs_file, encoding="utf-8") as jobs:
    for job in json.load(jobs):
        (write if action == "write" else read)(job)
