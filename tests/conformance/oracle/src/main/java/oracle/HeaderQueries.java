package oracle;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ReadOnlyRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.TimestampedKeyWithHeadersQuery;
import org.apache.kafka.streams.query.TimestampedRangeWithHeadersQuery;
import org.apache.kafka.streams.query.TimestampedWindowKeyWithHeadersQuery;
import org.apache.kafka.streams.query.TimestampedWindowRangeWithHeadersQuery;
import org.apache.kafka.streams.state.AggregationWithHeaders;
import org.apache.kafka.streams.state.ReadOnlyRecordIterator;
import org.apache.kafka.streams.state.SessionStoreWithHeaders;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStoreWithHeaders;
import org.apache.kafka.streams.state.TimestampedWindowStoreWithHeaders;
import org.apache.kafka.streams.state.ValueTimestampHeaders;
import org.apache.kafka.streams.test.TestRecord;

/** What the queries of Kafka Streams find in stores that keep headers, a line for each record. */
public final class HeaderQueries {
    public static void main(String[] arguments) throws Exception {
        Topology topology = new Topology();
        topology.addSource("source", new StringDeserializer(), new StringDeserializer(), "in");
        topology.addProcessor("keeper", Keeper::new, "source");
        topology.addStateStore(
                Stores.timestampedKeyValueStoreWithHeadersBuilder(
                        Stores.persistentTimestampedKeyValueStoreWithHeaders("rows"), Serdes.String(), Serdes.String()),
                "keeper");
        topology.addStateStore(
                Stores.timestampedWindowStoreWithHeadersBuilder(
                        Stores.persistentTimestampedWindowStoreWithHeaders(
                                "windows", Duration.ofMinutes(10), Duration.ofSeconds(10), false),
                        Serdes.String(), Serdes.String()),
                "keeper");
        topology.addStateStore(
                Stores.sessionStoreWithHeadersBuilder(
                        Stores.persistentSessionStoreWithHeaders("sessions", Duration.ofMinutes(10)),
                        Serdes.String(), Serdes.String()),
                "keeper");

        Path folder = Files.createTempDirectory("oracle-");
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, config, Instant.EPOCH)) {
            var in = driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
            in.pipeInput(new TestRecord<>("a", "1", headers("t1"), 1_000L));
            in.pipeInput(new TestRecord<>("b", "2", headers("t2"), 2_000L));
            in.pipeInput(new TestRecord<>("a", "3", headers("t3"), 12_000L));
            ask(driver.getAllStateStores());
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) Files.delete(each);
            }
        }
    }

    private static void ask(Map<String, StateStore> stores) {
        StateStore rows = stores.get("rows");
        print("key", ask(rows, TimestampedKeyWithHeadersQuery.<String, String>withKey("a")));
        System.out.println("absent " + ask(rows, TimestampedKeyWithHeadersQuery.<String, String>withKey("x")));
        printAll("range", ask(rows, TimestampedRangeWithHeadersQuery.<String, String>withNoBounds()));
        printAll("descending",
                ask(rows, TimestampedRangeWithHeadersQuery.<String, String>withNoBounds().withDescendingKeys()));
        StateStore windows = stores.get("windows");
        printAll("window-key", ask(windows, TimestampedWindowKeyWithHeadersQuery.<String, String>withKeyAndWindowStartRange(
                "a", Instant.EPOCH, Instant.ofEpochMilli(20_000))));
        printAll("window-range", ask(windows, TimestampedWindowRangeWithHeadersQuery.<String, String>withWindowStartRange(
                Instant.EPOCH, Instant.ofEpochMilli(5_000))));
        printAll("session", ask(stores.get("sessions"), TimestampedWindowRangeWithHeadersQuery.<String, String>withKey("a")));
    }

    private static <R> R ask(StateStore store, Query<R> query) {
        QueryResult<R> answer = store.query(query, PositionBound.unbounded(), new QueryConfig(false));
        if (answer.isFailure()) throw new IllegalStateException(answer.getFailureMessage());
        return answer.getResult();
    }

    private static <K> void printAll(String query, ReadOnlyRecordIterator<K, String> found) {
        try (found) {
            while (found.hasNext()) print(query, found.next());
        }
    }

    private static void print(String query, ReadOnlyRecord<?, String> found) {
        StringBuilder line = new StringBuilder(query);
        if (found.key() instanceof Windowed<?> windowed)
            line.append(' ').append(windowed.key()).append(' ').append(windowed.window().start()).append(' ')
                    .append(windowed.window().end());
        else
            line.append(' ').append(found.key());
        line.append(' ').append(found.value()).append(' ').append(found.timestamp());
        for (Header each : found.headers())
            line.append(' ').append(each.key()).append('=').append(new String(each.value(), StandardCharsets.UTF_8));
        System.out.println(line);
    }

    /** Puts what it gets into its three stores, a millisecond later. */
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
            rows.put(r.key(), ValueTimestampHeaders.make(r.value(), r.timestamp() + 1, r.headers()));
            windows.put(r.key(), ValueTimestampHeaders.make(r.value(), r.timestamp() + 1, r.headers()), start);
            sessions.put(new Windowed<>(r.key(), new SessionWindow(start, start + 5_000)),
                    AggregationWithHeaders.make(r.value(), r.headers()));
        }
    }

    private static Headers headers(String trace) {
        return new RecordHeaders().add("trace", trace.getBytes(StandardCharsets.UTF_8));
    }
}
