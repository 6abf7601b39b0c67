package org.apache.kafka.streams.state.internals;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.AggregationWithHeaders;
import org.apache.kafka.streams.state.ValueTimestampHeaders;

/**
 * Writes what Kafka Streams puts in front of stored values that keep headers: lines of {@code name value-hex session-hex}.
 * It stands in this package since the serializers are its own.
 */
public final class StoredBytes {
    public static void main(String[] arguments) {
        print("none", new RecordHeaders());
        print("one", new RecordHeaders().add("trace", bytes("4711")));
        print("null-value", new RecordHeaders().add("trace", null));
        print("empty-value", new RecordHeaders().add("trace", new byte[0]));
        print("empty-key", new RecordHeaders().add("", bytes("x")));
        print("repeated-key", new RecordHeaders().add("a", bytes("1")).add("b", bytes("2")).add("a", bytes("3")));
        print("utf-8", new RecordHeaders().add("größe", bytes("ü")));
        print("long-value", new RecordHeaders().add("k", bytes("0123456789".repeat(7))));
        Headers many = new RecordHeaders();
        for (int i = 0; i < 70; ++i) many.add("h" + i, bytes("v" + i));
        print("many", many);
    }

    private static void print(String name, Headers headers) {
        byte[] value = new ValueTimestampHeadersSerializer<>(new StringSerializer())
                .serialize("topic", ValueTimestampHeaders.make("value", 1_700_000_000_000L, headers));
        byte[] session = new AggregationWithHeadersSerializer<>(new StringSerializer())
                .serialize("topic", AggregationWithHeaders.make("value", headers));
        System.out.println(name + " " + HexFormat.of().formatHex(value) + " " + HexFormat.of().formatHex(session));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
