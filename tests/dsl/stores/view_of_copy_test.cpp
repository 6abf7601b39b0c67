#include <streams/dsl/detail/joins/stream_table_join_node.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include "catch.hpp"

#include <vector>

using namespace streams;

namespace {

using text = std::string;
using view = std::string_view;

template <class Result, class... Arguments, class F>
consteval bool refused(F) {
    return detail::returns_view_of_copy<Result, F, Arguments...>();
}

text by_value(text value) { return value; }
struct named_text {
    text name;
    [[nodiscard]] view as_view() const { return name; }
};

// A view, or what holds one, of an argument that was copied or converted.
static_assert(refused<view, text>([](text value) { return view(value); }));
static_assert(refused<view, text>([](auto value) { return view(value); }));
static_assert(detail::returns_view_of_copy<const text&, const text& (*)(text), text>());
static_assert(refused<const char*, text>([](text value) { return value.c_str(); }));
static_assert(refused<std::pair<text, view>, text, text>([](const text& k, text v) { return std::pair(k, view(v)); }));
static_assert(refused<std::vector<view>, text>([](text value) { return std::vector<view>{value}; }));
static_assert(refused<std::optional<view>, text>([](text value) { return std::optional<view>(value); }));
static_assert(refused<const double&, int>([](const double& value) -> const double& { return value; }));
using of_task = decltype(per_task([] { return [](text value) { return view(value); }; }));
static_assert(detail::returns_view_of_copy<view, of_task, text>());

// A view of an argument that outlives the call, or nothing that refers to it.
static_assert(!refused<view, text>([](const text& value) { return view(value); }));
static_assert(!refused<view, text>([](const auto& value) { return view(value); }));
static_assert(!refused<view, text>([](auto&& value) { return view(value); }));
static_assert(!refused<view, view>([](view value) { return value.substr(1); }));
static_assert(!refused<view, text>([](view value) { return value.substr(1); }));
static_assert(!refused<text, text>([](text value) { return value; }));
static_assert(!refused<text, text>(&by_value));
static_assert(!refused<std::vector<text>, text>([](text value) { return std::vector<text>{value}; }));
static_assert(!refused<const text&, named_text>(&named_text::name));
static_assert(!refused<view, named_text>(&named_text::as_view));
static_assert(!refused<view, text, const text*>([](const text& value, const text*) { return view(value); }));

} // namespace

TEST_CASE("a view of a record is valid wherever the record goes") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    auto heads = in.map_values([](const text& value) { return view(value).substr(0, 30); });
    heads.select_key([](const auto& head) { return head.substr(0, 3); }).repartition().to("by-head");
    heads.flat_map_values([](const view& head) { return std::vector<view>{head, head.substr(1)}; }).to("tails");
    topology_test_driver driver(builder.build());
    auto pipe = driver.input_topic<text, text>("in");
    const text first(40, 'a');
    const text second(40, 'b');
    pipe.pipe("k", first);
    pipe.pipe("k", second);
    CHECK(driver.output_topic<text, text>("by-head").read_key_values() ==
          std::vector<std::pair<text, text>>{{"aaa", first.substr(0, 30)}, {"bbb", second.substr(0, 30)}});
    CHECK(driver.output_topic<text, text>("tails").read_values() ==
          std::vector<text>{first.substr(0, 30), first.substr(1, 29), second.substr(0, 30), second.substr(1, 29)});
}
