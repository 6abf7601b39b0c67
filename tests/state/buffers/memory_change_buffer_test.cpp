#include "catch.hpp"
#include "state/buffers/change_format.hpp"
#include "state/store_under_test.hpp"

#include <streams/state/change_buffer.hpp>
#include <streams/state/stored_headers.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <limits>

using namespace state_test;

namespace {

streams::store_spec buffer_spec(bool logging, bool headers) {
    return {.name = "held",
            .kind = streams::change_buffer_kind{.headers = headers},
            .persistent = false,
            .caching = false,
            .logging = logging};
}

using value = std::optional<std::string>;

struct buffer_under_test : store_under_test {
    explicit buffer_under_test(bool logging = true, bool headers = false)
        : store_under_test(buffer_spec(logging, headers)) {
        current.metadata = {"in", 0, 7};
        current.timestamp = 42;
    }
    [[nodiscard]] streams::change_buffer& buffer() { return dynamic_cast<streams::change_buffer&>(managed->store()); }
    void put(std::int64_t time, std::string_view key, const value& new_value, const value& old_value = {}) {
        buffer().put(time, bytes_view(key), view(new_value), view(old_value));
    }
    /// Takes the oldest out: `time key=value`.
    std::string take() {
        const std::int64_t time = buffer().oldest_time();
        const auto held = buffer().oldest();
        std::string all = std::to_string(time) + ' ' + text(held.key) + '=' + text(held.new_value).value_or("null");
        buffer().remove_oldest();
        return all;
    }
    std::vector<std::string> take_all() {
        std::vector<std::string> all;
        while (buffer().entries() > 0) all.push_back(take());
        return all;
    }
};

} // namespace

TEST_CASE("a change buffer gives its entries out by time, then by key") {
    buffer_under_test test;
    CHECK(test.buffer().oldest_time() == std::numeric_limits<std::int64_t>::max());
    test.put(5, "b", "1");
    test.put(3, "a longer key, beginning alike: y", "1");
    test.put(3, "a longer key, beginning alike: x", "1");
    test.put(5, "a", "1");
    test.put(5, std::string("a\0", 2), "1");
    CHECK(test.take_all() == std::vector<std::string>{"3 a longer key, beginning alike: x=1",
                                                      "3 a longer key, beginning alike: y=1", "5 a=1",
                                                      std::string("5 a\0=1", 6), "5 b=1"});
}

TEST_CASE("where headers are kept, the changelog says with which headers and times held values were put") {
    const auto mark = [](std::initializer_list<streams::header> prefixes) {
        bytes version;
        version.push_back(std::byte{3});
        streams::headers all{{"v", version}};
        for (const auto& each : prefixes) all.add(each.key, each.value);
        return all;
    };
    const bytes unknown(std::string_view(timestamped(-1, "").insert(0, 1, '\0')));
    buffer_under_test test(true, true);
    streams::headers first{{"n", bytes("1")}};
    test.current.headers = &first;
    test.put(5, "a", "1", "0");
    test.commit();
    CHECK(test.log.records.back().headers == mark({{"vh.old", unknown}}));

    buffer_under_test copy(true, true);
    copy.log = test.log;
    copy.catch_up();
    copy.current.timestamp = 50;
    copy.put(9, "a", "2", "1");
    copy.commit();
    bytes before;
    streams::detail::append_stored_headers(before, first);
    streams::append_big_endian(before, std::int64_t{42});
    CHECK(copy.log.records.back().headers == mark({{"vh.prior", unknown}, {"vh.old", before}}));
}

TEST_CASE("an update takes the place of the one before, at its time, and the value before both is known") {
    buffer_under_test test;
    test.put(5, "a", "1", "0");
    test.put(1, "a", "2", "1");
    CHECK(test.buffer().entries() == 1);
    CHECK(test.buffer().oldest_time() == 5);
    const auto prior = test.buffer().prior_value(bytes_view(std::string_view("a")));
    REQUIRE(prior);
    CHECK(text(*prior) == "0");
    CHECK(text(test.buffer().oldest().old_value) == "1");
    CHECK_FALSE(test.buffer().prior_value(bytes_view(std::string_view("b"))));
    CHECK(test.take() == "5 a=2");
    CHECK_FALSE(test.buffer().prior_value(bytes_view(std::string_view("a"))));
}

