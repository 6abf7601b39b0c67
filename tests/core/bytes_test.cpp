#include "catch.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

using streams::bytes;
using streams::bytes_view;

TEST_CASE("bytes compare unsigned, and shorter first on a common prefix") {
    const bytes low(std::string_view("\x7f"));
    const bytes high(std::string_view("\x80"));
    CHECK(low < high);
    CHECK(bytes_view(low) < bytes_view(high));
    CHECK(bytes(std::string_view("ab")) < bytes(std::string_view("aba")));
}

TEST_CASE("an empty view is a prefix of every view") {
    const bytes content(std::string_view("abc"));
    CHECK(content.view().starts_with(bytes_view()));
    CHECK(bytes_view().starts_with(bytes_view()));
    CHECK_FALSE(bytes_view().starts_with(content));
}

TEST_CASE("integers are stored with their largest byte first") {
    bytes out;
    streams::append_big_endian(out, std::int32_t{0x01020304});
    streams::append_big_endian(out, std::int16_t{-2});
    CHECK(out.text() == std::string_view("\x01\x02\x03\x04\xff\xfe", 6));
    CHECK(streams::load_big_endian<std::int32_t>(out.data()) == 0x01020304);
    CHECK(streams::load_big_endian<std::int16_t>(out.data() + 4) == -2);
}

TEST_CASE("bytes are made of any text") {
    const std::string_view text = "4711";
    CHECK(bytes("4711").text() == text);
    CHECK(bytes(text).text() == text);
    CHECK(bytes(std::string("4711")).text() == text);
}

TEST_CASE("bytes grow, shrink and move with their content, whatever its length") {
    const std::string alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (std::size_t size = 0; size <= alphabet.size(); ++size) {
        const std::string_view text(alphabet.data(), size);
        bytes grown;
        for (const char each : text) grown.push_back(static_cast<std::byte>(each));
        CHECK(grown.text() == text);
        CHECK(grown.capacity() >= size);

        bytes copy = grown;
        bytes moved = std::move(grown);
        CHECK(copy == moved);
        CHECK(grown.empty()); // NOLINT(bugprone-use-after-move): a moved run is empty
        grown = std::move(moved);
        moved = copy;
        std::swap(moved, copy);
        CHECK(grown.text() == text);
        CHECK(moved.text() == text);

        copy.assign(bytes_view(std::string_view("other")));
        CHECK(copy.text() == "other");
        copy.clear();
        copy.append(text);
        copy.resize(size / 2);
        CHECK(copy.text() == text.substr(0, size / 2));
    }
}

TEST_CASE("bytes that are added by a resize are zero") {
    bytes run(std::string_view("used before, and longer than what is left of it"));
    run.resize(2);
    run.resize(40);
    CHECK(run.text() == "us" + std::string(38, '\0'));
}

TEST_CASE("bytes take a part of themselves") {
    for (const std::size_t size : {4U, 16U, 17U, 64U}) {
        const std::string content = std::string(size - 2, '-') + "ab";
        bytes run(std::string_view{content});
        for (int doubling = 0; doubling < 3; ++doubling) run.append(run.view());
        CHECK(run.text() == content + content + content + content + content + content + content + content);
        run.assign(run.view().subview(size - 2, size + 2));
        CHECK(run.text() == "ab" + content);
    }
}

TEST_CASE("bytes make room for a caller to fill") {
    bytes run(std::string_view("head"));
    for (char fill = 'a'; fill < 'g'; ++fill) std::memset(run.extend(5), fill, 5);
    CHECK(run.text() == "headaaaaabbbbbcccccdddddeeeeefffff");
}
