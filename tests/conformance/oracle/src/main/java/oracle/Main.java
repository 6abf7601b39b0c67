package oracle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.streams.errors.TopologyException;

/**
 * Reads specifications, one JSON object a line, from standard input or from the files given, and writes the same lines with
 * what Kafka Streams made of them. A line that Kafka Streams refuses to build, or that ends with an error when it runs, is
 * left out and named on standard error with the message; with {@code --rejected} only those that are refused are written,
 * with the message as {@code rejected}.
 */
public final class Main {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    private boolean onlyRejected = false;
    private int captured = 0;
    private int rejected = 0;
    private int failed = 0;

    public static void main(String[] arguments) throws IOException {
        Main main = new Main();
        int files = 0;
        for (String argument : arguments) {
            if (argument.equals("--rejected")) {
                main.onlyRejected = true;
                continue;
            }
            ++files;
            try (InputStream file = new FileInputStream(argument)) {
                main.captureAll(argument.endsWith(".gz") ? new GZIPInputStream(file) : file);
            }
        }
        if (files == 0) main.captureAll(System.in);
        main.out.flush();
        System.err.println(main.captured + " captured, " + main.rejected + " rejected, " + main.failed + " ended with an error");
    }

    private void captureAll(InputStream in) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) continue;
            ObjectNode spec = (ObjectNode) JSON.readTree(line);
            spec.remove("expect");
            capture(spec);
        }
    }

    private void capture(ObjectNode spec) throws IOException {
        Capture capture;
        try {
            capture = new Capture(spec);
        } catch (TopologyException | IllegalArgumentException refused) {
            ++rejected;
            System.err.println(spec.get("name").asText() + ": " + refused.getMessage());
            if (onlyRejected) out.println(JSON.writeValueAsString(spec.put("rejected", refused.getMessage())));
            return;
        }
        if (onlyRejected) return;
        try {
            spec.set("expect", capture.run());
        } catch (RuntimeException error) {
            ++failed;
            System.err.println(spec.get("name").asText() + " ended: " + rootOf(error));
            return;
        }
        ++captured;
        out.println(JSON.writeValueAsString(spec));
    }

    private static Throwable rootOf(Throwable error) {
        return error.getCause() == null ? error : rootOf(error.getCause());
    }
}
