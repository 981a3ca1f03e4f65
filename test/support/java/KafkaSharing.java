import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Java's KafkaProducer and KafkaConsumer with Apicurio's Avro serializers in Confluent's wire format, on topics: writes rows, or
 * reads all that stands in them. Arguments and files as of `kafka_sharing.py`; the URL is that of Apicurio's own interface.
 */
public class KafkaSharing {
  private static String brokers;
  private static String url;

  public static void main(String[] args) throws Exception {
    brokers = args[0];
    url = args[1];
    for (JsonNode job : new ObjectMapper().readTree(Path.of(args[3]).toFile())) {
      if (args[2].equals("write")) write(job);
      else read(job);
    }
  }

  private static Map<String, Object> serde() {
    Map<String, Object> serde = new HashMap<>();
    serde.put("apicurio.registry.url", url);
    // The subject's own schema, as it stands there: its text is not Java's, and Apicurio gives another text another id.
    serde.put("apicurio.registry.auto-register", false);
    serde.put("apicurio.registry.find-latest", true);
    serde.put("apicurio.registry.use-id", "contentId");
    serde.put("apicurio.registry.enable-confluent-id-handler", true);
    serde.put("apicurio.registry.as-confluent", true);
    serde.put("apicurio.registry.headers.enabled", false);
    serde.put("apicurio.registry.artifact-resolver-strategy", "io.apicurio.registry.serde.strategy.TopicIdStrategy");
    return serde;
  }

  private static Schema schemaOf(JsonNode job, String field) {
    JsonNode text = job.get(field);
    return text == null || text.isNull() ? null : new Schema.Parser().parse(text.asText());
  }

  private static <T> Serializer<T> serializer(boolean isKey) {
    AvroKafkaSerializer<T> serializer = new AvroKafkaSerializer<>();
    serializer.configure(serde(), isKey);
    return serializer;
  }

  private static <T> Deserializer<T> deserializer(boolean isKey) {
    AvroKafkaDeserializer<T> deserializer = new AvroKafkaDeserializer<>();
    deserializer.configure(serde(), isKey);
    return deserializer;
  }

  private static void write(JsonNode job) throws Exception {
    String topic = job.get("topic").asText();
    Schema keySchema = schemaOf(job, "keySchema");
    Schema valueSchema = schemaOf(job, "valueSchema");
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", brokers);
    settings.put("acks", "all");
    settings.put("linger.ms", 20);
    if (keySchema == null) {
      try (KafkaProducer<String, Object> producer = new KafkaProducer<>(settings, new StringSerializer(), serializer(false))) {
        sendAll(job, producer, key -> new ObjectMapper().readValue(key, String.class), topic, valueSchema);
      }
      return;
    }
    try (KafkaProducer<Object, Object> producer = new KafkaProducer<>(settings, serializer(true), serializer(false))) {
      sendAll(job, producer, key -> data(keySchema, key), topic, valueSchema);
    }
  }

  private interface KeyOf<K> {
    K of(String json) throws Exception;
  }

  private static <K> void sendAll(
      JsonNode job, KafkaProducer<K, Object> producer, KeyOf<K> keys, String topic, Schema valueSchema) throws Exception {
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (BufferedReader rows = Files.newBufferedReader(Path.of(job.get("file").asText()))) {
      for (String line = rows.readLine(); line != null; line = rows.readLine()) {
        String[] row = line.split("\t", -1);
        producer.send(
            new ProducerRecord<>(topic, keys.of(row[0]), data(valueSchema, row[1])),
            (sent, error) -> {
              if (error != null) failure.compareAndSet(null, error);
            });
      }
    }
    producer.flush();
    if (failure.get() != null) throw failure.get();
  }

  /** As Apicurio's serializer takes it. */
  private static Object data(Schema schema, String json) throws Exception {
    Object datum = new GenericDatumReader<Object>(schema).read(null, DecoderFactory.get().jsonDecoder(schema, json));
    return datum instanceof CharSequence ? datum.toString() : datum;
  }

  private static String json(Schema schema, Object datum) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JsonEncoder encoder = EncoderFactory.get().jsonEncoder(schema, out);
    new GenericDatumWriter<Object>(schema).write(datum, encoder);
    encoder.flush();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void read(JsonNode job) throws Exception {
    String topic = job.get("topic").asText();
    Schema keySchema = schemaOf(job, "keySchema");
    Schema valueSchema = schemaOf(job, "valueSchema");
    Deserializer<Object> keys = keySchema == null ? null : deserializer(true);
    Deserializer<String> texts = new StringDeserializer();
    Deserializer<Object> values = deserializer(false);
    Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "enable.auto.commit", false);
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(job.get("file").asText())))) {
      List<TopicPartition> partitions = new ArrayList<>();
      consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          String key =
              keys == null
                  ? new ObjectMapper().writeValueAsString(texts.deserialize(topic, record.key()))
                  : json(keySchema, keys.deserialize(topic, record.key()));
          String value = record.value() == null ? "" : json(valueSchema, values.deserialize(topic, record.value()));
          out.println(record.partition() + "\t" + record.offset() + "\t" + key + "\t" + value);
        }
      }
    }
  }
}
