package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TableJoined;
import org.apache.kafka.streams.kstream.ValueJoiner;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;

/** Joins of streams, tables and global tables. */
final class Joins {
    private Joins() {}

    static Result apply(Workbench bench, JsonNode op) {
        Result left = bench.of(op);
        Result right = bench.other(op);
        Object made;
        if (left.of() instanceof KTable) made = op.has("foreign_key") ? byForeignKey(left, right, op) : tables(left, right, op);
        else if (right.of() instanceof KTable) made = withTable(left, right, op);
        else if (right.of() instanceof GlobalKTable) made = withGlobalTable(left, right, op);
        else made = streams(left, right, op);
        return new Result(made, left.key(), Types.of(op, "as"));
    }

    private static ValueJoiner<Object, Object, Object> joiner(JsonNode op) {
        return Options.function(op)::joined;
    }

    private static Object streams(Result left, Result right, JsonNode op) {
        KStream<Object, Object> one = Workbench.stream(left);
        KStream<Object, Object> other = Workbench.stream(right);
        JoinWindows windows = JoinWindows.ofTimeDifferenceAndGrace(java.time.Duration.ZERO, Options.millis(op, "grace"))
                .before(Options.millis(op, "before"))
                .after(Options.millis(op, "after"));
        StreamJoined<Object, Object, Object> options = StreamJoined.with(left.key(), left.value(), right.value());
        if (Options.name(op) != null) options = options.withName(Options.name(op));
        if (Options.hasStore(op)) options = options.withStoreName(op.get("store").get("name").asText());
        if (op.path("in_memory").asBoolean())
            options = options.withDslStoreSuppliers(new BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers());
        return switch (op.get("op").asText()) {
            case "join" -> one.join(other, joiner(op), windows, options);
            case "left_join" -> one.leftJoin(other, joiner(op), windows, options);
            default -> one.outerJoin(other, joiner(op), windows, options);
        };
    }

    private static Object withTable(Result left, Result right, JsonNode op) {
        KStream<Object, Object> stream = Workbench.stream(left);
        Joined<Object, Object, Object> options = Joined.with(left.key(), left.value(), right.value());
        if (Options.name(op) != null) options = options.withName(Options.name(op));
        if (op.has("grace")) options = options.withGracePeriod(Options.millis(op, "grace"));
        return op.get("op").asText().equals("join")
                ? stream.join(Workbench.table(right), joiner(op), options)
                : stream.leftJoin(Workbench.table(right), joiner(op), options);
    }

    @SuppressWarnings("unchecked")
    private static Object withGlobalTable(Result left, Result right, JsonNode op) {
        GlobalKTable<Object, Object> table = (GlobalKTable<Object, Object>) right.of();
        Function f = Options.function(op, "key_fn");
        KeyValueMapper<Object, Object, Object> key = f::newKey;
        Named named = Options.named(op);
        KStream<Object, Object> stream = Workbench.stream(left);
        if (op.get("op").asText().equals("join"))
            return named == null ? stream.join(table, key, joiner(op)) : stream.join(table, key, joiner(op), named);
        return named == null ? stream.leftJoin(table, key, joiner(op)) : stream.leftJoin(table, key, joiner(op), named);
    }

    private static Object tables(Result left, Result right, JsonNode op) {
        KTable<Object, Object> one = Workbench.table(left);
        KTable<Object, Object> other = Workbench.table(right);
        Named named = Options.named(op);
        if (!Options.hasStore(op))
            return switch (op.get("op").asText()) {
                case "join" -> named == null ? one.join(other, joiner(op)) : one.join(other, joiner(op), named);
                case "left_join" -> named == null ? one.leftJoin(other, joiner(op)) : one.leftJoin(other, joiner(op), named);
                default -> named == null ? one.outerJoin(other, joiner(op)) : one.outerJoin(other, joiner(op), named);
            };
        var store = Options.table(op, left.key(), Types.of(op, "as"));
        return switch (op.get("op").asText()) {
            case "join" -> named == null ? one.join(other, joiner(op), store) : one.join(other, joiner(op), named, store);
            case "left_join" -> named == null
                    ? one.leftJoin(other, joiner(op), store)
                    : one.leftJoin(other, joiner(op), named, store);
            default -> named == null
                    ? one.outerJoin(other, joiner(op), store)
                    : one.outerJoin(other, joiner(op), named, store);
        };
    }

    private static Object byForeignKey(Result left, Result right, JsonNode op) {
        KTable<Object, Object> one = Workbench.table(left);
        KTable<Object, Object> other = Workbench.table(right);
        Function f = Options.function(op, "foreign_key");
        java.util.function.Function<Object, Object> key = value -> f.newKey(null, value);
        var store = Options.table(op, left.key(), Types.of(op, "as"));
        boolean inner = op.get("op").asText().equals("join");
        if (Options.name(op) == null)
            return inner ? one.join(other, key, joiner(op), store) : one.leftJoin(other, key, joiner(op), store);
        TableJoined<Object, Object> options = TableJoined.as(Options.name(op));
        return inner
                ? one.join(other, key, joiner(op), options, store)
                : one.leftJoin(other, key, joiner(op), options, store);
    }
}
