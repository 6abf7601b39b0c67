#include "catch.hpp"
#include "state/hot/key_hash.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using streams::bytes_view;
using streams::key_hash;

TEST_CASE("keys that differ in one byte or in length hash apart") {
    for (std::size_t size = 0; size <= 40; ++size) {
        std::set<std::size_t> hashes;
        std::size_t keys = 0;
        std::string key(size, 'k');
        const auto add = [&] {
            hashes.insert(key_hash{}(bytes_view(std::string_view(key))));
            ++keys;
        };
        add();
        key.push_back('k');
        add();
        key.pop_back();
        for (char& byte : key)
            for (const char other : {'a', 'b', '\0'}) {
                const char before = std::exchange(byte, other);
                add();
                byte = before;
            }
        CHECK(hashes.size() == keys);
    }
}

TEST_CASE("keys that count up fill the buckets of a table evenly") {
    constexpr std::size_t buckets = 1 << 12;
    for (const std::size_t padding : {0, 4, 12, 20, 60}) {
        std::vector<int> filled(buckets);
        for (int at = 0; at < 40'960; ++at) {
            const std::string number = std::to_string(at);
            const std::string key = std::string(padding, '0') + std::string(8 - number.size(), '0') + number;
            ++filled[key_hash{}(bytes_view(std::string_view(key))) % buckets];
        }
        CHECK(*std::max_element(filled.begin(), filled.end()) < 40); // 10 on average
    }
}
