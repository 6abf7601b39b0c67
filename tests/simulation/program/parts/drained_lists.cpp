#include "simulation/program/read_inputs.hpp"
#include "simulation/program/workload.hpp"
#include "simulation/program/workload_part.hpp"

#include <streams/core/error.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace streams::simulation {
namespace {

using simulated::topic_history;

/// Keeps the ids of each key until the next punctuation, which tells and forgets them.
class drainer final : public processor<std::string, std::string, std::string, std::string> {
public:
    explicit drainer(punctuation_type clock) : clock_(clock) {}

    void init(context_type& context) override {
        context_ = &context;
        ids_.emplace(context.state_store<typed_key_value_store<std::string, std::string>>("undrained"));
        context.schedule(std::chrono::milliseconds(200), clock_, [this](std::int64_t now) { drain(now); });
    }
    void process(const record_type& r) override {
        std::string ids = ids_->get(r.key).value_or("");
        append_id(ids, marked_id::parse(r.value).id);
        ids_->put(r.key, ids);
    }

private:
    void drain(std::int64_t now) {
        std::vector<std::pair<std::string, std::string>> rows;
        for (const auto& row : ids_->all()) rows.emplace_back(row.key, row.value);
        for (const auto& [key, ids] : rows) {
            ids_->erase(key);
            context_->forward(key, ids, now);
        }
    }

    punctuation_type clock_;
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<std::string, std::string>> ids_;
};

/// Whatever is told or still kept is each record in its turn.
std::string unexplained_drains(const topic_history& history, promise kept) {
    const auto inputs = inputs_of(history, "in");
    auto told = lists_of(history, "drained");
    for (const auto& [key, rows] : lists_of(history, std::string(application_id) + "-undrained-changelog"))
        told[key].push_back(rows.back());
    for (const auto& [key, lists] : told)
        if (!inputs.contains(key)) return concat("drained, key ", key, ": nothing was read under that key");
    for (const auto& [key, records] : inputs) {
        std::string all;
        for (const std::string& list : of_key(told, key))
            for (const int id : ids_in(list)) append_id(all, id);
        std::vector<read_record> known = records;
        if (!kept.whole)
            for (read_record& each : known) each.unread = true;
        if (auto wrong = wrong_list(known, all, kept.once); !wrong.empty())
            return concat("drained, key ", key, ": ", wrong);
    }
    return {};
}

} // namespace

workload_part drained_lists(const random_number& random) {
    workload_part made;
    made.topics = {{"drained", {partitions}}};
    const auto clock = random(2) == 0 ? punctuation_type::stream_time : punctuation_type::wall_clock_time;
    made.add = [clock](topology& to) {
        to.add_processor("drain", [clock] { return std::make_unique<drainer>(clock); }, {"read"});
        to.add_store(stores::key_value("undrained"), {"drain"});
        to.add_sink<std::string, std::string>("tell-drained", "drained", {"drain"});
    };
    made.unexplained = unexplained_drains;
    return made;
}

} // namespace streams::simulation
