#include "catch.hpp"
#include "temporary_folder.hpp"

#include "src/embedded/journal.hpp"

#include <streams/core/error.hpp>

#include <array>

using namespace streams;
using embedded::journal;
using content = std::map<std::string, std::string>;

namespace {

void write(journal& to, std::vector<journal::change> changes) { to.write(changes); }

content without_format(const journal& of) {
    auto read = of.content();
    read.erase("format");
    return read;
}

} // namespace

TEST_CASE("packed fields come back, empty ones and zeros too") {
    const std::vector<std::string> fields{"a", "", std::string("\0b", 2)};
    CHECK(embedded::unpack(embedded::pack(fields)) == fields);
    CHECK_THROWS_AS(embedded::unpack("abc"), streams_error);
}

TEST_CASE("a journal holds the latest of each key after it is opened again") {
    const temporary_folder folder;
    {
        journal one(folder.path() / "journal");
        write(one, {{"a", "1"}, {"b", "2"}});
        write(one, {{"a", "3"}, {"c", "4"}});
        write(one, {{"b", std::nullopt}});
    }
    const journal again(folder.path() / "journal");
    CHECK(without_format(again) == content{{"a", "3"}, {"c", "4"}});
}

TEST_CASE("a journal cut off at any byte keeps every change that is whole") {
    const temporary_folder folder;
    const auto path = folder.path() / "journal";
    std::vector<std::size_t> ends;
    {
        journal one(path);
        ends.push_back(std::filesystem::file_size(path));
        for (const auto* value : {"1", "22", "333"}) {
            write(one, {{"a", value}, {value, "x"}});
            ends.push_back(std::filesystem::file_size(path));
        }
    }
    const auto whole = content_of(path);
    for (std::size_t size = ends[0]; size <= whole.size(); ++size) {
        replace_content(path, whole.substr(0, size));
        content expected;
        if (size >= ends[1]) expected = {{"a", "1"}, {"1", "x"}};
        if (size >= ends[2]) expected = {{"a", "22"}, {"1", "x"}, {"22", "x"}};
        if (size >= ends[3]) expected = {{"a", "333"}, {"1", "x"}, {"22", "x"}, {"333", "x"}};
        {
            journal opened(path);
            CHECK(without_format(opened) == expected);
            write(opened, {{"after", "y"}});
        }
        CHECK(without_format(journal(path)).at("after") == "y");
    }
}

TEST_CASE("a journal damaged before its end is refused with the place and the remedy") {
    const temporary_folder folder;
    const auto path = folder.path() / "journal";
    {
        journal one(path);
        write(one, {{"a", "1"}});
        write(one, {{"b", "2"}});
    }
    const auto whole = content_of(path);
    auto damaged = whole;
    damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 1);
    replace_content(path, damaged);
    CHECK_THROWS_WITH(journal(path), containing("damaged at byte") && containing("delete the folder"));
}

TEST_CASE("a journal does not grow without end") {
    const temporary_folder folder;
    const auto path = folder.path() / "journal";
    journal one(path);
    const std::string value(10'000, 'v');
    for (int at = 0; at < 500; ++at) write(one, {{"key", value + std::to_string(at)}});
    CHECK(std::filesystem::file_size(path) < 2'000'000);
    CHECK(without_format(journal(path)).at("key") == value + "499");
}
