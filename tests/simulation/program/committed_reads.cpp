#include "simulation/program/committed_reads.hpp"

#include "simulation/program/workload.hpp"

#include <streams/core/error.hpp>
#include <streams/runtime/kafka_streams.hpp>

#include <chrono>
#include <optional>
#include <set>

namespace streams::simulation {
namespace {

using simulated::topic_history;

const query_options in_time{.timeout = std::chrono::seconds(2)};

topic_partition changelog_of(const std::string& store, std::int32_t partition) {
    return {concat(application_id, '-', store, "-changelog"), partition};
}

bool goes_on(const std::string& list, const std::string& later) {
    return list.empty() || later == list || later.starts_with(list + ' ');
}

} // namespace

void committed_reads::look(const kafka_streams& application, const std::string& life, const log_ends& end_of) {
    if (application.state() != application_state::running) return;
    const std::size_t number = looks_++;
    const std::string store = number % 3 == 0 ? "groups" : "sources";
    try {
        if (number % 2 == 0)
            read_all(application, life, store, end_of);
        else
            read_key(application, life, store, end_of);
    } catch (const invalid_state_store_error&) { // NOLINT(bugprone-empty-catch): partitions move, and applications end
    }
}

void committed_reads::read_all(const kafka_streams& application, const std::string& life, const std::string& store,
                               const log_ends& end_of) {
    auto found = application.query(store, range_query<std::string, std::string>{}, in_time);
    std::map<std::int32_t, std::int64_t> ends;
    for (const auto& [partition, answer] : found.partitions) ends[partition] = end_of(changelog_of(store, partition));
    for (auto& [partition, answer] : found.partitions) {
        if (!answer.ok()) continue;
        const place at{store, partition};
        std::set<std::string> present;
        for (const auto& row : answer.value()) {
            present.insert(row.key);
            note(at, {life, row.key, row.value, ends[partition]});
        }
        for (const auto& [key, ids] : told_by(life, at))
            if (!present.contains(key)) miss(at, life, key);
    }
}

void committed_reads::read_key(const kafka_streams& application, const std::string& life, const std::string& store,
                               const log_ends& end_of) {
    const std::string key = (store == "sources" ? 's' : 'g') + std::to_string(looks_ % 8);
    auto found = application.query(store, key_query<std::string, std::string>{key}, in_time);
    for (auto& [partition, answer] : found.partitions) {
        if (!answer.ok()) continue;
        const place at{store, partition};
        if (answer.value())
            note(at, {life, key, *answer.value(), end_of(changelog_of(store, partition))});
        else if (told_by(life, at).contains(key))
            miss(at, life, key);
    }
}

std::map<std::string, std::string>& committed_reads::told_by(const std::string& life, const place& at) {
    return last_[{life, at}];
}

void committed_reads::note(const place& at, told_row row) {
    std::string& last = told_by(row.life, at)[row.key];
    if (last == row.ids) return;
    if (at.store == "sources" && !goes_on(last, row.ids) && wrong_.empty())
        wrong_ = concat(row.life, ", store ", at.store, ", partition ", at.partition, ": key ", row.key, " was ", last,
                        ", and is ", row.ids);
    last = row.ids;
    told_[at].push_back(std::move(row));
}

void committed_reads::miss(const place& at, const std::string& life, const std::string& key) {
    if (at.store == "sources" && wrong_.empty())
        wrong_ =
            concat(life, ", store ", at.store, ", partition ", at.partition, ": key ", key, " is not there any more");
}

std::string committed_reads::found_wrong(const topic_history& history) const {
    if (!wrong_.empty()) return wrong_;
    for (const auto& [at, rows] : told_) {
        std::map<std::pair<std::string, std::string>, std::int64_t> committed; // where a row was written first
        for (const auto& entry : history.of(changelog_of(at.store, at.partition)))
            if (entry.value) committed.emplace(std::pair(entry.key.value_or(""), *entry.value), entry.offset);
        for (const told_row& row : rows) {
            const auto found = committed.find({row.key, row.ids});
            if (found == committed.end() || found->second >= row.end)
                return concat(row.life, ", store ", at.store, ", partition ", at.partition, ": key ", row.key,
                              " was told as ", row.ids, ", which was not committed, when the changelog ended at ",
                              row.end);
        }
    }
    return {};
}

} // namespace streams::simulation
