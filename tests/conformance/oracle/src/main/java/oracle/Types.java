package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.WindowedSerdes;

/** The types of keys and values, which are objects in the DSL here: texts, numbers, and texts in windows. */
final class Types {
    private static final Map<String, Serde<?>> SERDES = Map.of("string", Serdes.String(), "long", Serdes.Long());

    private Types() {}

    static Serde<Object> text() {
        return any(Serdes.String());
    }

    static Serde<Object> number() {
        return any(Serdes.Long());
    }

    static Serde<Object> of(JsonNode op, String field) {
        return any(SERDES.get(op.get(field).asText()));
    }

    static Serde<Object> inTimeWindows(long size) {
        return any(WindowedSerdes.timeWindowedSerdeFrom(String.class, size));
    }

    static Serde<Object> inSessionWindows() {
        return any(WindowedSerdes.sessionWindowedSerdeFrom(String.class));
    }

    /** Functions see the key inside. */
    static Object plain(Object key) {
        return key instanceof Windowed<?> windowed ? windowed.key() : key;
    }

    @SuppressWarnings("unchecked")
    private static Serde<Object> any(Serde<?> serde) {
        return (Serde<Object>) serde;
    }
}