TEST_CASE("an entry knows the record that it came in") {
    buffer_under_test test;
    streams::headers with{{"h", bytes(std::string_view("1"))}, {"n", std::nullopt}};
    test.current.headers = &with;
    test.put(5, "a", std::nullopt);
    const auto held = test.buffer().oldest();
    CHECK(held.metadata.topic == "in");
    CHECK(held.metadata.offset == 7);
    CHECK(held.timestamp == 42);
    CHECK(held.headers == with);
    CHECK_FALSE(held.new_value);
    CHECK_FALSE(held.old_value);
}

TEST_CASE("the changelog of a change buffer has Kafka Streams' bytes, and only what a commit finds") {
    buffer_under_test test;
    test.put(9, "gone", "1");
    test.put(13, "k", "new", "old");
    CHECK(test.take() == "9 gone=1");
    test.commit();
    REQUIRE(test.log.records.size() == 1);
    const auto& record = test.log.records[0];
    CHECK(record.key == "k");
    CHECK(record.timestamp == -1);
    CHECK(record.headers == streams::headers{{"v", bytes(std::string_view("\3"))}});
    CHECK(record.value == big_endian(std::int64_t{42}) + big_endian(std::int64_t{7}) + big_endian(2U) + "in" +
                              big_endian(0U) + big_endian(0U) + big_endian(3U) + "old" + big_endian(0xfffffffeU) +
                              big_endian(3U) + "new" + big_endian(std::int64_t{13}));
    CHECK(test.take() == "13 k=new");
    test.commit();
    REQUIRE(test.log.records.size() == 2);
    CHECK(test.log.records[1] == logged{"k", std::nullopt, -1});
}

TEST_CASE("the size of entries is Kafka Streams' estimate") {
    buffer_under_test test;
    streams::headers with{{"head", bytes(std::string_view("er"))}};
    test.current.headers = &with;
    test.put(1, "key", "new", "old");
    const std::size_t context = 8 + 8 + 2 + 4 + 4 + 2;
    CHECK(test.buffer().entry_bytes() == 8 + 3 + 3 + 3 + context);
    test.put(1, "key", "newer", "new");
    CHECK(test.buffer().entry_bytes() == 8 + 3 + 3 + 3 + 5 + context);
    test.take();
    CHECK(test.buffer().entry_bytes() == 0);
}

TEST_CASE("a change buffer that is restored goes on as it was") {
    buffer_under_test test;
    for (int key = 0; key < 20; ++key) test.put(key % 5, "k" + std::to_string(key), "v" + std::to_string(key), "o");
    for (int taken = 0; taken < 7; ++taken) test.take();
    test.commit();
    const std::size_t bytes_before = test.buffer().entry_bytes();
    test.reopen();
    CHECK(test.buffer().entries() == 13);
    CHECK(test.buffer().entry_bytes() == bytes_before);
    test.put(0, "k9", "newest", "v9");
    CHECK(text(*test.buffer().prior_value(bytes_view(std::string_view("k9")))) == "o");
    const auto all = test.take_all();
    REQUIRE(all.size() == 13);
    CHECK(std::is_sorted(all.begin(), all.end()));
    test.commit();
    CHECK(test.log.compacted(test.log.records.size()).empty());
}

TEST_CASE(
    "what leaves a change buffer after a rollback does not come back by the changelog, which had heard of it before") {
    buffer_under_test test;
    test.put(5, "a", "1");
    test.managed->flush();
    for (int again = 0; again < 2; ++again) {
        test.managed->rollback();
        test.put(5, "a", "1");
    }
    CHECK(test.take() == "5 a=1");
    test.commit();
    test.reopen();
    CHECK(test.buffer().entries() == 0);
}

TEST_CASE("after a rollback a change buffer has its changelog say again what it has") {
    buffer_under_test test;
    test.put(1, "taken out", "1");
    test.put(2, "changed", "1");
    test.commit();
    CHECK(test.take() == "1 taken out=1");
    test.put(2, "changed", "2");
    test.put(3, "new", "1");
    test.managed->flush();
    for (int again = 0; again < 2; ++again) { // that may be lost as well
        test.managed->rollback();
        CHECK(test.managed->dirty());
        test.managed->flush();
        CHECK(test.log.compacted(test.log.records.size()).size() == 2);
    }
    test.commit();
    CHECK_FALSE(test.managed->dirty());
    const auto logged_then = test.log.records.size();
    test.commit();
    CHECK(test.log.records.size() == logged_then);
    test.reopen();
    CHECK(test.take_all() == std::vector<std::string>{"1 taken out=1", "2 changed=1"});
}

