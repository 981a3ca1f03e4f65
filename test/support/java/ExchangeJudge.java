import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;

/**
 * Writes and reads values for the exchange between implementations. One question a line:
 *   {"schema", "values", "codec"} -> {"canonical", "fingerprint", "binary", "json", "single", "container"} or {"error"}
 *   {"schema", "values", "from": {writer: {"binary", "json", "single", "container"}}} -> {"faults": [{"from", "form", "index", "text"}]}
 * Values come in the exchange's own text (neutral.ts); bytes are base64; a value that could not be written is {"error"}.
 */
public final class ExchangeJudge {
  /** Node.js takes U+2028 for the end of a line. */
  private static final ObjectMapper JSON = new ObjectMapper().configure(JsonGenerator.Feature.ESCAPE_NON_ASCII, true);
  private static final GenericData DATA = GenericData.get();

  public static void main(String[] parameters) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = JSON.createObjectNode();
      try {
        JsonNode question = JSON.readTree(line);
        Schema schema = new Schema.Parser().parse(question.get("schema").asText());
        List<Object> values = new ArrayList<>();
        for (JsonNode value : question.get("values")) values.add(new Neutral(value.asText()).value(schema));
        if (question.has("from")) read(schema, values, question.get("from"), answer);
        else write(schema, values, question.get("codec").asText(), answer);
      } catch (Throwable error) {
        answer.removeAll();
        answer.put("error", String.valueOf(error));
      }
      out.println(JSON.writeValueAsString(answer));
    }
  }

  private interface Attempt {
    Object run() throws Exception;
  }

  private static void put(ArrayNode list, Attempt attempt) {
    try {
      list.add(String.valueOf(attempt.run()));
    } catch (Throwable error) {
      list.addObject().put("error", String.valueOf(error));
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static void write(Schema schema, List<Object> values, String codec, ObjectNode answer) throws Exception {
    answer.put("canonical", SchemaNormalization.toParsingForm(schema));
    answer.put("fingerprint", String.valueOf(SchemaNormalization.parsingFingerprint64(schema)));
    ArrayNode binary = answer.putArray("binary");
    ArrayNode json = answer.putArray("json");
    ArrayNode single = answer.putArray("single");
    BinaryMessageEncoder<Object> messages = new BinaryMessageEncoder<>(DATA, schema);
    for (Object value : values) {
      put(binary, () -> base64(binaryOf(schema, value)));
      put(json, () -> jsonOf(schema, value));
      put(single, () -> {
        ByteBuffer buffer = messages.encode(value);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return base64(bytes);
      });
    }
    ArrayNode container = answer.putArray("container");
    put(container, () -> base64(containerOf(schema, values, codec)));
  }

  private static byte[] binaryOf(Schema schema, Object value) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<Object>(schema).write(value, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static String jsonOf(Schema schema, Object value) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JsonEncoder encoder = EncoderFactory.get().jsonEncoder(schema, out);
    new GenericDatumWriter<Object>(schema).write(value, encoder);
    encoder.flush();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static byte[] containerOf(Schema schema, List<Object> values, String codec) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataFileWriter<Object> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema));
    writer.setCodec(CodecFactory.fromString(codec));
    writer.setSyncInterval(2000);
    writer.create(schema, out);
    for (Object value : values) writer.append(value);
    writer.close();
    return out.toByteArray();
  }

  private static void read(Schema schema, List<Object> values, JsonNode from, ObjectNode answer) throws Exception {
    ArrayNode faults = answer.putArray("faults");
    GenericDatumReader<Object> reader = new GenericDatumReader<>(schema);
    BinaryMessageDecoder<Object> messages = new BinaryMessageDecoder<>(DATA, schema);
    Base64.Decoder base64 = Base64.getDecoder();
    for (Iterator<String> writers = from.fieldNames(); writers.hasNext(); ) {
      String writer = writers.next();
      JsonNode forms = from.get(writer);
      for (int index = 0; index < values.size(); index++) {
        Object expected = values.get(index);
        JsonNode binary = forms.get("binary").get(index);
        compare(faults, writer, "binary", index, schema, expected, binary, () -> {
          BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(base64.decode(binary.asText()), null);
          Object value = reader.read(null, decoder);
          if (!decoder.isEnd()) throw new IllegalStateException("bytes are left over");
          return value;
        });
        JsonNode json = forms.get("json").get(index);
        compare(faults, writer, "json", index, schema, expected, json,
            () -> reader.read(null, DecoderFactory.get().jsonDecoder(schema, json.asText())));
        JsonNode single = forms.get("single").get(index);
        compare(faults, writer, "single", index, schema, expected, single,
            () -> messages.decode(ByteBuffer.wrap(base64.decode(single.asText()))));
      }
      JsonNode container = forms.get("container").get(0);
      if (container.isObject()) continue;
      try {
        DataFileStream<Object> stream =
            new DataFileStream<>(new ByteArrayInputStream(base64.decode(container.asText())), new GenericDatumReader<>());
        int index = 0;
        for (Object value : stream) {
          String difference = index < values.size() ? difference(schema, value, values.get(index), "") : "one value too many";
          if (difference != null) fault(faults, writer, "container", index, difference);
          index += 1;
        }
        if (index < values.size()) fault(faults, writer, "container", index, "values are missing");
      } catch (Throwable error) {
        fault(faults, writer, "container", -1, String.valueOf(error));
      }
    }
  }

  private static void compare(
      ArrayNode faults, String from, String form, int index, Schema schema, Object expected, JsonNode written, Attempt read) {
    if (written.isObject()) return;
    try {
      String difference = difference(schema, read.run(), expected, "");
      if (difference != null) fault(faults, from, form, index, difference);
    } catch (Throwable error) {
      fault(faults, from, form, index, String.valueOf(error));
    }
  }

  private static void fault(ArrayNode faults, String from, String form, int index, String text) {
    faults.addObject().put("from", from).put("form", form).put("index", index)
        .put("text", text.length() > 300 ? text.substring(0, 300) : text);
  }

  /** Where two values differ first, or null. */
  private static String difference(Schema schema, Object a, Object b, String path) {
    switch (schema.getType()) {
      case RECORD:
        for (Schema.Field field : schema.getFields()) {
          String inner = difference(field.schema(), ((IndexedRecord) a).get(field.pos()), ((IndexedRecord) b).get(field.pos()),
              path + "/" + field.name());
          if (inner != null) return inner;
        }
        return null;
      case ARRAY: {
        Collection<?> as = (Collection<?>) a;
        Collection<?> bs = (Collection<?>) b;
        if (as.size() != bs.size()) return path + ": " + as.size() + " items instead of " + bs.size();
        Iterator<?> other = bs.iterator();
        int index = 0;
        for (Object item : as) {
          String inner = difference(schema.getElementType(), item, other.next(), path + "/" + index++);
          if (inner != null) return inner;
        }
        return null;
      }
      case MAP: {
        Map<String, Object> as = texts((Map<?, ?>) a);
        Map<String, Object> bs = texts((Map<?, ?>) b);
        if (!as.keySet().equals(bs.keySet())) return path + ": keys " + as.keySet() + " instead of " + bs.keySet();
        for (String key : as.keySet()) {
          String inner = difference(schema.getValueType(), as.get(key), bs.get(key), path + "/" + key);
          if (inner != null) return inner;
        }
        return null;
      }
      case UNION: {
        int ia = DATA.resolveUnion(schema, a);
        int ib = DATA.resolveUnion(schema, b);
        if (ia != ib) return path + ": branch " + ia + " instead of " + ib;
        return difference(schema.getTypes().get(ia), a, b, path);
      }
      case FIXED:
        return equal(path, ByteBuffer.wrap(((GenericFixed) a).bytes()), ByteBuffer.wrap(((GenericFixed) b).bytes()));
      case FLOAT:
        return equal(path, Float.floatToIntBits((Float) a), Float.floatToIntBits((Float) b));
      case DOUBLE:
        return equal(path, Double.doubleToLongBits((Double) a), Double.doubleToLongBits((Double) b));
      case STRING:
      case ENUM:
        return equal(path, a.toString(), b.toString());
      default:
        return equal(path, a, b);
    }
  }

  private static Map<String, Object> texts(Map<?, ?> map) {
    Map<String, Object> out = new HashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) out.put(entry.getKey().toString(), entry.getValue());
    return out;
  }

  private static String equal(String path, Object a, Object b) {
    return a == null ? (b == null ? null : path + ": null") : a.equals(b) ? null : path + ": " + a + " instead of " + b;
  }

  /** The exchange's own text of a value. */
  private static final class Neutral {
    private final String text;
    private int at;

    Neutral(String text) {
      this.text = text;
    }

    Object value(Schema schema) {
      char mark = text.charAt(at++);
      switch (schema.getType()) {
        case NULL:
          return null;
        case BOOLEAN:
          return mark == 't';
        case INT:
          return Integer.parseInt(word());
        case LONG:
          return Long.parseLong(word());
        case FLOAT:
          return (float) Double.longBitsToDouble(Long.parseUnsignedLong(word(), 16));
        case DOUBLE:
          return Double.longBitsToDouble(Long.parseUnsignedLong(word(), 16));
        case STRING:
          return new String(hex(word()), StandardCharsets.UTF_8);
        case BYTES:
          return ByteBuffer.wrap(hex(word()));
        case FIXED:
          return new GenericData.Fixed(schema, hex(word()));
        case ENUM:
          return new GenericData.EnumSymbol(schema, word());
        case ARRAY: {
          GenericData.Array<Object> items = new GenericData.Array<>(4, schema);
          while (text.charAt(at) != ']') items.add(value(schema.getElementType()));
          at++;
          return items;
        }
        case MAP: {
          Map<String, Object> entries = new LinkedHashMap<>();
          while (text.charAt(at) != '}') {
            at++;
            String key = new String(hex(word()), StandardCharsets.UTF_8);
            entries.put(key, value(schema.getValueType()));
          }
          at++;
          return entries;
        }
        case UNION:
          return value(schema.getTypes().get(Integer.parseInt(word())));
        default: {
          GenericData.Record record = new GenericData.Record(schema);
          for (Schema.Field field : schema.getFields()) record.put(field.pos(), value(field.schema()));
          at++;
          return record;
        }
      }
    }

    private String word() {
      int end = text.indexOf(';', at);
      String word = text.substring(at, end);
      at = end + 1;
      return word;
    }

    private static byte[] hex(String digits) {
      byte[] bytes = new byte[digits.length() / 2];
      for (int index = 0; index < bytes.length; index++)
        bytes[index] = (byte) Integer.parseInt(digits.substring(2 * index, 2 * index + 2), 16);
      return bytes;
    }
  }
}
