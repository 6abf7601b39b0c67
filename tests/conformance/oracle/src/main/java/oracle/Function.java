package oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.streams.KeyValue;

/** A function of a specification: its name, and the argument behind the colon. Values are String, Long or null. */
record Function(String name, String argument) {
    static Function parse(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? new Function(text, "") : new Function(text.substring(0, colon), text.substring(colon + 1));
    }

    boolean holds(Object key, Object value) {
        if (name.equals("key_eq")) return String.valueOf(Types.plain(key)).equals(argument);
        if (value == null) return false;
        return switch (name) {
            case "value_not_null" -> true;
            case "value_contains" -> String.valueOf(value).contains(argument);
            case "length_gt" -> String.valueOf(value).length() > number();
            case "value_gt" -> (Long) value > number();
            case "value_even" -> (Long) value % 2 == 0;
            default -> throw unknown("predicate");
        };
    }

    Object newValue(Object key, Object value) {
        if (name.equals("prepend_key")) return Types.plain(key) + ":" + value;
        if (value == null) return null;
        return switch (name) {
            case "identity" -> value;
            case "upper" -> ((String) value).toUpperCase(java.util.Locale.ROOT);
            case "append" -> value + argument;
            case "length" -> (long) String.valueOf(value).length();
            case "to_string" -> String.valueOf(value);
            case "add" -> (Long) value + number();
            case "mul" -> (Long) value * number();
            case "null_if_contains" -> String.valueOf(value).contains(argument) ? null : value;
            case "null_if_gt" -> (Long) value > number() ? null : value;
            default -> throw unknown("value");
        };
    }

    Object newKey(Object windowed, Object value) {
        Object key = Types.plain(windowed);
        return switch (name) {
            case "identity" -> key;
            case "value" -> value == null ? null : String.valueOf(value);
            case "const" -> argument;
            case "prefix" -> argument + key;
            case "first_char" -> firstCharacter(value);
            case "key_first_char" -> firstCharacter(key);
            case "before_colon" -> beforeColon(value);
            default -> throw unknown("key");
        };
    }

    List<KeyValue<Object, Object>> flattened(Object key, Object value) {
        if (value == null) return List.of();
        if (name.equals("repeat")) return Collections.nCopies((int) number(), KeyValue.pair(key, value));
        if (!name.equals("split")) throw unknown("flat");
        List<KeyValue<Object, Object>> parts = new ArrayList<>();
        for (String part : ((String) value).split(" ")) if (!part.isEmpty()) parts.add(KeyValue.pair(part, part));
        return parts;
    }

    Object joined(Object left, Object right) {
        if (name.equals("null_if_right_contains") && right != null && right.toString().contains(argument)) return null;
        return left + "+" + right;
    }

    Object initial() {
        return name.equals("sum") || name.equals("subtract") ? (Object) 0L : "";
    }

    Object aggregated(Object key, Object value, Object aggregate) {
        return switch (name) {
            case "sum" -> (Long) aggregate + (value == null ? 0 : (Long) value);
            case "subtract" -> (Long) aggregate - (value == null ? 0 : (Long) value);
            case "concat" -> aggregate + "+" + value;
            case "minus" -> aggregate + "-" + value;
            case "concat_key" -> aggregate + "+" + key + "=" + value;
            case "null_if_long" -> {
                String all = aggregate + "+" + value;
                yield all.length() > number() ? null : all;
            }
            default -> throw unknown("aggregate");
        };
    }

    Object merged(Object one, Object other) {
        return name.equals("sum") || name.equals("subtract") ? (Object) ((Long) one + (Long) other) : one + "|" + other;
    }

    /** Numbers stay as they are where windows bring a null. */
    Object reduced(Object aggregate, Object value) {
        boolean textual = name.equals("last") || name.equals("concat") || name.equals("minus");
        if (value == null && !textual) return aggregate;
        return switch (name) {
            case "last" -> value;
            case "concat" -> aggregate + "+" + value;
            case "minus" -> aggregate + "-" + value;
            case "sum" -> (Long) aggregate + (Long) value;
            case "subtract" -> (Long) aggregate - (Long) value;
            case "max" -> Math.max((Long) aggregate, (Long) value);
            default -> throw unknown("reduce");
        };
    }

    private static String firstCharacter(Object of) {
        return of == null || of.toString().isEmpty() ? null : of.toString().substring(0, 1);
    }

    private static String beforeColon(Object value) {
        int colon = String.valueOf(value).indexOf(':');
        return colon < 0 ? null : String.valueOf(value).substring(0, colon);
    }

    private long number() {
        return Long.parseLong(argument);
    }

    private IllegalStateException unknown(String use) {
        return new IllegalStateException("unknown " + use + " function " + name);
    }
}
