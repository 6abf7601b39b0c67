#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <streams/state/change_buffer.hpp>
#include <streams/state/stored_headers.hpp>
#include <streams/state/stores.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <sstream>

using namespace state_test;

// What a changelog restores is what was stored, for every kind of store: after random operations a store and those restored
// from its changelog hold the same, and go on alike.

namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
constexpr int times = 16; ///< different times of an operation
constexpr int newest_key = 26;

struct operation {
    int what;
    int key;
    int time;
    int value;
};

std::ostream& operator<<(std::ostream& out, const operation& op) {
    return out << '(' << op.what << ' ' << op.key << ' ' << op.time << ' ' << op.value << ')';
}

rc::Gen<std::vector<operation>> operations() {
    return rc::gen::container<std::vector<operation>>(rc::gen::construct<operation>(
        rc::gen::inRange(0, 24), rc::gen::inRange(0, 5), rc::gen::inRange(0, times), rc::gen::inRange(0, 1'000)));
}

std::int64_t time_of(const operation& op) { return op.time * minute / 2; }
std::string key_of(const operation& op) {
    return std::string(1 + static_cast<std::size_t>(op.key) % 3, static_cast<char>('a' + op.key));
}
std::optional<std::string> value_of(const operation& op) {
    return op.what < 14 ? std::optional(std::to_string(op.value)) : std::nullopt;
}

using rows = std::vector<std::string>;

/// A kind of store: how an operation changes one, and all that is in it, which may empty it.
struct kind {
    std::string name;
    streams::store_spec spec;
    std::function<void(store_under_test&, const operation&)> change;
    std::function<rows(store_under_test&)> content;
    bool compacted = true; ///< its changelog is
    /// What is rolled back without a transaction leaves nothing: else it leaves versions that begin with the value of before.
    bool forgets = true;
};

std::ostream& operator<<(std::ostream& out, const kind& of) { return out << of.name; }

template <class... Parts>
std::string row(const Parts&... parts) {
    std::ostringstream out;
    ((out << parts << '|'), ...);
    return out.str();
}

rows entries(store_under_test& store) {
    rows all;
    for (const auto& [key, value] : read_all(store.kv().all())) all.push_back(row(key, value));
    return all;
}
rows windows(store_under_test& store) {
    rows all;
    for (const auto& each : read_all(store.windows().fetch_all(0, latest)))
        all.push_back(row(each.key, each.start, each.value));
    return all;
}
rows sessions(store_under_test& store) {
    rows all;
    for (const auto& each : read_all(store.sessions().find_range(std::nullopt, std::nullopt, 0, latest)))
        all.push_back(row(each.key, each.window.start, each.window.end, each.value));
    return all;
}
rows versions(store_under_test& store) {
    rows all;
    for (int key = 0; key <= newest_key; ++key)
        for (int time = 0; time <= times; ++time) {
            const operation at{0, key, time, 0};
            if (const auto found = store.versions().get(bytes_view(key_of(at)), time_of(at)))
                all.push_back(row(key, time, text(found->value), found->valid_from, found->valid_to.value_or(-1)));
        }
    return all;
}
rows held_changes(store_under_test& store) {
    rows all;
    auto& buffer = dynamic_cast<streams::change_buffer&>(store.managed->store());
    for (; buffer.entries() > 0; buffer.remove_oldest()) {
        const auto held = buffer.oldest();
        all.push_back(row(buffer.oldest_time(), text(held.key), text(held.new_value).value_or("null"),
                          text(held.old_value).value_or("null"), held.timestamp, held.metadata.topic,
                          held.metadata.offset));
    }
    return all;
}

void put_entry(store_under_test& store, const operation& op) { store.put(key_of(op), value_of(op)); }
void put_with_time(store_under_test& store, const operation& op) {
    store.put(key_of(op), value_of(op) ? std::optional(timestamped(time_of(op), *value_of(op))) : std::nullopt);
}
/// A value as a store with headers has it; some have none.
std::optional<std::string> with_headers(const operation& op, std::optional<std::string> stored) {
    if (!stored) return std::nullopt;
    const streams::headers some{{"of", bytes(std::string_view(key_of(op)))}};
    bytes out;
    streams::detail::append_stored_headers(out, op.value % 3 == 0 ? streams::headers{} : some);
    return std::string(out.text()) + *stored;
}
void put_with_headers(store_under_test& store, const operation& op) {
    const auto value = value_of(op);
    store.put(key_of(op), with_headers(op, value ? std::optional(timestamped(time_of(op), *value)) : std::nullopt));
}
void set_timer(store_under_test& store, const operation& op) {
    store.put(big_endian(time_of(op)) + key_of(op), value_of(op) ? std::optional(std::string()) : std::nullopt);
}
void put_window(store_under_test& store, const operation& op) { store.put(key_of(op), value_of(op), time_of(op)); }
void put_session(store_under_test& store, const operation& op) {
    store.put_session(key_of(op), value_of(op), {std::max<std::int64_t>(0, time_of(op) - op.value), time_of(op)});
}
void put_session_with_headers(store_under_test& store, const operation& op) {
    store.put_session(key_of(op), with_headers(op, value_of(op)),
                      {std::max<std::int64_t>(0, time_of(op) - op.value), time_of(op)});
}
void put_version(store_under_test& store, const operation& op) {
    const auto value = value_of(op);
    store.versions().put(bytes_view(key_of(op)), view(value), time_of(op));
}
void hold_change(store_under_test& store, const operation& op) {
    auto& buffer = dynamic_cast<streams::change_buffer&>(store.managed->store());
    if (op.what >= 14 && buffer.entries() > 0) return buffer.remove_oldest();
    const auto value = value_of(op);
    buffer.put(time_of(op), bytes_view(key_of(op)), view(value), std::nullopt);
}

std::vector<kind> kinds(bool persistent) {
    using std::chrono::minutes;
    const streams::store_spec plain{.name = "store",
                                    .kind = streams::key_value_kind{.timestamped = false},
                                    .persistent = persistent,
                                    .caching = false};
    const auto with = [&](auto change) {
        streams::store_spec spec = plain;
        change(spec);
        return spec;
    };
    const auto of_kind = [&](streams::store_kind kind) { return with([&](auto& spec) { spec.kind = kind; }); };
    const auto windows_of = [&](bool duplicates, bool by_time) {
        return of_kind(streams::window_kind{.timestamped = false,
                                            .size = minutes(1),
                                            .retention = minutes(4),
                                            .retain_duplicates = duplicates,
                                            .time_ordered = by_time});
    };
    const auto sessions_of = [&](bool by_time) {
        return of_kind(streams::session_kind{.retention = minutes(4), .time_ordered = by_time});
    };
    std::vector<kind> all{
        {"key-value", plain, put_entry, entries},
        {"key-value with a cache", with([](auto& s) { s.caching = true; }), put_entry, entries},
        {"timestamped", of_kind(streams::key_value_kind{}), put_with_time, entries},
        {"with headers", of_kind(streams::key_value_kind{.headers = true}), put_with_headers, entries},
        {"session with headers", of_kind(streams::session_kind{.retention = minutes(4), .headers = true}),
         put_session_with_headers, sessions},
        {"with a time to live",
         streams::stores::key_value("store",
                                    {.persistent = persistent, .timestamped = true, .time_to_live = minutes(4)}),
         put_with_time, entries},
        {"timers", streams::stores::timers("store", {.persistent = persistent}), set_timer, entries},
        {"outer join", with([](auto& s) { s.log_timestamps = false; }), put_entry, entries},
        {"window", windows_of(false, false), put_window, windows},
        {"window by time", windows_of(false, true), put_window, windows},
        {"window of a join", windows_of(true, false), put_window, windows, false},
        {"session", sessions_of(false), put_session, sessions},
        {"session by time", sessions_of(true), put_session, sessions},
        {"versioned", of_kind(streams::versioned_kind{minutes(4)}), put_version, versions, false, false},
    };
    if (!persistent)
        all.push_back({"change buffer", of_kind(streams::change_buffer_kind{}), hold_change, held_changes});
    return all;
}

/// A store that operations are done on.
class changed_store : public store_under_test {
public:
    explicit changed_store(const kind& of, bool with_transactions)
        : store_under_test(of.spec, of.spec.caching ? 1 << 20 : 0), kind_(of) {
        in_transactions = with_transactions;
        open();
    }
    /// One restored from the changelog of `other`; without the records that compaction removes, tombstones among them.
    /// `hot_bytes`: of its hot tier, see store_under_test.
    changed_store(const changed_store& other, bool compacted, std::size_t hot_bytes = 0)
        : changed_store(other.kind_, other.in_transactions) {
        memory_bytes = hot_bytes;
        log.records = other.log.records;
        log.aborted = other.log.aborted;
        committed_records_ = other.committed_records_;
        if (compacted) compact();
        restart();
    }

    void apply(const operation& op) {
        current.metadata = {"in", 0, op.value};
        current.timestamp = time_of(op);
        if (op.what < 18) return kind_.change(*this, op);
        if (op.what < 20) return managed->flush();
        if (op.what < 22) return commit_all();
        if (op.what == 23) commit_all();
        if (op.what == 22) managed->rollback();
        if (in_transactions) log.abort_from(committed_records_);
        if (op.what == 23) reopen();
    }
    void apply(const std::vector<operation>& all) {
        for (const operation& op : all) apply(op);
    }
    void commit_all() {
        commit();
        committed_records_ = log.records.size();
        clock.advance(std::chrono::seconds(2));
    }
    [[nodiscard]] rows content() { return kind_.content(*this); }

private:
    void compact() {
        std::set<std::string> seen;
        for (std::size_t at = log.records.size(); at-- > 0;)
            if (!log.aborted.contains(at) && (!seen.insert(log.records[at].key).second || !log.records[at].value))
                log.aborted.insert(at);
    }

    kind kind_;
    std::size_t committed_records_ = 0;
};

/// Restores from the changelog after `before`, and compares after `after`.
void check(const kind& of, const std::vector<operation>& before, const std::vector<operation>& after) {
    changed_store original(of, !of.forgets || *rc::gen::arbitrary<bool>());
    original.apply(before);
    // Observed time is that of the newest entry; compaction may remove one that was written over or deleted since.
    original.apply({0, newest_key - 1, times, 1});
    original.commit_all();

    changed_store restored(original, false);
    changed_store restored_again(original, false);
    restored_again.reopen();
    changed_store restored_to_disk(original, false, 1);
    changed_store compacted(original, of.compacted);
    for (changed_store* each : {&original, &restored, &restored_again, &restored_to_disk, &compacted}) {
        each->apply(after);
        each->commit_all();
    }
    const rows expected = original.content();
    RC_ASSERT(restored.content() == expected);
    RC_ASSERT(restored_again.content() == expected);
    RC_ASSERT(restored_to_disk.content() == expected);
    RC_ASSERT(compacted.content() == expected);
}

} // namespace

TEST_CASE("a changelog restores every kind of store in memory, compacted too, and the store goes on as it would have") {
    for (const kind& each : kinds(false)) {
        INFO(each.name);
        CHECK(rc::check(each.name, [&] { check(each, *operations(), *operations()); }));
    }
}

TEST_CASE("a changelog restores every kind of store on disk, compacted too, and the store goes on as it would have") {
    const auto all = kinds(true);
    CHECK(rc::check([&] { check(*rc::gen::elementOf(all), *operations(), *operations()); }));
}
