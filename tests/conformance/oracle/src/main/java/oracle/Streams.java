package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.BranchedKStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** Operations on streams that keep no state of their own. */
final class Streams {
    private Streams() {}

    static Result apply(Workbench bench, JsonNode op) {
        Result from = bench.of(op);
        KStream<Object, Object> stream = Workbench.stream(from);
        Named named = Options.named(op);
        return switch (op.get("op").asText()) {
            case "filter", "filter_not" -> from.with(filtered(stream, op));
            case "map_values" -> {
                Function f = Options.function(op);
                yield new Result(
                        named == null ? stream.mapValues(f::newValue) : stream.mapValues(f::newValue, named),
                        from.key(),
                        Types.of(op, "as"));
            }
            case "map", "select_key", "flat_map" -> rekeyed(from, op);
            case "flat_map_values" -> {
                Function f = Options.function(op);
                org.apache.kafka.streams.kstream.ValueMapperWithKey<Object, Object, Iterable<Object>> values =
                        (key, value) -> f.flattened(key, value).stream().map(each -> each.value).toList();
                yield from.with(named == null ? stream.flatMapValues(values) : stream.flatMapValues(values, named));
            }
            case "merge" -> {
                KStream<Object, Object> other = Workbench.stream(bench.other(op));
                yield from.with(named == null ? stream.merge(other) : stream.merge(other, named));
            }
            case "repartition" -> {
                Repartitioned<Object, Object> options =
                        Repartitioned.with(from.key(), from.value()).withNumberOfPartitions(1);
                yield from.with(stream.repartition(named == null ? options : options.withName(Options.name(op))));
            }
            case "to_table" -> from.with(toTable(from, op));
            case "process" -> from.with(processed(stream, op));
            case "split" -> {
                split(bench, from, op);
                yield null;
            }
            case "to" -> {
                Produced<Object, Object> options = Produced.with(from.key(), from.value());
                stream.to(op.get("topic").asText(), named == null ? options : options.withName(Options.name(op)));
                yield null;
            }
            default -> throw new IllegalStateException("unknown operation " + op);
        };
    }

    private static KStream<Object, Object> filtered(KStream<Object, Object> stream, JsonNode op) {
        Function f = Options.function(op);
        Named named = Options.named(op);
        if (op.get("op").asText().equals("filter"))
            return named == null ? stream.filter(f::holds) : stream.filter(f::holds, named);
        return named == null ? stream.filterNot(f::holds) : stream.filterNot(f::holds, named);
    }

    private static Result rekeyed(Result from, JsonNode op) {
        KStream<Object, Object> stream = Workbench.stream(from);
        Function f = Options.function(op);
        Named named = Options.named(op);
        Serde<Object> key = Types.text();
        switch (op.get("op").asText()) {
            case "select_key":
                return new Result(
                        named == null ? stream.selectKey(f::newKey) : stream.selectKey(f::newKey, named), key, from.value());
            case "flat_map":
                return new Result(
                        named == null ? stream.flatMap(f::flattened) : stream.flatMap(f::flattened, named), key, from.value());
            default:
                Function keys = Options.function(op, "key_fn");
                org.apache.kafka.streams.kstream.KeyValueMapper<Object, Object, KeyValue<Object, Object>> pair =
                        (k, v) -> KeyValue.pair(keys.newKey(k, v), f.newValue(k, v));
                return new Result(named == null ? stream.map(pair) : stream.map(pair, named), key, Types.of(op, "as"));
        }
    }

    private static Object toTable(Result from, JsonNode op) {
        Named named = Options.named(op);
        var materialized = Options.table(op, from.key(), from.value());
        KStream<Object, Object> stream = Workbench.stream(from);
        return named == null ? stream.toTable(materialized) : stream.toTable(named, materialized);
    }

    private static KStream<Object, Object> processed(KStream<Object, Object> stream, JsonNode op) {
        var interval = Options.millis(op, "interval");
        var type = op.get("type").asText().equals("stream")
                ? PunctuationType.STREAM_TIME
                : PunctuationType.WALL_CLOCK_TIME;
        ProcessorSupplier<Object, Object, Object, Object> supplier = () -> new Holder(interval, type);
        Named named = Options.named(op);
        return named == null ? stream.process(supplier) : stream.process(supplier, named);
    }

    private static void split(Workbench bench, Result from, JsonNode op) {
        Named named = Options.named(op);
        KStream<Object, Object> stream = Workbench.stream(from);
        BranchedKStream<Object, Object> branches = named == null ? stream.split() : stream.split(named);
        for (JsonNode each : op.get("branches"))
            branches = branches.branch(Options.function(each)::holds, Branched.as(each.get("label").asText()));
        JsonNode last = op.get("default");
        Map<String, KStream<Object, Object>> made = branches.defaultBranch(Branched.as(last.get("label").asText()));
        for (JsonNode each : op.get("branches")) bench.keep(each.get("id").asText(), from.with(labelled(made, each)));
        bench.keep(last.get("id").asText(), from.with(labelled(made, last)));
    }

    /** Names are those of the split with the label behind. */
    private static KStream<Object, Object> labelled(Map<String, KStream<Object, Object>> made, JsonNode branch) {
        String label = branch.get("label").asText();
        for (var each : made.entrySet()) if (each.getKey().endsWith(label)) return each.getValue();
        throw new IllegalStateException("no branch " + label + " in " + made.keySet());
    }
}
