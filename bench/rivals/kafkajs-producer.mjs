// kafkajs alone, no HTTP and no state: batches with keys and values as the product writes them, acks=all, four sends under way.
// argv: brokers, topic, partitions, records, records a batch. Or `latency` in place of records: one send after another.
import kafkajs from "kafkajs";

const [brokers, topic, partitions, records, batch] = process.argv.slice(2);
const client = new kafkajs.Kafka({ brokers: brokers.split(","), logLevel: kafkajs.logLevel.NOTHING });
const producer = client.producer({ allowAutoTopicCreation: false });
await producer.connect();

function message(number) {
  return {
    key: Buffer.from(`00000r-${number}`),
    value: Buffer.from(`00000${`row ${number} `.padEnd(101, "abcdefgh")}`),
  };
}

function send(from, count, partition) {
  const messages = Array.from({ length: count }, (_, index) => ({ ...message(from + index), partition }));
  return producer.send({ topic, acks: -1, messages });
}

if (records === "latency") {
  const millis = [];
  for (let number = 0; number < 3000; number += 1) {
    const start = performance.now();
    await send(number, 1, number % Number(partitions));
    if (number >= 500) millis.push(performance.now() - start);
  }
  millis.sort((left, right) => left - right);
  console.log(JSON.stringify({ p50Ms: millis[millis.length >> 1], p99Ms: millis[Math.floor(millis.length * 0.99)] }));
} else {
  let next = 0;
  const start = performance.now();
  const work = async () => {
    while (next < Number(records)) {
      const from = next;
      next += Number(batch);
      await send(from, Number(batch), (from / Number(batch)) % Number(partitions));
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  console.log(JSON.stringify({ perSecond: next / ((performance.now() - start) / 1000) }));
}
await producer.disconnect();
