import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Java's KafkaConsumer: prints what stands in partition 0 of topics as `key=value`. Arguments: brokers, topics with commas. */
public class KafkaTexts {
  public static void main(String[] args) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", args[0], "enable.auto.commit", false, "isolation.level", "read_committed");
    List<TopicPartition> partitions =
        Stream.of(args[1].split(",")).map(topic -> new TopicPartition(topic, 0)).collect(Collectors.toList());
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition)))
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1)))
          out.println(record.key() + "=" + record.value());
    }
    out.flush();
  }
}
