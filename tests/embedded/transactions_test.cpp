// What the transactions of the embedded cluster do beyond the contract of the seam: time, disks and compaction.

#include "contract/environment.hpp"
#include "log_fixture.hpp"
#include "temporary_folder.hpp"

#include "src/embedded/clients.hpp"

#include <streams/core/manual_clock.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;

namespace {

struct transactional_cluster {
    explicit transactional_cluster(const std::filesystem::path& folder = {})
        : self(std::make_shared<embedded::cluster>(
              embedded::cluster_options{.folder = folder, .groups = {}, .transaction_timeout = 10s}, time)) {}

    [[nodiscard]] std::unique_ptr<kafka::producer> producer(std::chrono::milliseconds timeout = 0ms) const {
        auto made = embedded::make_clients(self)->make_producer(
            {.client_id = "p", .transactional_id = "t", .transaction_timeout = timeout});
        REQUIRE(made->init_transactions(0ms).ok());
        return made;
    }
    /// The values that a reader is given, and where it stands then.
    [[nodiscard]] std::pair<std::vector<std::string>, std::int64_t> read(bool committed = true) const {
        const auto reader =
            embedded::make_clients(self)->make_consumer({.client_id = "r", .read_committed = committed});
        REQUIRE(reader->assign(contract::from_start({{"rows", 0}})).ok());
        std::vector<std::string> values;
        for (int i = 0; i < 3; ++i)
            for (const auto& batch : reader->poll(0ms, 100).batches)
                for (const auto& one : batch.records()) values.emplace_back(one.value->text());
        return {values, reader->position({"rows", 0}).value_or(-1)};
    }
    [[nodiscard]] std::vector<kafka::committed_offset> committed() const {
        return self->group_of("g")->all_committed();
    }

    manual_clock time{1'000'000};
    std::shared_ptr<embedded::cluster> self;
};

void add(kafka::producer& to, std::string_view key, std::string_view value) {
    REQUIRE(to.append({.topic = to.open("rows"), .key = bytes_view(key), .value = bytes_view(value)}).ok());
    CHECK(to.take_failures().empty());
}

void add_offset(kafka::producer& to, std::int64_t offset) {
    const std::vector<kafka::committed_offset> offsets{{.partition = {"rows", 0}, .offset = offset}};
    const auto nobody = std::make_shared<embedded::membership>(
        embedded::membership{.group_id = "g", .member_id = {}, .instance_id = {}});
    REQUIRE(to.send_offsets(offsets, {nobody}, 0ms).ok());
}

using read_values = std::pair<std::vector<std::string>, std::int64_t>;

} // namespace

TEST_CASE("a transaction that nobody ends is aborted when its time is over, and its producer is fenced") {
    transactional_cluster in;
    in.self->create_topic("rows", 1, {});
    const auto producer = in.producer();
    REQUIRE(producer->begin_transaction().ok());
    add(*producer, "k", "forgotten");
    CHECK(in.read() == read_values{{}, 0});
    in.time.advance(9s);
    CHECK(in.read() == read_values{{}, 0});
    in.time.advance(1s);
    CHECK(in.read() == read_values{{}, 2});
    CHECK(producer->commit_transaction(0ms).kind() == kafka::error_class::fenced);
}

TEST_CASE("a producer that says how long its transactions may be open is believed") {
    transactional_cluster in;
    in.self->create_topic("rows", 1, {});
    const auto producer = in.producer(2s);
    REQUIRE(producer->begin_transaction().ok());
    add(*producer, "k", "forgotten");
    in.time.advance(1999ms);
    CHECK(in.read() == read_values{{}, 0});
    in.time.advance(1ms);
    CHECK(in.read() == read_values{{}, 2});
    CHECK(producer->commit_transaction(0ms).kind() == kafka::error_class::fenced);
}

TEST_CASE("a reader that waits at an open transaction is back when its time is over") {
    transactional_cluster in;
    in.self->create_topic("rows", 1, {});
    const auto producer = in.producer();
    REQUIRE(producer->begin_transaction().ok());
    add(*producer, "k", "forgotten");
    const auto reader = embedded::make_clients(in.self)->make_consumer({.client_id = "r", .read_committed = true});
    REQUIRE(reader->assign(contract::from_start({{"rows", 0}})).ok());
    CHECK(reader->poll(11s, 10).batches.empty());
    CHECK(reader->position({"rows", 0}) == 2);
}

