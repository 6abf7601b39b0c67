#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// A binary min-heap that breaks ties as `java.util.PriorityQueue` does, where Kafka Streams' order of equal elements
/// shows in results. `Before(a, b)`: a comes strictly before b. Elements are cheap to move.
template <class Element, class Before>
class priority_heap {
public:
    explicit priority_heap(Before before = {}) : before_(std::move(before)) {}

    [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
    void reserve(std::size_t size) { heap_.reserve(size); }
    /// REQUIRES: !empty().
    [[nodiscard]] const Element& top() const noexcept { return heap_.front(); }

    void push(Element element) {
        std::size_t at = heap_.size();
        heap_.push_back(std::move(element));
        while (at > 0) {
            const std::size_t parent = (at - 1) / 2;
            if (!before_(heap_[at], heap_[parent])) break;
            std::swap(heap_[at], heap_[parent]);
            at = parent;
        }
    }
    /// REQUIRES: !empty().
    Element pop() {
        Element least = std::move(heap_.front());
        if (heap_.size() > 1) heap_.front() = std::move(heap_.back());
        heap_.pop_back();
        sink(0);
        return least;
    }
    void clear() noexcept { heap_.clear(); }

private:
    void sink(std::size_t at) {
        for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
            if (child + 1 < heap_.size() && before_(heap_[child + 1], heap_[child])) ++child;
            if (!before_(heap_[child], heap_[at])) return;
            std::swap(heap_[at], heap_[child]);
            at = child;
        }
    }

    std::vector<Element> heap_;
    Before before_;
};

} // namespace streams::inline v0