TEST_CASE("in transactions a change buffer tells nobody of what came and left after a rollback") {
    buffer_under_test test;
    test.in_transactions = true;
    test.open();
    test.put(5, "a", "1");
    test.managed->flush();
    test.managed->rollback();
    const auto logged_before = test.log.records.size();
    test.put(5, "a", "1");
    test.take();
    test.commit();
    CHECK(test.log.records.size() == logged_before);
}

TEST_CASE("without logging nothing reaches the changelog") {
    buffer_under_test test(false);
    test.put(1, "a", "1");
    test.commit();
    CHECK(test.take() == "1 a=1");
    test.commit();
    CHECK(test.log.records.empty());
    CHECK(test.managed->uncommitted_bytes() == 0);
}

TEST_CASE("a changelog of another format is refused with a sentence") {
    buffer_under_test test;
    test.log.append(bytes_view(std::string_view("k")), bytes_view(std::string_view("v")), -1, nullptr);
    CHECK_THROWS_WITH(test.reopen(), containing("another format than version 3"));
    test.log.records[0].headers.add("v", bytes(std::string_view("\3")));
    CHECK_THROWS_WITH(test.reopen(), containing("ends too early"));
}

TEST_CASE("a change buffer does as an ordered map does, and a rollback takes it to the last commit") {
    struct entry {
        std::int64_t time;
        value now;
        value old;
        value prior;
        auto operator<=>(const entry&) const = default;
    };
    rc::check([] {
        buffer_under_test test;
        test.in_transactions = *rc::gen::arbitrary<bool>();
        test.open();
        std::map<std::string, entry> model;
        auto committed = model;
        std::size_t logged_then = 0;
        using operation = std::tuple<int, int, int>;
        const auto operations = *rc::gen::container<std::vector<operation>>(
            rc::gen::tuple(rc::gen::inRange(0, 13), rc::gen::inRange(0, 6), rc::gen::inRange(0, 9)));
        std::vector<operation> uncommitted;
        const auto oldest = [&] {
            return std::min_element(model.begin(), model.end(), [](const auto& a, const auto& b) {
                return std::tie(a.second.time, a.first) < std::tie(b.second.time, b.first);
            });
        };
        const auto process = [&](const operation& record) {
            const auto& [what, key_number, number] = record;
            const std::string key = "k" + std::to_string(key_number);
            if (what < 6) {
                const auto [at, is_new] = model.try_emplace(key, entry{number, {}, {}, {}});
                entry& changed = at->second;
                changed.old = is_new ? value("o" + std::to_string(number)) : changed.now;
                if (is_new) changed.prior = changed.old;
                changed.now = number == 8 ? value() : value("v" + std::to_string(number));
                test.put(number, key, changed.now, changed.old);
            } else if (!model.empty()) {
                const auto first = oldest();
                RC_ASSERT(test.take() == std::to_string(first->second.time) + ' ' + first->first + '=' +
                                             first->second.now.value_or("null"));
                model.erase(first);
            }
        };
        const auto commit = [&] {
            test.commit();
            committed = model;
            logged_then = test.log.records.size();
            uncommitted.clear();
        };
        for (const operation& next : operations) {
            const int what = std::get<0>(next);
            if (what < 9) {
                process(next);
                uncommitted.push_back(next);
            } else if (what == 9) {
                commit();
            } else if (what == 12) {
                commit();
                test.reopen();
            } else {
                if (what == 10) test.managed->flush();
                test.managed->rollback();
                model = committed;
                if (test.in_transactions) test.log.abort_from(logged_then);
                // Some of it is done again, and some never.
                uncommitted.resize(std::min(uncommitted.size(), static_cast<std::size_t>(std::get<2>(next))));
                std::ranges::for_each(uncommitted, process);
            }
            RC_ASSERT(test.buffer().entries() == model.size());
            for (const auto& [k, each] : model) {
                const auto prior = test.buffer().prior_value(bytes_view(k));
                RC_ASSERT(prior.has_value());
                RC_ASSERT(text(*prior) == each.prior);
            }
        }
    });
}
