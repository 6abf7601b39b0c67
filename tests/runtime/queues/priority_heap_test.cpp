#include "catch.hpp"

#include "src/runtime/queues/priority_heap.hpp"

#include <string>
#include <utility>
#include <vector>

namespace {

using timed = std::pair<int, char>;
struct earlier {
    bool operator()(const timed& a, const timed& b) const { return a.first < b.first; }
};

std::string drain(streams::priority_heap<timed, earlier>& heap) {
    std::string order;
    while (!heap.empty()) order += heap.pop().second;
    return order;
}

} // namespace

TEST_CASE("a priority heap gives the least element first") {
    streams::priority_heap<timed, earlier> heap;
    for (const timed& each : {timed{5, 'e'}, timed{1, 'a'}, timed{4, 'd'}, timed{2, 'b'}, timed{3, 'c'}})
        heap.push(each);
    CHECK(heap.size() == 5);
    CHECK(heap.top().second == 'a');
    CHECK(drain(heap) == "abcde");
}

TEST_CASE("equal elements leave a priority heap in the order of java.util.PriorityQueue, not of insertion") {
    streams::priority_heap<timed, earlier> heap;
    for (const char name : {'a', 'b', 'c', 'd'}) heap.push({1, name});
    // Java moves the last element to the top and sinks it, preferring the left of equal children.
    CHECK(drain(heap) == "adcb");
}
