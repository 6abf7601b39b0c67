#include "catch.hpp"

#include <streams/json/json.hpp>

#include <cmath>
#include <random>
#include <string>

using streams::bytes;
using streams::bytes_view;
using streams::serde;

namespace {

struct leaf {
    std::string text;
    std::optional<double> number;
    friend bool operator==(const leaf&, const leaf&) = default;
};

struct tree {
    std::string name;
    std::int64_t id = 0;
    bool flag = false;
    std::vector<leaf> leaves;
    friend bool operator==(const tree&, const tree&) = default;
};

} // namespace

template <>
struct streams::json_members<leaf> {
    static constexpr auto members = std::tuple{json_member{"text", &leaf::text}, json_member{"number", &leaf::number}};
};
template <>
struct streams::json_members<tree> {
    static constexpr auto members = std::tuple{json_member{"name", &tree::name}, json_member{"id", &tree::id},
                                               json_member{"flag", &tree::flag}, json_member{"leaves", &tree::leaves}};
};
template <>
struct streams::serde<tree> : streams::json<tree> {};

namespace {

/// Values with everything that text and numbers may hold, by seed.
class values {
public:
    explicit values(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

    std::string text() {
        static const std::string pieces[] = {"a",    "Z", "\"", "\\", "/", "\n", std::string(1, '\0'),
                                             "\x1f", "ü", "€",  "😀", " ", "{",  "]"};
        std::string result;
        for (auto length = below(12); length > 0; --length) result += pieces[below(std::size(pieces))];
        return result;
    }
    double number() {
        const auto mantissa = std::uniform_real_distribution<double>(-1, 1)(random_);
        return std::ldexp(mantissa, static_cast<int>(below(600)) - 300);
    }
    tree any() {
        tree result{text(), static_cast<std::int64_t>(random_()), below(2) == 0, {}};
        for (auto count = below(4); count > 0; --count)
            result.leaves.push_back({text(), below(2) == 0 ? std::optional(number()) : std::nullopt});
        return result;
    }

private:
    std::mt19937_64 random_;
};

} // namespace

TEST_CASE("any struct reads back as JSON what was written") {
    values made(1);
    for (int i = 0; i < 2'000; ++i) {
        const tree value = made.any();
        bytes text;
        serde<tree>::serialize(value, text);
        const auto found = serde<tree>::deserialize(text);
        if (found != value) FAIL(text.text());
    }
}

TEST_CASE("damaged JSON either reads or is refused") {
    values made(2);
    int refused = 0;
    for (int i = 0; i < 5'000; ++i) {
        bytes text;
        serde<tree>::serialize(made.any(), text);
        std::string damaged(text.text());
        for (auto changes = 1 + made.below(3); changes > 0 && !damaged.empty(); --changes) {
            const auto at = made.below(damaged.size());
            switch (made.below(3)) {
            case 0:
                damaged[at] = static_cast<char>(made.below(256));
                break;
            case 1:
                damaged.erase(at, 1 + made.below(5));
                break;
            default:
                damaged.resize(at);
                break;
            }
        }
        try {
            (void)serde<tree>::deserialize(bytes_view(std::string_view(damaged)));
        } catch (const streams::serialization_error&) {
            ++refused;
        }
    }
    CHECK(refused > 2'500);
}

TEST_CASE("deeply nested JSON is skipped or refused") {
    const std::string deep(5'000, '[');
    CHECK_THROWS_AS(serde<tree>::deserialize(bytes_view(std::string_view("{\"x\":" + deep))),
                    streams::serialization_error);
}
