package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HexFormat;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;

/** Records as lines have them: bytes in hex. */
final class Records {
    private Records() {}

    static TestRecord<byte[], byte[]> parsed(JsonNode step) {
        RecordHeaders headers = new RecordHeaders();
        for (JsonNode header : step.path("headers")) headers.add(header.get(0).asText(), bytes(header.get(1)));
        return new TestRecord<>(
                bytes(step.get("key")), bytes(step.get("value")), headers, Instant.ofEpochMilli(step.get("ts").asLong()));
    }

    static ObjectNode written(String topic, TestRecord<byte[], byte[]> record) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("topic", topic);
        out.put("key", hex(record.key()));
        out.put("value", hex(record.value()));
        out.put("ts", record.timestamp());
        ArrayNode headers = JsonNodeFactory.instance.arrayNode();
        for (Header header : record.headers()) headers.addArray().add(header.key()).add(hex(header.value()));
        if (!headers.isEmpty()) out.set("headers", headers);
        return out;
    }

    private static byte[] bytes(JsonNode hex) {
        return hex.isNull() ? null : HexFormat.of().parseHex(hex.asText());
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }
}