TEST_CASE("a cluster opened again aborts what was open, and keeps what was committed and what was aborted") {
    const temporary_folder folder;
    {
        const transactional_cluster before(folder.path());
        before.self->create_topic("rows", 1, {});
        const auto producer = before.producer();
        REQUIRE(producer->begin_transaction().ok());
        add(*producer, "k", "aborted");
        REQUIRE(producer->abort_transaction(0ms).ok());
        REQUIRE(producer->begin_transaction().ok());
        add(*producer, "k", "committed");
        add_offset(*producer, 3);
        REQUIRE(producer->commit_transaction(0ms).ok());
        REQUIRE(producer->begin_transaction().ok());
        add(*producer, "k", "open");
        add_offset(*producer, 4);
    }
    const transactional_cluster after(folder.path());
    CHECK(after.read() == read_values{{"committed"}, 6});
    CHECK(after.read(false) == read_values{{"aborted", "committed", "open"}, 6});
    REQUIRE(after.committed().size() == 1);
    CHECK(after.committed()[0].offset == 3);
    const auto producer = after.producer();
    REQUIRE(producer->begin_transaction().ok());
    add(*producer, "k", "new");
    REQUIRE(producer->commit_transaction(0ms).ok());
    CHECK(after.read().first == std::vector<std::string>{"committed", "new"});
}

TEST_CASE("a transaction whose commit was decided when the process was killed is committed by the next") {
    const temporary_folder folder;
    {
        const transactional_cluster before(folder.path());
        before.self->create_topic("rows", 1, {});
        const auto producer = before.producer();
        REQUIRE(producer->begin_transaction().ok());
        add(*producer, "k", "decided");
    }
    {
        embedded::journal journal(folder.path() / "journal");
        const auto key = embedded::transactions::key_of("t");
        auto fields = embedded::unpack(journal.content().at(key));
        CHECK(fields.at(3) == "1"); // open
        fields.at(3) = "2";         // to be committed
        const std::vector<embedded::journal::change> decision{{key, embedded::pack(fields)}};
        journal.write(decision);
    }
    const transactional_cluster after(folder.path());
    CHECK(after.read() == read_values{{"decided"}, 2});
}

TEST_CASE("what was decided to be committed stays so where the disk refuses to write that it is done") {
    manual_clock time;
    const auto log = std::make_shared<embedded::partition_log>(
        topic_partition{"rows", 0}, embedded::topic_settings::from("rows", {}), time, std::filesystem::path{});
    bool decided = false;
    bool full = false;
    embedded::transactions all(10s, time,
                               {.find_log = [&](const topic_partition&) { return log; },
                                .find_group = {},
                                .offset_change = {},
                                .write =
                                    [&](std::span<const embedded::journal::change>) {
                                        if (full && std::exchange(decided, true)) throw streams_error("no space left");
                                    }});
    const auto producer = all.take_over("t", 0ms);
    std::int64_t offset = -1;
    REQUIRE(all.append("t", producer, *log, {.value = bytes_view(std::string_view("decided"))}, offset).ok());
    full = true;
    CHECK_THROWS_AS(all.end("t", producer, true), streams_error);
    full = false;
    CHECK(all.end("t", producer, false).kind() == kafka::error_class::fatal);
    embedded::log_reader reader(log, 0, true);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    CHECK(reader.read(10, records, memory) == embedded::log_reader::outcome::records);
    REQUIRE(all.append("t", producer, *log, {.value = bytes_view(std::string_view("next"))}, offset).ok());
    REQUIRE(all.end("t", producer, false).ok());
}

TEST_CASE("compaction drops what was aborted, and touches nothing from the first open transaction on") {
    transactional_cluster in;
    in.self->create_topic("rows", 1, {{"cleanup.policy", "compact"}});
    const auto producer = in.producer();
    for (const auto& [value, commit] :
         {std::pair("old", true), std::pair("newest", true), std::pair("aborted", false)}) {
        REQUIRE(producer->begin_transaction().ok());
        add(*producer, "k", value);
        REQUIRE((commit ? producer->commit_transaction(0ms) : producer->abort_transaction(0ms)).ok());
    }
    REQUIRE(producer->begin_transaction().ok());
    add(*producer, "k", "open");
    const auto log = in.self->find_log({"rows", 0});
    log->compact();
    CHECK(in.read() == read_values{{"newest"}, 6});
    CHECK(in.read(false) == read_values{{"newest", "open"}, 7});
    REQUIRE(producer->commit_transaction(0ms).ok());
    log->compact();
    CHECK(in.read() == read_values{{"open"}, 8});
}

TEST_CASE("records outside of transactions do not wait for one in another log") {
    transactional_cluster in;
    in.self->create_topic("rows", 1, {});
    in.self->create_topic("other", 1, {});
    const auto producer = in.producer();
    REQUIRE(producer->begin_transaction().ok());
    REQUIRE(producer->append({.topic = producer->open("other")}).ok());
    append(*in.self->find_log({"rows", 0}), "k", "plain");
    CHECK(in.read() == read_values{{"plain"}, 1});
}
