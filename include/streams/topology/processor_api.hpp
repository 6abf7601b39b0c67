#pragma once

#include <streams/topology/processor.hpp>
#include <streams/topology/topic_sink.hpp>
#include <streams/topology/topic_source.hpp>
#include <streams/topology/topology.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {

namespace detail {

/// The node of a supplied processor, its types found from the processor's base class.
template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
std::unique_ptr<node> node_of(std::unique_ptr<processor<KeyIn, ValueIn, KeyOut, ValueOut>> body) {
    return std::make_unique<processor_node<KeyIn, ValueIn, KeyOut, ValueOut>>(std::move(body));
}
template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
processor<KeyIn, ValueIn, KeyOut, ValueOut>* as_processor(processor<KeyIn, ValueIn, KeyOut, ValueOut>* body) {
    return body;
}

template <class Supplier>
concept processor_supplier = requires(const Supplier& supplier) {
    as_processor(supplier().get());
};

/// A function that all tasks share.
template <class Function>
class shared_function {
public:
    explicit shared_function(Function function) : function_(std::make_shared<const Function>(std::move(function))) {}
    template <class... Args>
    decltype(auto) operator()(Args&&... args) const {
        return (*function_)(std::forward<Args>(args)...);
    }

private:
    std::shared_ptr<const Function> function_;
};

template <class Topic>
auto topic_of_sink(Topic topic) {
    if constexpr (std::convertible_to<Topic, std::string>)
        return std::string(std::move(topic));
    else
        return shared_function<Topic>(std::move(topic));
}

template <class Key, class Value, class Topic, class Partitioner>
node_spec sink_spec(std::string name, Topic topic, std::vector<std::string> parents, Partitioner partitioner) {
    node_spec spec{.kind = node_kind::sink, .name = std::move(name), .parents = std::move(parents)};
    if constexpr (std::same_as<Topic, std::string>)
        spec.topics = {topic};
    else
        spec.topic_extractor = true;
    spec.make = [topic = std::move(topic), partitioner = std::move(partitioner)] {
        return std::make_unique<topic_sink<Key, Value, Topic, Partitioner>>(topic, partitioner);
    };
    return spec;
}

} // namespace detail

template <class Key, class Value, std::convertible_to<std::string>... Topics>
topology& topology::add_source(std::string name, Topics... topics) {
    return add_node(
        {.kind = node_kind::source, .name = std::move(name), .topics = {std::string(std::move(topics))...}, .make = [] {
             return std::make_unique<topic_source<Key, Value>>();
         }});
}

template <class Key, class Value, std::convertible_to<std::string>... Topics>
topology& topology::add_source(offset_reset reset, std::string name, Topics... topics) {
    return add_node({.kind = node_kind::source,
                     .name = std::move(name),
                     .topics = {std::string(std::move(topics))...},
                     .make = [] { return std::make_unique<topic_source<Key, Value>>(); },
                     .reset = reset});
}

template <class Supplier>
topology& topology::add_processor(std::string name, Supplier supplier, std::vector<std::string> parents,
                                  std::vector<std::string> stores) {
    static_assert(
        detail::processor_supplier<Supplier>,
        "add_processor: the supplier must be callable without arguments, as const, and return a std::unique_ptr "
        "of a class derived from streams::processor<KeyIn, ValueIn, KeyOut, ValueOut>; pass for example "
        "[] { return std::make_unique<my_processor>(); }");
    return add_node({.kind = node_kind::processor,
                     .name = std::move(name),
                     .parents = std::move(parents),
                     .stores = std::move(stores),
                     .make = [shared = std::make_shared<const Supplier>(std::move(supplier))] {
                         auto body = (*shared)();
                         auto* base = detail::as_processor(body.release());
                         return detail::node_of(std::unique_ptr<std::remove_pointer_t<decltype(base)>>(base));
                     }});
}

template <class Key, class Value, class Topic>
topology& topology::add_sink(std::string name, Topic topic, std::vector<std::string> parents) {
    return add_node(detail::sink_spec<Key, Value>(std::move(name), detail::topic_of_sink(std::move(topic)),
                                                  std::move(parents), place_by_key{}));
}

template <class Key, class Value, class Topic, class Partitioner>
topology& topology::add_sink(std::string name, Topic topic, std::vector<std::string> parents, Partitioner partitioner) {
    return add_node(detail::sink_spec<Key, Value>(std::move(name), detail::topic_of_sink(std::move(topic)),
                                                  std::move(parents),
                                                  detail::shared_function<Partitioner>(std::move(partitioner))));
}

} // namespace streams::inline v0
