#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

/// What every handle on a stream holds: its place in the topology being built, shared by the copies of the handle.
template <class Key, class Value>
class stream_handle {
public:
    /// For the library: a stream at a place in the graph.
    explicit stream_handle(attachment at, serdes_for<Key, Value> serdes = {})
        : state_(std::in_place, std::move(at)), serdes_(std::move(serdes)) {}

    /// For the library.
    [[nodiscard]] const attachment& at() const noexcept { return state_->at; }
    [[nodiscard]] stream_state& state() const noexcept { return *state_; }
    /// How keys and values become bytes, for what is below.
    [[nodiscard]] const serdes_for<Key, Value>& serdes() const noexcept { return serdes_; }

protected:
    /// The name that the option of type Option gives, or a generated one.
    template <class Option, class... Options>
    [[nodiscard]] std::string name(std::string_view prefix, const Options&... options) const {
        return at().graph->name_or_new(pick<Option>(options...).name, prefix);
    }

private:
    shared_value<stream_state> state_;
    serdes_for<Key, Value> serdes_;
};

} // namespace streams::inline v0::detail
