package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KGroupedTable;
import org.apache.kafka.streams.kstream.Merger;
import org.apache.kafka.streams.kstream.SessionWindowedCogroupedKStream;
import org.apache.kafka.streams.kstream.SessionWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindowedCogroupedKStream;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;

/** count, reduce and aggregate of every kind of group. */
@SuppressWarnings("unchecked")
final class Aggregation {
    private Aggregation() {}

    static Result apply(Workbench bench, JsonNode op) {
        Result from = bench.of(op);
        Serde<Object> value = switch (op.get("op").asText()) {
            case "count" -> Types.number();
            case "reduce" -> from.value();
            default -> Types.of(op, "as");
        };
        return new Result(aggregated(from.of(), op, value), from.key(), value);
    }

    private static Object aggregated(Object group, JsonNode op, Serde<Object> value) {
        if (group instanceof KGroupedStream) return plain((KGroupedStream<Object, Object>) group, op, value);
        if (group instanceof KGroupedTable) return rows((KGroupedTable<Object, Object>) group, op, value);
        if (group instanceof TimeWindowedKStream) return windows((TimeWindowedKStream<Object, Object>) group, op, value);
        if (group instanceof SessionWindowedKStream)
            return sessions((SessionWindowedKStream<Object, Object>) group, op, value);
        return together(group, op, value);
    }

    private static Object plain(KGroupedStream<Object, Object> group, JsonNode op, Serde<Object> value) {
        switch (op.get("op").asText()) {
            case "count":
                return group.count(Options.table(op, Types.text(), (Serde) value));
            case "reduce":
                return group.reduce(Options.function(op)::reduced, Options.table(op, Types.text(), value));
            default:
                Function f = Options.function(op);
                return group.aggregate(f::initial, f::aggregated, Options.table(op, Types.text(), value));
        }
    }

    private static Object rows(KGroupedTable<Object, Object> group, JsonNode op, Serde<Object> value) {
        switch (op.get("op").asText()) {
            case "count":
                return group.count(Options.table(op, Types.text(), (Serde) value));
            case "reduce":
                return group.reduce(
                        Options.function(op)::reduced,
                        Options.function(op, "sub_fn")::reduced,
                        Options.table(op, Types.text(), value));
            default:
                Function f = Options.function(op);
                return group.aggregate(
                        f::initial,
                        f::aggregated,
                        Options.function(op, "sub_fn")::aggregated,
                        Options.table(op, Types.text(), value));
        }
    }

    private static Object windows(TimeWindowedKStream<Object, Object> updating, JsonNode op, Serde<Object> value) {
        TimeWindowedKStream<Object, Object> group =
                closes(op) ? updating.emitStrategy(EmitStrategy.onWindowClose()) : updating;
        switch (op.get("op").asText()) {
            case "count":
                return group.count(Options.materialized(op, Types.text(), (Serde) value));
            case "reduce":
                return group.reduce(Options.function(op)::reduced, Options.materialized(op, Types.text(), value));
            default:
                Function f = Options.function(op);
                return group.aggregate(f::initial, f::aggregated, Options.materialized(op, Types.text(), value));
        }
    }

    private static Object sessions(SessionWindowedKStream<Object, Object> updating, JsonNode op, Serde<Object> value) {
        SessionWindowedKStream<Object, Object> group =
                closes(op) ? updating.emitStrategy(EmitStrategy.onWindowClose()) : updating;
        switch (op.get("op").asText()) {
            case "count":
                return group.count(Options.materialized(op, Types.text(), (Serde) value));
            case "reduce":
                return group.reduce(Options.function(op)::reduced, Options.materialized(op, Types.text(), value));
            default:
                Function f = Options.function(op);
                return group.aggregate(
                        f::initial, f::aggregated, merger(f), Options.materialized(op, Types.text(), value));
        }
    }

    /** Cogroups, whose aggregators were given when they were made. */
    private static Object together(Object group, JsonNode op, Serde<Object> value) {
        Function f = Options.function(op);
        if (group instanceof CogroupedKStream)
            return ((CogroupedKStream<Object, Object>) group)
                    .aggregate(f::initial, Options.table(op, Types.text(), value));
        if (group instanceof TimeWindowedCogroupedKStream)
            return ((TimeWindowedCogroupedKStream<Object, Object>) group)
                    .aggregate(f::initial, Options.materialized(op, Types.text(), value));
        return ((SessionWindowedCogroupedKStream<Object, Object>) group)
                .aggregate(f::initial, merger(f), Options.materialized(op, Types.text(), value));
    }

    private static Merger<Object, Object> merger(Function f) {
        return (key, one, other) -> f.merged(one, other);
    }

    private static boolean closes(JsonNode op) {
        return op.path("emit").asText().equals("close");
    }
}
