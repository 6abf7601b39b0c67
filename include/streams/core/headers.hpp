#pragma once

#include <streams/core/bytes.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// One record header. A value may be null, as in Kafka.
struct header {
    std::string key;
    std::optional<bytes> value;

    friend bool operator==(const header&, const header&) = default;
};

/// The headers of a record: a multimap that keeps the order in which headers were added. Not thread-safe.
class headers {
public:
    headers() = default;
    headers(std::initializer_list<header> content) : content_(content) {}

    [[nodiscard]] bool empty() const noexcept { return content_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return content_.size(); }
    [[nodiscard]] auto begin() const noexcept { return content_.begin(); }
    [[nodiscard]] auto end() const noexcept { return content_.end(); }

    void add(std::string key, std::optional<bytes> value) { content_.push_back({std::move(key), std::move(value)}); }
    /// Removes every header with this key.
    void remove(std::string_view key) {
        std::erase_if(content_, [&](const header& h) { return h.key == key; });
    }
    /// The last header with this key, or null (Kafka's `Headers.lastHeader`). Valid until the next change.
    [[nodiscard]] const header* last(std::string_view key) const noexcept {
        for (auto at = content_.rbegin(); at != content_.rend(); ++at)
            if (at->key == key) return &*at;
        return nullptr;
    }
    void clear() noexcept { content_.clear(); }

    friend bool operator==(const headers&, const headers&) = default;

private:
    std::vector<header> content_;
};

} // namespace streams::inline v0
