package oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Holds records and forwards them when time comes, texts suffixed with the time. */
final class Holder extends ContextualProcessor<Object, Object, Object, Object> {
    private final Duration interval;
    private final PunctuationType type;
    private final List<Record<Object, Object>> held = new ArrayList<>();

    Holder(Duration interval, PunctuationType type) {
        this.interval = interval;
        this.type = type;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        context.schedule(interval, type, this::release);
    }

    @Override
    public void process(Record<Object, Object> record) {
        held.add(record);
    }

    private void release(long now) {
        for (Record<Object, Object> each : held)
            context().forward(each.value() instanceof String text ? each.withValue(text + "@" + now) : each);
        held.clear();
    }
}
