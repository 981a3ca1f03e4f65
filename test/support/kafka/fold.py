"""Folds a topic of accounts as another program does: Confluent's client, fastavro, the newest record of each key.

Arguments: brokers, topic. Standard input: the schema of the values. Prints one JSON object: balances by account, and the number
of records read.
"""
import io
import json
import sys

import fastavro
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

brokers, topic = sys.argv[1:3]
schema = fastavro.parse_schema(json.load(sys.stdin))
consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": "fold",
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    "isolation.level": "read_committed",
})
partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
rows = {}
records = 0
ended = set()
while len(ended) < len(partitions):
    message = consumer.poll(30)
    if message is None:
        sys.exit("no end of %s within 30 s: %d of %d partitions" % (topic, len(ended), len(partitions)))
    if message.error():
        if message.error().code() != KafkaError._PARTITION_EOF:
            sys.exit(str(message.error()))
        ended.add(message.partition())
        continue
    records += 1
    # A zero and the schema's id stand before a key and a value.
    account = fastavro.schemaless_reader(io.BytesIO(message.key()[5:]), "string")
    if message.value() is None:
        rows.pop(account, None)
    else:
        rows[account] = fastavro.schemaless_reader(io.BytesIO(message.value()[5:]), schema)["balance"]
consumer.close()
print(json.dumps({"balances": {account: str(balance) for account, balance in rows.items()}, "records": records}))
