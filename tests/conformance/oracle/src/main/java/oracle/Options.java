package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;

/** The options that operations carry: names, functions, spans of time, stores. */
final class Options {
    private Options() {}

    static String name(JsonNode op) {
        return op.path("name").asText(null);
    }

    /** Null without a name. */
    static Named named(JsonNode op) {
        return name(op) == null ? null : Named.as(name(op));
    }

    static Function function(JsonNode op) {
        return function(op, "fn");
    }

    static Function function(JsonNode op, String field) {
        return Function.parse(op.get(field).asText());
    }

    static Duration millis(JsonNode op, String field) {
        return Duration.ofMillis(op.get(field).asLong());
    }

    static boolean hasStore(JsonNode op) {
        return op.hasNonNull("store");
    }

    static <S extends StateStore> Materialized<Object, Object, S> materialized(
            JsonNode op, Serde<Object> key, Serde<Object> value) {
        JsonNode store = op.path("store");
        Materialized<Object, Object, S> out = store.has("name")
                ? Materialized.<Object, Object, S>as(store.get("name").asText()).withKeySerde(key).withValueSerde(value)
                : Materialized.with(key, value);
        if (store.path("in_memory").asBoolean()) out.withStoreType(Materialized.StoreType.IN_MEMORY);
        return configured(out, store);
    }

    /** As materialized, by key alone, which may be versioned. */
    static Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> table(
            JsonNode op, Serde<Object> key, Serde<Object> value) {
        JsonNode store = op.path("store");
        if (!store.has("versioned")) return materialized(op, key, value);
        VersionedBytesStoreSupplier supplier =
                Stores.persistentVersionedKeyValueStore(store.get("name").asText(), millis(store, "versioned"));
        return configured(
                Materialized.<Object, Object>as(supplier).withKeySerde(key).withValueSerde(value), store);
    }

    private static <S extends StateStore> Materialized<Object, Object, S> configured(
            Materialized<Object, Object, S> out, JsonNode store) {
        if (store.has("caching")) {
            if (store.get("caching").asBoolean()) out.withCachingEnabled();
            else out.withCachingDisabled();
        }
        if (!store.path("logging").asBoolean(true)) out.withLoggingDisabled();
        return out;
    }
}
