package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Suppressed;

/** Operations on a table alone. */
final class Tables {
    private Tables() {}

    static Result apply(Workbench bench, JsonNode op) {
        Result from = bench.of(op);
        return switch (op.get("op").asText()) {
            case "filter", "filter_not" -> from.with(filtered(from, op));
            case "map_values" -> mapped(from, op);
            case "to_stream" -> streamed(from, op);
            case "suppress" -> from.with(Workbench.table(from).suppress(suppressed(op)));
            default -> throw new IllegalStateException("unknown operation on a table " + op);
        };
    }

    private static KTable<Object, Object> filtered(Result from, JsonNode op) {
        KTable<Object, Object> table = Workbench.table(from);
        Function f = Options.function(op);
        Named named = Options.named(op);
        boolean keeps = op.get("op").asText().equals("filter");
        if (Options.hasStore(op)) {
            var store = Options.table(op, from.key(), from.value());
            if (named == null) return keeps ? table.filter(f::holds, store) : table.filterNot(f::holds, store);
            return keeps ? table.filter(f::holds, named, store) : table.filterNot(f::holds, named, store);
        }
        if (named == null) return keeps ? table.filter(f::holds) : table.filterNot(f::holds);
        return keeps ? table.filter(f::holds, named) : table.filterNot(f::holds, named);
    }

    private static Result mapped(Result from, JsonNode op) {
        KTable<Object, Object> table = Workbench.table(from);
        Function f = Options.function(op);
        Named named = Options.named(op);
        Serde<Object> value = Types.of(op, "as");
        KTable<Object, Object> made;
        if (Options.hasStore(op)) {
            var store = Options.table(op, from.key(), value);
            made = named == null ? table.mapValues(f::newValue, store) : table.mapValues(f::newValue, named, store);
        } else {
            made = named == null ? table.mapValues(f::newValue) : table.mapValues(f::newValue, named);
        }
        return new Result(made, from.key(), value);
    }

    private static Result streamed(Result from, JsonNode op) {
        KTable<Object, Object> table = Workbench.table(from);
        Named named = Options.named(op);
        if (!op.has("key_fn")) return from.with(named == null ? table.toStream() : table.toStream(named));
        Function f = Options.function(op, "key_fn");
        KeyValueMapper<Object, Object, Object> keys = f::newKey;
        KStream<Object, Object> stream = named == null ? table.toStream(keys) : table.toStream(keys, named);
        return new Result(stream, Types.text(), from.value());
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Suppressed<Object> suppressed(JsonNode op) {
        boolean bounded = op.has("max_records");
        Suppressed out;
        if (op.has("until")) {
            var buffer = Suppressed.BufferConfig.unbounded();
            out = Suppressed.untilWindowCloses(
                    bounded ? buffer.withMaxRecords(op.get("max_records").asLong()).shutDownWhenFull() : buffer);
        } else {
            out = Suppressed.untilTimeLimit(
                    Options.millis(op, "time_limit"),
                    bounded
                            ? Suppressed.BufferConfig.maxRecords(op.get("max_records").asLong()).emitEarlyWhenFull()
                            : Suppressed.BufferConfig.unbounded());
        }
        return Options.name(op) == null ? out : out.withName(Options.name(op));
    }
}
