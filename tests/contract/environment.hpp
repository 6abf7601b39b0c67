#pragma once

#include "src/kafka/client.hpp"

#include "catch.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contract {

using namespace std::chrono_literals;
using namespace streams;

/// A record as a case remembers it, owned.
struct seen {
    topic_partition from;
    std::int64_t offset = 0;
    std::int64_t timestamp = 0;
    std::optional<std::string> key{};
    std::optional<std::string> value{};
    streams::headers headers{};
};

inline std::optional<std::string> text(const std::optional<bytes_view>& of) {
    return of ? std::optional<std::string>(of->text()) : std::nullopt;
}

inline std::optional<bytes_view> view(const std::optional<std::string>& of) {
    return of ? std::optional<bytes_view>(std::in_place, std::string_view(*of)) : std::nullopt;
}

/// One run of one case: clients, names nobody else uses, and patience.
class environment {
public:
    explicit environment(std::shared_ptr<kafka::client_supplier> clients, std::chrono::milliseconds patience = 30s)
        : clients_(std::move(clients)), patience_(patience) {
        static int runs = 0;
        const auto since = std::chrono::system_clock::now().time_since_epoch().count();
        prefix_ = "contract-" + std::to_string(since) + "-" + std::to_string(++runs) + "-";
    }

    [[nodiscard]] std::string name(std::string_view of) const { return prefix_ + std::string(of); }
    [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }

    [[nodiscard]] std::string make_topic(std::string_view of, std::int32_t partitions,
                                         std::map<std::string, std::string> config = {}) const {
        const auto admin = clients_->make_admin("contract-admin");
        const std::vector<kafka::new_topic> topics{
            {.name = name(of), .partitions = partitions, .config = std::move(config)}};
        const auto made = admin->create(topics, patience_);
        INFO((made.ok() ? "" : made.reason()));
        REQUIRE(made.ok());
        // A broker needs a moment until all of it knows the topic.
        const std::vector<std::string> names{name(of)};
        std::map<std::string, std::int32_t> known;
        for (const auto until = now() + patience_; now() < until && known.empty();)
            REQUIRE(admin->describe(names, known, patience_).ok());
        REQUIRE(known[name(of)] == partitions);
        return name(of);
    }
    [[nodiscard]] std::unique_ptr<kafka::admin> admin() const { return clients_->make_admin("contract-admin"); }
    [[nodiscard]] std::unique_ptr<kafka::producer> producer() const {
        return clients_->make_producer({.client_id = "contract-producer"});
    }
    [[nodiscard]] std::unique_ptr<kafka::producer> transactional_producer(std::string_view id) const {
        return clients_->make_producer({.client_id = "contract-producer", .transactional_id = name(id)});
    }
    [[nodiscard]] std::unique_ptr<kafka::consumer> reader(bool read_committed = false) const {
        return clients_->make_consumer({.client_id = "contract-reader", .read_committed = read_committed});
    }
    [[nodiscard]] std::unique_ptr<kafka::consumer> member(std::string_view client, std::string_view group,
                                                          std::string_view instance = "",
                                                          bool read_committed = false) const {
        return clients_->make_consumer({.client_id = std::string(client),
                                        .group_id = name(group),
                                        .group_instance_id = std::string(instance),
                                        .read_committed = read_committed});
    }

    static std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }

private:
    std::shared_ptr<kafka::client_supplier> clients_;
    std::chrono::milliseconds patience_;
    std::string prefix_;
};

struct contract_case {
    std::string name;
    std::function<void(const environment&)> run;
};

inline void write(kafka::producer& to, std::string_view topic, std::vector<std::pair<std::string, std::string>> records,
                  std::optional<std::int32_t> partition = {}) {
    const auto id = to.open(topic);
    for (const auto& [key, value] : records)
        REQUIRE(to.append({.topic = id,
                           .partition = partition,
                           .key = bytes_view(std::string_view(key)),
                           .value = bytes_view(std::string_view(value)),
                           .timestamp = 1000})
                    .ok());
    REQUIRE(to.flush(30s).ok());
    REQUIRE(to.take_failures().empty());
}

inline void keep(const kafka::poll_result& polled, std::vector<seen>& into) {
    for (const auto& batch : polled.batches)
        for (const auto& one : batch.records())
            into.push_back({batch.source(), one.offset, one.timestamp, text(one.key), text(one.value),
                            one.headers != nullptr ? *one.headers : streams::headers{}});
}

/// Polls until `count` records have come, or patience ends.
inline std::vector<seen> read(const environment& in, kafka::consumer& from, std::size_t count,
                              std::size_t max_records = 1000) {
    std::vector<seen> records;
    for (const auto until = in.now() + in.patience(); records.size() < count && in.now() < until;) {
        const auto polled = from.poll(100ms, max_records);
        std::size_t batch_records = 0;
        for (const auto& batch : polled.batches) batch_records += batch.records().size();
        CHECK(batch_records <= max_records);
        CHECK(polled.errors.empty());
        keep(polled, records);
    }
    return records;
}

inline std::vector<std::pair<topic_partition, std::int64_t>> from_start(
    const std::vector<topic_partition>& partitions) {
    std::vector<std::pair<topic_partition, std::int64_t>> positions;
    for (const auto& one : partitions) positions.emplace_back(one, 0);
    return positions;
}

/// Polls until `done`, or patience ends; the records that came.
inline std::vector<seen> read_until(const environment& in, kafka::consumer& from, const std::function<bool()>& done) {
    std::vector<seen> records;
    for (const auto until = in.now() + in.patience(); !done() && in.now() < until;)
        keep(from.poll(100ms, 1000), records);
    CHECK(done());
    return records;
}

/// Polls until an error is reported, or patience ends.
inline std::optional<kafka::result> first_error(const environment& in, kafka::consumer& from) {
    for (const auto until = in.now() + in.patience(); in.now() < until;)
        if (auto polled = from.poll(100ms, 1000); !polled.errors.empty()) return polled.errors.front();
    return std::nullopt;
}

inline void require_done(const kafka::result& answer) {
    INFO((answer ? "" : answer.reason()));
    REQUIRE(answer.ok());
}

inline void check_refused(const kafka::result& answer, kafka::error_class kind, std::string_view named = "") {
    REQUIRE_FALSE(answer.ok());
    INFO(answer.reason());
    CHECK(answer.kind() == kind);
    CHECK(answer.reason().find(named) != std::string::npos);
}

/// A group member that does as it is told and remembers what it owns.
struct obedient_member {
    std::unique_ptr<kafka::consumer> self;
    std::vector<topic_partition> owned{};
    std::vector<kafka::rebalance::event> heard{};
    std::vector<seen> records{};

    void step(std::chrono::milliseconds timeout) {
        const auto polled = self->poll(timeout, 1000);
        keep(polled, records);
        for (const auto& one : polled.rebalances) {
            heard.push_back(one.kind);
            const bool assigned = one.kind == kafka::rebalance::event::assigned;
            owned = assigned ? one.partitions : std::vector<topic_partition>{};
            const auto positions = assigned ? from_start(one.partitions) : from_start({});
            REQUIRE(self->acknowledge(one, positions, false).ok());
        }
    }
};

/// Lets the members poll in turn until `done`.
inline bool settle(const environment& in, std::vector<obedient_member*> members, const std::function<bool()>& done) {
    for (const auto until = in.now() + in.patience(); !done() && in.now() < until;)
        for (auto* one : members) one->step(20ms);
    return done();
}

} // namespace contract
