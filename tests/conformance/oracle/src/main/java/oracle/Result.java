package oracle;

import org.apache.kafka.common.serialization.Serde;

/** What an operation resulted in: an object of the DSL, and the serdes of what is in it. */
record Result(Object of, Serde<Object> key, Serde<Object> value) {
    Result with(Object other) {
        return new Result(other, key, value);
    }
}
