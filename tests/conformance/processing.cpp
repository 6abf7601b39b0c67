#include "operations.hpp"

namespace conformance {

namespace {

/// Holds records and forwards them when time comes, texts suffixed with the time.
template <class Key, class Value>
class holder final : public streams::processor<Key, Value, Key, Value> {
    using base = streams::processor<Key, Value, Key, Value>;

public:
    holder(std::chrono::milliseconds interval, streams::punctuation_type type) : interval_(interval), type_(type) {}

    void init(typename base::context_type& context) override {
        context.schedule(interval_, type_, [this, &context](std::int64_t now) { release(context, now); });
    }
    void process(const typename base::record_type& r) override {
        held_.push_back({r.key, r.value, r.timestamp, r.headers});
    }

private:
    struct copy {
        Key key;
        Value value;
        std::int64_t timestamp;
        streams::headers headers;
    };

    static void suffix(text& value, std::int64_t now) { value += "@" + std::to_string(now); }
    static void suffix(maybe<text>& value, std::int64_t now) {
        if (value) suffix(*value, now);
    }
    template <class Number>
    static void suffix(Number&, std::int64_t) {}

    void release(const typename base::context_type& context, std::int64_t now) {
        for (copy& each : held_) {
            suffix(each.value, now);
            context.forward({each.key, each.value, each.timestamp, each.headers});
        }
        held_.clear();
    }

    std::chrono::milliseconds interval_;
    streams::punctuation_type type_;
    std::vector<copy> held_;
};

} // namespace

handle apply_processing(workbench& bench, const json& op) {
    if (op.at("op") != "process") return {};
    const std::chrono::milliseconds interval(op.at("interval").get<std::int64_t>());
    const auto type =
        op.at("type") == "stream" ? streams::punctuation_type::stream_time : streams::punctuation_type::wall_clock_time;
    return std::visit(
        [&](const auto& stream) -> handle {
            using stream_type = std::remove_cvref_t<decltype(stream)>;
            using body = holder<typename stream_type::key_type, typename stream_type::value_type>;
            return plain_stream(stream.process([interval, type] { return std::make_unique<body>(interval, type); },
                                               streams::named{name_of(op)}));
        },
        bench.of<plain_stream>(op));
}

} // namespace conformance
