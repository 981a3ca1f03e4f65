/*
 * The rival of a restore: a Kafka Streams application that restores a table from its topic into RocksDB.
 *
 * java -cp … StreamsRestore.java BROKERS TOPIC FOLDER
 *
 * The topic itself is the table's changelog (topology.optimization), so what is restored is the topic up to the offsets that
 * the group has committed; they are set to its end first. Prints one line of JSON: records, and seconds from the first
 * partition's start to the last one's end.
 */
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueStore;

public final class StreamsRestore {
  public static void main(String[] parameters) throws Exception {
    String brokers = parameters[0];
    String topic = parameters[1];
    String application = "streams-restore-" + ProcessHandle.current().pid();

    int partitions = commitEnds(brokers, topic, application);

    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, parameters[2]);
    settings.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);

    StreamsBuilder builder = new StreamsBuilder();
    builder.table(
        topic,
        Consumed.with(Serdes.Bytes(), Serdes.ByteArray()),
        Materialized.<Bytes, byte[], KeyValueStore<Bytes, byte[]>>as("rows").withCachingDisabled());

    CountDownLatch restored = new CountDownLatch(partitions);
    AtomicLong first = new AtomicLong(Long.MAX_VALUE);
    AtomicLong last = new AtomicLong();
    AtomicLong records = new AtomicLong();
    try (KafkaStreams streams = new KafkaStreams(builder.build(settings), settings)) {
      streams.setGlobalStateRestoreListener(
          new StateRestoreListener() {
            @Override
            public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
              first.accumulateAndGet(System.nanoTime(), Math::min);
            }

            @Override
            public void onBatchRestored(TopicPartition partition, String store, long end, long count) {}

            @Override
            public void onRestoreEnd(TopicPartition partition, String store, long total) {
              last.accumulateAndGet(System.nanoTime(), Math::max);
              records.addAndGet(total);
              restored.countDown();
            }
          });
      streams.start();
      restored.await();
      streams.close(Duration.ofSeconds(10));
    }
    System.out.printf("{\"records\":%d,\"seconds\":%.3f}%n", records.get(), (last.get() - first.get()) / 1e9);
  }

  /** Commits the end of each partition for the group. Returns the number of partitions. */
  private static int commitEnds(String brokers, String topic, String group) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      int partitions = admin.describeTopics(java.util.List.of(topic)).allTopicNames().get().get(topic).partitions().size();
      Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
      for (int partition = 0; partition < partitions; partition += 1)
        wanted.put(new TopicPartition(topic, partition), OffsetSpec.latest());
      Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
      admin.listOffsets(wanted).all().get().forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end.offset())));
      admin.alterConsumerGroupOffsets(group, ends).all().get();
      return partitions;
    }
  }

  private StreamsRestore() {}
}
