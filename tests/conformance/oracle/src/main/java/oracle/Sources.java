package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.Consumed;

/** What topics are read as. */
final class Sources {
    private Sources() {}

    static Result apply(Workbench bench, JsonNode op) {
        Serde<Object> key = Types.text();
        Serde<Object> value = Types.of(op, "value");
        Consumed<Object, Object> consumed = Consumed.with(key, value);
        return new Result(
                switch (op.get("op").asText()) {
                    case "stream" -> bench.builder.stream(topics(op), consumed);
                    case "table" -> {
                        String topic = op.get("topic").asText();
                        yield Options.hasStore(op)
                                ? bench.builder.table(topic, consumed, Options.table(op, key, value))
                                : bench.builder.table(topic, consumed);
                    }
                    default -> {
                        String topic = op.get("topic").asText();
                        yield Options.hasStore(op)
                                ? bench.builder.globalTable(topic, consumed, Options.table(op, key, value))
                                : bench.builder.globalTable(topic, consumed);
                    }
                },
                key,
                value);
    }

    private static List<String> topics(JsonNode op) {
        List<String> names = new ArrayList<>();
        op.get("topics").forEach(each -> names.add(each.asText()));
        return names;
    }
}
