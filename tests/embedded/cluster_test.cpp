#include "catch.hpp"
#include "log_fixture.hpp"
#include "temporary_folder.hpp"

#include "src/embedded/clients.hpp"

#include <streams/core/error.hpp>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace streams;
using namespace streams::embedded;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<cluster> open_cluster(const fs::path& folder) {
    return std::make_shared<cluster>(cluster_options{.folder = folder}, machine());
}

void commit(cluster& in, const std::string& group, std::int64_t offset) {
    const std::vector<kafka::committed_offset> offsets{
        {.partition = {"orders", 1}, .offset = offset, .metadata = std::string("m\0m", 3)}};
    REQUIRE(in.group_of(group)->commit({group, "", "", -1}, offsets).ok());
}

} // namespace

TEST_CASE("a cluster opened again has its topics, records, starts, offsets and generations") {
    const temporary_folder folder;
    {
        const auto before = open_cluster(folder.path());
        CHECK(before->create_topic("orders", 2, {{"cleanup.policy", "compact"}}));
        CHECK(before->create_topic("gone", 1, {}));
        for (int at = 0; at < 5; ++at) append(*before->find("orders")->logs[1], "k", std::to_string(at));
        before->delete_records(*before->find("orders")->logs[1], 3);
        CHECK(before->remove_topic("gone"));
        commit(*before, "g", 4);
        before->group_of("g")->join("c", "", {"orders"}, std::make_shared<embedded::signal>(machine(), "a test"));
    }
    const auto after = open_cluster(folder.path());
    CHECK(after->topic_names() == std::vector<std::string>{"orders"});
    const auto orders = after->find("orders");
    REQUIRE(orders->logs.size() == 2);
    CHECK(orders->settings.compacted);
    CHECK(orders->config.at("cleanup.policy") == "compact");
    CHECK(read_all(orders->logs[0]).empty());
    CHECK(read_all(orders->logs[1]) == std::vector<log_entry>{{3, "k", "3"}, {4, "k", "4"}});
    const auto offsets = after->group_of("g")->all_committed();
    REQUIRE(offsets.size() == 1);
    CHECK(offsets[0].offset == 4);
    CHECK(offsets[0].metadata == std::string("m\0m", 3));
    CHECK(after->group_of("g")->generation() == 1);
    CHECK(after->group_of("g")->members() == 0);
    CHECK_FALSE(fs::exists(folder.path() / "topics" / "gone-0"));
}

TEST_CASE("a removed topic comes back empty, without its offsets") {
    const temporary_folder folder;
    const auto of = open_cluster(folder.path());
    of->create_topic("orders", 2, {});
    append(*of->find("orders")->logs[1], "k", "v");
    commit(*of, "g", 1);
    CHECK(of->remove_topic("orders"));
    CHECK_FALSE(of->remove_topic("orders"));
    CHECK(of->group_of("g")->all_committed().empty());
    CHECK(of->create_topic("orders", 2, {}));
    CHECK(of->find("orders")->logs[1]->end() == 0);
    CHECK_FALSE(of->create_topic("orders", 5, {}));
    CHECK(of->find("orders")->logs.size() == 2);
}

TEST_CASE("what a removal left on the disk does not come back with a new topic") {
    const temporary_folder folder;
    const auto of = open_cluster(folder.path());
    of->create_topic("left", 1, {});
    append(*of->find("left")->logs[0], "k", "v");
    const temporary_folder copy;
    fs::copy(folder.path() / "topics" / "left-0", copy.path() / "left-0");
    of->remove_topic("left");
    fs::copy(copy.path() / "left-0", folder.path() / "topics" / "left-0");
    of->create_topic("left", 1, {});
    CHECK(of->find("left")->logs[0]->end() == 0);
}

TEST_CASE("impossible topics are refused") {
    const auto of = open_cluster({});
    CHECK_THROWS_AS(of->create_topic("a b", 1, {}), config_error);
    CHECK_THROWS_AS(of->create_topic("t", 0, {}), config_error);
    CHECK_THROWS_AS(of->create_topic("t", 1, {{"retention", "1"}}), config_error);
    CHECK(of->topic_names().empty());
}

TEST_CASE("a folder in use by another cluster is refused, and free when that is gone") {
    const temporary_folder folder;
    auto first = open_cluster(folder.path());
    CHECK_THROWS_WITH(open_cluster(folder.path()), containing(folder.path().string()) && containing("in use"));
    first.reset();
    CHECK_NOTHROW(open_cluster(folder.path()));
}

TEST_CASE("a folder of another version, or one without its journal, is refused") {
    const temporary_folder folder;
    open_cluster(folder.path())->create_topic("t", 1, {});
    SECTION("without its journal") {
        fs::remove(folder.path() / "journal");
        CHECK_THROWS_WITH(open_cluster(folder.path()), containing("no journal"));
    }
    SECTION("with an empty one") {
        replace_content(folder.path() / "journal", "");
        CHECK_THROWS_AS(open_cluster(folder.path()), streams_error);
    }
    SECTION("of another version") {
        {
            journal other(folder.path() / "journal");
            const std::vector<journal::change> version{{"format", "streams embedded cluster 99"}};
            other.write(version);
        }
        CHECK_THROWS_WITH(open_cluster(folder.path()), containing("incompatible version"));
    }
    CHECK(fs::exists(folder.path() / "topics" / "t-0"));
}

TEST_CASE("a folder that cannot be made is an error with its name") {
    const temporary_folder folder;
    replace_content(folder.path() / "file", "");
    CHECK_THROWS_WITH(open_cluster(folder.path() / "file" / "below"), containing("below"));
}

TEST_CASE("a process killed while it writes loses nothing that was acknowledged") {
    const temporary_folder folder;
    int acknowledged[2];
    REQUIRE(::pipe(acknowledged) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto of = open_cluster(folder.path());
        of->create_topic("orders", 2, {{"segment.bytes", "5000"}});
        for (std::int64_t at = 0;; ++at) {
            append(*of->find("orders")->logs[1], std::to_string(at), "value");
            const std::vector<kafka::committed_offset> offsets{{.partition = {"orders", 1}, .offset = at}};
            (void)of->group_of("g")->commit({"g", "", "", -1}, offsets);
            if (::write(acknowledged[1], &at, sizeof at) != sizeof at) ::_exit(1);
        }
    }
    std::int64_t last = -1;
    while (last < 2000) REQUIRE(::read(acknowledged[0], &last, sizeof last) == sizeof last);
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    ::close(acknowledged[1]);
    for (std::int64_t more = 0; ::read(acknowledged[0], &more, sizeof more) == sizeof more;) last = more;
    ::close(acknowledged[0]);

    const auto of = open_cluster(folder.path());
    const auto log = of->find("orders")->logs[1];
    CHECK((log->end() == last + 1 || log->end() == last + 2));
    const auto all = read_all(log);
    REQUIRE(all.size() == static_cast<std::size_t>(log->end()));
    CHECK(all.back().key == std::to_string(log->end() - 1));
    const auto offsets = of->group_of("g")->all_committed();
    REQUIRE(offsets.size() == 1);
    CHECK((offsets[0].offset == last || offsets[0].offset == last + 1));
}
