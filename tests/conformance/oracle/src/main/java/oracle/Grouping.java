package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.UnlimitedWindows;

/** Groups of streams and tables, several of them together, in windows. */
final class Grouping {
    private Grouping() {}

    static Result apply(Workbench bench, JsonNode op) {
        Result from = bench.of(op);
        return switch (op.get("op").asText()) {
            case "group_by_key" -> from.with(Workbench.stream(from).groupByKey(grouped(op, from.key(), from.value())));
            case "group_by" -> from.of() instanceof KTable ? rows(from, op) : stream(from, op);
            case "cogroup" -> cogroup(bench, from, op);
            default -> windowed(from, op.get("window"));
        };
    }

    private static Grouped<Object, Object> grouped(JsonNode op, Serde<Object> key, Serde<Object> value) {
        Grouped<Object, Object> options = Grouped.with(key, value);
        return Options.name(op) == null ? options : options.withName(Options.name(op));
    }

    private static Result stream(Result from, JsonNode op) {
        Function f = Options.function(op);
        Serde<Object> key = Types.text();
        return new Result(
                Workbench.stream(from).groupBy(f::newKey, grouped(op, key, from.value())), key, from.value());
    }

    private static Result rows(Result from, JsonNode op) {
        Function keys = Options.function(op, "key_fn");
        Function values = Options.function(op);
        Serde<Object> key = Types.text();
        Serde<Object> value = Types.of(op, "as");
        return new Result(
                Workbench.table(from)
                        .groupBy((k, v) -> KeyValue.pair(keys.newKey(k, v), values.newValue(k, v)), grouped(op, key, value)),
                key,
                value);
    }

    private static Result cogroup(Workbench bench, Result from, JsonNode op) {
        Function f = Options.function(op);
        CogroupedKStream<Object, Object> all = Workbench.group(from).cogroup(f::aggregated);
        for (JsonNode each : op.get("with")) {
            Function other = Options.function(each);
            all = all.cogroup(Workbench.group(bench.named(each.get("of").asText())), other::aggregated);
        }
        return new Result(all, from.key(), Types.of(op, "as"));
    }

    @SuppressWarnings("unchecked")
    private static Result windowed(Result from, JsonNode window) {
        KGroupedStream<Object, Object> group = from.of() instanceof KGroupedStream ? Workbench.group(from) : null;
        CogroupedKStream<Object, Object> cogroup = group == null ? (CogroupedKStream<Object, Object>) from.of() : null;
        switch (window.get("kind").asText()) {
            case "sliding": {
                var windows = SlidingWindows.ofTimeDifferenceAndGrace(
                        Options.millis(window, "size"), Options.millis(window, "grace"));
                return inWindows(
                        from, group != null ? group.windowedBy(windows) : cogroup.windowedBy(windows), window.get("size").asLong());
            }
            case "session": {
                var windows = SessionWindows.ofInactivityGapAndGrace(
                        Options.millis(window, "gap"), Options.millis(window, "grace"));
                return new Result(
                        group != null ? group.windowedBy(windows) : cogroup.windowedBy(windows),
                        Types.inSessionWindows(),
                        from.value());
            }
            case "unlimited": {
                var windows = UnlimitedWindows.of().startOn(Instant.ofEpochMilli(window.get("start").asLong()));
                return inWindows(
                        from, group != null ? group.windowedBy(windows) : cogroup.windowedBy(windows), Long.MAX_VALUE);
            }
            default: {
                var windows = TimeWindows.ofSizeAndGrace(Options.millis(window, "size"), Options.millis(window, "grace"));
                if (window.has("advance")) windows = windows.advanceBy(Options.millis(window, "advance"));
                return inWindows(
                        from, group != null ? group.windowedBy(windows) : cogroup.windowedBy(windows), window.get("size").asLong());
            }
        }
    }

    private static Result inWindows(Result from, Object made, long size) {
        return new Result(made, Types.inTimeWindows(size), from.value());
    }
}
