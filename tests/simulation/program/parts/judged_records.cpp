#include "simulation/program/read_inputs.hpp"
#include "simulation/program/workload.hpp"
#include "simulation/program/workload_part.hpp"

#include <streams/core/error.hpp>
#include <streams/core/handlers.hpp>
#include <streams/serde/standard.hpp>
#include <streams/topology/processor_api.hpp>

#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace streams::simulation {

/// `<id> <what becomes of it>`.
struct judged_value {
    std::string text;
    [[nodiscard]] bool is(std::string_view fate) const { return text.ends_with(fate); }
};

} // namespace streams::simulation

template <>
struct streams::serde<streams::simulation::judged_value> {
    using value_type = streams::simulation::judged_value;
    static void serialize(const value_type& value, streams::bytes& out) {
        if (value.is("unwritable")) throw streams::serialization_error("it is not to be written");
        out.append(std::string_view(value.text));
        if (value.is("oversized")) out.append(std::string_view(std::string(3000, '.')));
    }
    static value_type deserialize(streams::bytes_view in) {
        value_type read{std::string(in.text())};
        if (read.is("undecodable")) throw streams::serialization_error("it is not to be read");
        return read;
    }
};

namespace streams::simulation {
namespace {

using simulated::topic_history;

constexpr std::array<std::string_view, 8> fates{"good",        "good",          "good",       "good",
                                                "undecodable", "unprocessable", "unwritable", "oversized"};

class judge final : public processor<std::string, judged_value, std::string, judged_value> {
public:
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override {
        if (r.value.is("unprocessable")) throw std::runtime_error("it is not to be processed");
        context_->forward(r);
    }

private:
    context_type* context_ = nullptr;
};

std::string header(const topic_history::entry& of, std::string_view name) {
    if (!of.headers) return {};
    const auto found = of.headers->last(name);
    return found && found->value ? std::string(found->value->text()) : "";
}

/// Good records are written, all others are dead letters, which say where they were read.
std::string unexplained_judgements(const topic_history& history, promise kept) {
    std::map<std::string, int> written;
    for (const auto& partition : history.partitions("judged"))
        for (const auto& entry : history.of(partition)) ++written[entry.value.value_or("")];
    std::map<std::string, int> dead; // by partition and offset
    for (const auto& partition : history.partitions("dead"))
        for (const auto& entry : history.of(partition))
            ++dead[header(entry, "__streams.errors.partition") + '@' + header(entry, "__streams.errors.offset")];
    for (const auto& partition : history.partitions("unjudged"))
        for (const auto& entry : history.of(partition)) {
            const judged_value value{entry.value.value_or("")};
            const std::string place = std::to_string(partition.partition) + '@' + std::to_string(entry.offset);
            auto& expected = value.is("good") ? written[value.text] : dead[place];
            auto& other = value.is("good") ? dead[place] : written[value.text];
            const std::string where = concat("record ", value.text, " of unjudged at ", place);
            if (other != 0) return concat(where, value.is("good") ? " is a dead letter" : " is written");
            if (expected == 0 && kept.whole && !entry.unread) return concat(where, " has left no trace");
            if (expected > 1 && kept.once) return concat(where, " is there ", expected, " times");
            expected = 0;
        }
    for (const auto& [value, times] : written)
        if (times > 0) return concat("judged: ", value, " was never read");
    for (const auto& [place, times] : dead)
        if (times > 0) return concat("dead: a letter names the place ", place, ", where nothing was read");
    return {};
}

} // namespace

workload_part judged_records() {
    workload_part made;
    made.topics = {
        {"unjudged", {partitions}}, {"judged", {partitions, {{"max.message.bytes", "2000"}}}}, {"dead", {partitions}}};
    made.add = [](topology& to) {
        to.add_source<std::string, judged_value>("read-unjudged", "unjudged");
        to.add_processor("judge", [] { return std::make_unique<judge>(); }, {"read-unjudged"});
        to.add_sink<std::string, judged_value>("tell-judged", "judged", {"judge"});
        to.connect_store("judge", "sources"); // one sub-topology with the rest
    };
    made.configure = [](streams_config& config) {
        config.on_deserialization_error = resume_on_error{};
        config.on_processing_error = resume_on_error{};
        config.on_production_error = resume_on_error{};
        config.errors_dead_letter_queue_topic_name = "dead";
    };
    made.draw_input = [](int number, const random_number& random) -> std::optional<simulated::input_record> {
        if (random(5) != 0) return std::nullopt;
        const auto key = any_source(random);
        return simulated::input_record{"unjudged", key,
                                       concat(number, ' ', fates[static_cast<std::size_t>(random(fates.size()))])};
    };
    made.unexplained = unexplained_judgements;
    return made;
}

} // namespace streams::simulation
