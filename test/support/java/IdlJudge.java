import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.idl.IdlFile;
import org.apache.avro.idl.IdlReader;

/**
 * Reads Avro IDL. One question a line: {"path", "classpath"} or {"text"} -> {"types": {full name: schema}, "main": schema} or
 * {"error"}.
 */
public final class IdlJudge {
  /** Node.js takes U+2028 for the end of a line. */
  private static final ObjectMapper JSON = new ObjectMapper().configure(JsonGenerator.Feature.ESCAPE_NON_ASCII, true);

  public static void main(String[] parameters) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = JSON.createObjectNode();
      try {
        JsonNode question = JSON.readTree(line);
        if (question.has("classpath")) {
          URL[] folders = {Path.of(question.get("classpath").asText()).toUri().toURL()};
          Thread.currentThread().setContextClassLoader(new URLClassLoader(folders));
        }
        IdlFile file = question.has("path")
            ? new IdlReader().parse(Path.of(question.get("path").asText()))
            : new IdlReader().parse(Path.of(".").toUri(), question.get("text").asText());
        ObjectNode types = answer.putObject("types");
        for (Map.Entry<String, Schema> entry : file.getNamedSchemas().entrySet())
          types.put(entry.getKey(), entry.getValue().toString());
        if (file.getMainSchema() != null) answer.put("main", file.getMainSchema().toString());
      } catch (Throwable error) {
        answer.removeAll();
        answer.put("error", String.valueOf(error));
      }
      out.println(JSON.writeValueAsString(answer));
    }
  }
}
