package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** One topology, built as the specification says, and what it does with the input. */
final class Capture {
    private final JsonNode spec;
    private final Properties config = new Properties();
    private final Topology topology;

    /** Throws TopologyException or IllegalArgumentException where Kafka Streams refuses the topology. */
    Capture(JsonNode spec) {
        this.spec = spec;
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
        // Results leave as soon as stream time allows, not once a second.
        config.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, 0L);
        config.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, 0L);
        spec.get("config").fields().forEachRemaining(each -> config.put(each.getKey(), each.getValue().asText()));
        Workbench bench = new Workbench();
        spec.get("topology").forEach(bench::apply);
        topology = bench.build(config);
    }

    ObjectNode run() throws IOException {
        Path folder = Files.createTempDirectory("oracle-");
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        ObjectNode expect = JsonNodeFactory.instance.objectNode();
        expect.put("describe", topology.describe().toString());
        ArrayNode steps = expect.putArray("steps");
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, config, Instant.EPOCH)) {
            for (JsonNode step : spec.get("input")) {
                apply(step, driver);
                steps.add(produced(driver));
            }
        } finally {
            delete(folder);
        }
        return expect;
    }

    /** The driver commits after each. */
    private static void apply(JsonNode step, TopologyTestDriver driver) {
        if (step.has("advance_wall_clock")) {
            driver.advanceWallClockTime(Duration.ofMillis(step.get("advance_wall_clock").asLong()));
            return;
        }
        driver.createInputTopic(step.get("topic").asText(), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(Records.parsed(step));
    }

    private static ArrayNode produced(TopologyTestDriver driver) {
        ArrayNode records = JsonNodeFactory.instance.arrayNode();
        for (String topic : new TreeSet<>(driver.producedTopicNames())) {
            var output = driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            for (TestRecord<byte[], byte[]> each : output.readRecordsToList()) records.add(Records.written(topic, each));
        }
        return records;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) Files.delete(each);
        }
    }
}
