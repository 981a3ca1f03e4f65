import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Set;
import org.apache.avro.Resolver;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * What Java makes of a writer's and a reader's schema: whether SchemaCompatibility calls them compatible, whether its resolver
 * finds an error anywhere in them, and the binary of values that the writer wrote as `valueReader` reads them.
 */
public final class ResolutionJudge {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
      out.flush();
    }
  }

  private static ObjectNode answer(JsonNode question) {
    ObjectNode answer = JSON.createObjectNode();
    Schema writer;
    Schema reader;
    Schema valueReader;
    try {
      writer = new Schema.Parser().parse(question.get("writer").textValue());
      reader = new Schema.Parser().parse(question.get("reader").textValue());
      valueReader = new Schema.Parser().parse(question.get("valueReader").textValue());
    } catch (RuntimeException error) {
      return answer.put("invalid", String.valueOf(error.getMessage()));
    }
    answer.put("isCompatible", isCompatible(writer, reader));
    answer.put("isResolvable", isResolvable(writer, reader));
    ArrayNode values = answer.putArray("values");
    for (JsonNode value : question.get("values")) values.add(read(writer, valueReader, value.textValue()));
    return answer;
  }

  private static boolean isCompatible(Schema writer, Schema reader) {
    try {
      return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
          == SchemaCompatibilityType.COMPATIBLE;
    } catch (RuntimeException error) {
      // "Reader record field … matches multiple fields in writer record schema"
      return false;
    }
  }

  /** Whether no error stands anywhere in what a reader of data would do; Java itself reports it when a value meets it. */
  private static boolean isResolvable(Schema writer, Schema reader) {
    try {
      Set<Resolver.Action> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      return !hasError(Resolver.resolve(writer, reader), seen);
    } catch (RuntimeException | StackOverflowError error) {
      return false;
    }
  }

  private static boolean hasError(Resolver.Action action, Set<Resolver.Action> seen) {
    if (!seen.add(action)) return false;
    if (action instanceof Resolver.ErrorAction) return true;
    if (action instanceof Resolver.EnumAdjust) {
      return Arrays.stream(((Resolver.EnumAdjust) action).adjustments).anyMatch(place -> place < 0);
    }
    if (action instanceof Resolver.Container) return hasError(((Resolver.Container) action).elementAction, seen);
    if (action instanceof Resolver.ReaderUnion) return hasError(((Resolver.ReaderUnion) action).actualAction, seen);
    Resolver.Action[] parts = {};
    if (action instanceof Resolver.RecordAdjust) parts = ((Resolver.RecordAdjust) action).fieldActions;
    if (action instanceof Resolver.WriterUnion) parts = ((Resolver.WriterUnion) action).actions;
    return Arrays.stream(parts).anyMatch(part -> hasError(part, seen));
  }

  /** Hexadecimal, or `!` and the error. */
  private static String read(Schema writer, Schema reader, String hex) {
    try {
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(HexFormat.of().parseHex(hex), null);
      Object value = new OrderedReader(writer, reader).read(null, decoder);
      if (!decoder.isEnd()) return "!bytes are left over";
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<Object>(reader).write(value, encoder);
      encoder.flush();
      return HexFormat.of().formatHex(bytes.toByteArray());
    } catch (Exception | StackOverflowError error) {
      return "!" + error;
    }
  }

  /** Maps keep the order in which they were written, so that their binary can be compared. */
  private static final class OrderedReader extends GenericDatumReader<Object> {
    OrderedReader(Schema writer, Schema reader) {
      super(writer, reader);
    }

    /** Java 1.12.0 has an array of its own for each primitive, and that of doubles keeps floats. */
    @Override
    protected Object newArray(Object old, int size, Schema schema) {
      return new ArrayList<Object>();
    }

    @Override
    protected Object newMap(Object old, int size) {
      return new LinkedHashMap<Object, Object>();
    }
  }
}
