package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KGroupedTable;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;

/** A topology while the operations of a specification are applied one after the other. */
final class Workbench {
    final StreamsBuilder builder = new StreamsBuilder();
    private final Map<String, Result> results = new HashMap<>();

    void apply(JsonNode op) {
        Result made = switch (op.get("op").asText()) {
            case "stream", "table", "global_table" -> Sources.apply(this, op);
            case "group_by", "group_by_key", "windowed_by", "cogroup" -> Grouping.apply(this, op);
            case "count", "reduce", "aggregate" -> Aggregation.apply(this, op);
            case "join", "left_join", "outer_join" -> Joins.apply(this, op);
            case "suppress" -> Tables.apply(this, op);
            default -> of(op).of() instanceof KTable ? Tables.apply(this, op) : Streams.apply(this, op);
        };
        if (made != null) keep(op.get("id").asText(), made);
    }

    Topology build(Properties config) {
        return builder.build(config);
    }

    void keep(String id, Result result) {
        results.put(id, result);
    }

    Result named(String id) {
        return results.get(id);
    }

    Result of(JsonNode op) {
        return results.get(op.get("of").asText());
    }

    Result other(JsonNode op) {
        return results.get(op.get("other").asText());
    }

    @SuppressWarnings("unchecked")
    static KStream<Object, Object> stream(Result result) {
        return (KStream<Object, Object>) result.of();
    }

    @SuppressWarnings("unchecked")
    static KTable<Object, Object> table(Result result) {
        return (KTable<Object, Object>) result.of();
    }

    @SuppressWarnings("unchecked")
    static KGroupedStream<Object, Object> group(Result result) {
        return (KGroupedStream<Object, Object>) result.of();
    }

    @SuppressWarnings("unchecked")
    static KGroupedTable<Object, Object> rows(Result result) {
        return (KGroupedTable<Object, Object>) result.of();
    }
}
