package oracle;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.AggregationWithHeaders;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.SessionStoreWithHeaders;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStoreWithHeaders;
import org.apache.kafka.streams.state.TimestampedWindowStoreWithHeaders;
import org.apache.kafka.streams.state.ValueTimestampHeaders;
import org.apache.kafka.streams.test.TestRecord;

/**
 * What Kafka Streams writes to the changelogs of stores that keep headers, and reads from them, where a processor puts its
 * records into one of each kind. Lines, first with caches, then without.
 */
public final class HeaderStores {
    public static void main(String[] arguments) throws Exception {
        for (boolean caching : new boolean[] {true, false}) {
            System.out.println(caching ? "cached" : "uncached");
            run(caching);
        }
    }

    private static void run(boolean caching) throws Exception {
        Topology topology = new Topology();
        topology.addSource("source", new StringDeserializer(), new StringDeserializer(), "in");
        topology.addProcessor("keeper", Keeper::new, "source");
        topology.addStateStore(
                cached(Stores.timestampedKeyValueStoreWithHeadersBuilder(
                        Stores.persistentTimestampedKeyValueStoreWithHeaders("rows"), Serdes.String(), Serdes.String()), caching),
                "keeper");
        topology.addStateStore(
                cached(Stores.timestampedWindowStoreWithHeadersBuilder(
                        Stores.persistentTimestampedWindowStoreWithHeaders(
                                "windows", Duration.ofMinutes(10), Duration.ofSeconds(10), false),
                        Serdes.String(), Serdes.String()), caching),
                "keeper");
        topology.addStateStore(
                cached(Stores.sessionStoreWithHeadersBuilder(
                        Stores.persistentSessionStoreWithHeaders("sessions", Duration.ofMinutes(10)),
                        Serdes.String(), Serdes.String()), caching),
                "keeper");

        Path folder = Files.createTempDirectory("oracle-");
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, config, Instant.EPOCH)) {
            var in = driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
            in.pipeInput(new TestRecord<>("a", "1", headers("trace", "t1"), 1_000L));
            in.pipeInput(new TestRecord<>("a", "2", headers("trace", "t2"), 2_000L));
            in.pipeInput(new TestRecord<>("b", "3", new RecordHeaders(), 3_000L));
            in.pipeInput(new TestRecord<>("c", "4", headers("trace", "t4"), 4_000L));
            in.pipeInput(new TestRecord<>("c", null, headers("gone", "yes"), 5_000L));
            in.pipeInput(new TestRecord<>("d", "6", headers("none", null), 6_000L));
            for (String topic : new TreeSet<>(driver.producedTopicNames())) {
                var output = driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                for (TestRecord<byte[], byte[]> each : output.readRecordsToList())
                    System.out.println(topic + " " + hex(each.key()) + " " + hex(each.value()) + " " + each.timestamp()
                            + text(each.headers()));
            }
            try (var all = driver.<String, String>getTimestampedKeyValueStoreWithHeaders("rows").all()) {
                while (all.hasNext()) {
                    KeyValue<String, ValueTimestampHeaders<String>> each = all.next();
                    System.out.println("rows " + each.key + " " + each.value.value() + " " + each.value.timestamp()
                            + text(each.value.headers()));
                }
            }
            try (var all = driver.<String, String>getTimestampedWindowStoreWithHeaders("windows").all()) {
                while (all.hasNext()) {
                    KeyValue<Windowed<String>, ValueTimestampHeaders<String>> each = all.next();
                    System.out.println("windows " + each.key.key() + " " + each.key.window().start() + " "
                            + each.value.value() + " " + each.value.timestamp() + text(each.value.headers()));
                }
            }
            SessionStoreWithHeaders<String, String> sessions = driver.getSessionStoreWithHeaders("sessions");
            for (String key : new String[] {"a", "b", "c", "d"})
                try (KeyValueIterator<Windowed<String>, AggregationWithHeaders<String>> found = sessions.fetch(key)) {
                    while (found.hasNext()) {
                        KeyValue<Windowed<String>, AggregationWithHeaders<String>> each = found.next();
                        System.out.println("sessions " + key + " " + each.key.window().start() + " "
                                + each.key.window().end() + " " + each.value.aggregation() + text(each.value.headers()));
                    }
                }
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) Files.delete(each);
            }
        }
    }

    /** Puts what it gets into its three stores, a millisecond later, with one header more. */
    private static final class Keeper implements Processor<String, String, Void, Void> {
        private TimestampedKeyValueStoreWithHeaders<String, String> rows;
        private TimestampedWindowStoreWithHeaders<String, String> windows;
        private SessionStoreWithHeaders<String, String> sessions;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            rows = context.getStateStore("rows");
            windows = context.getStateStore("windows");
            sessions = context.getStateStore("sessions");
        }

        @Override
        public void process(Record<String, String> r) {
            long start = r.timestamp() / 10_000 * 10_000;
            Windowed<String> session = new Windowed<>(r.key(), new SessionWindow(start, start + 5_000));
            if (r.value() == null) {
                rows.delete(r.key());
                windows.put(r.key(), null, start);
                sessions.remove(session);
                return;
            }
            Headers kept = new RecordHeaders(r.headers()).add("kept", "k".getBytes(StandardCharsets.UTF_8));
            rows.put(r.key(), ValueTimestampHeaders.make(r.value(), r.timestamp() + 1, kept));
            windows.put(r.key(), ValueTimestampHeaders.make(r.value(), r.timestamp() + 1, kept), start);
            sessions.put(session, AggregationWithHeaders.make(r.value(), kept));
        }
    }

    private static <T extends StoreBuilder<?>> T cached(T builder, boolean caching) {
        if (caching) builder.withCachingEnabled();
        return builder;
    }

    private static Headers headers(String key, String value) {
        return new RecordHeaders().add(key, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Headers headers) {
        StringBuilder out = new StringBuilder();
        for (Header each : headers) out.append(' ').append(each.key()).append('=').append(hex(each.value()));
        return out.toString();
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? "null" : java.util.HexFormat.of().formatHex(bytes);
    }
}
