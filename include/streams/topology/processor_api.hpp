#pragma once

#include <streams/topology/processor_supplier.hpp>
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
node_spec sink_spec(std::string name, Topic topic, std::vector<std::string> parents, Partitioner partitioner,
                    serdes_for<Key, Value> serdes) {
    node_spec spec{.kind = node_kind::sink, .name = std::move(name), .parents = std::move(parents)};
    if constexpr (std::same_as<Topic, std::string>)
        spec.topics = {topic};
    else
        spec.topic_extractor = true;
    spec.make = [topic = std::move(topic), partitioner = std::move(partitioner), serdes = std::move(serdes)] {
        return make_node<topic_sink<Key, Value, Topic, Partitioner>>(topic, partitioner, serdes.key, serdes.value);
    };
    return spec;
}

} // namespace detail

template <class Key, class Value, std::convertible_to<std::string>... Topics>
topology& topology::add_source(std::string name, Topics... topics) {
    return add_node(
        {.kind = node_kind::source, .name = std::move(name), .topics = {std::string(std::move(topics))...}, .make = [] {
             return make_node<topic_source<Key, Value>>();
         }});
}

template <class Key, class Value, std::convertible_to<std::string>... Topics>
topology& topology::add_source(offset_reset reset, std::string name, Topics... topics) {
    return add_node({.kind = node_kind::source,
                     .name = std::move(name),
                     .topics = {std::string(std::move(topics))...},
                     .make = [] { return make_node<topic_source<Key, Value>>(); },
                     .reset = reset});
}

template <class Key, class Value>
topology& topology::add_source(std::string name, std::vector<std::string> topics, serdes_for<Key, Value> serdes) {
    return add_node({.kind = node_kind::source,
                     .name = std::move(name),
                     .topics = std::move(topics),
                     .make = [serdes = std::move(serdes)] {
                         return make_node<topic_source<Key, Value>>(on_null::fail, default_timestamp{}, serdes.key,
                                                                    serdes.value);
                     }});
}

template <class Supplier>
topology& topology::add_processor(std::string name, Supplier supplier, std::vector<std::string> parents,
                                  std::vector<std::string> stores) {
    detail::check_processor_supplier<Supplier>();
    return add_node({.kind = node_kind::processor,
                     .name = std::move(name),
                     .parents = std::move(parents),
                     .stores = std::move(stores),
                     .make = detail::processor_maker(std::move(supplier))});
}

template <class Key, class Value, class Supplier>
topology& topology::add_global_store(store_spec spec, std::string source, std::string topic, std::string processor,
                                     Supplier supplier) {
    detail::check_processor_supplier<Supplier>();
    return add_global_store(std::move(spec),
                            {.kind = node_kind::source,
                             .name = std::move(source),
                             .topics = {std::move(topic)},
                             .make = [] { return make_node<topic_source<Key, Value>>(); }},
                            {.kind = node_kind::processor,
                             .name = std::move(processor),
                             .make = detail::processor_maker(std::move(supplier))},
                            true);
}

template <class Key, class Value, class Supplier>
topology& topology::add_read_only_store(store_spec spec, std::string source, std::string topic, std::string processor,
                                        Supplier supplier) {
    spec.logging = spec.caching = false;
    spec.source_topic = topic;
    add_source<Key, Value>(source, std::move(topic));
    add_processor(processor, std::move(supplier), {source});
    return add_store(std::move(spec), {processor});
}

template <class Key, class Value, class Topic>
topology& topology::add_sink(std::string name, Topic topic, std::vector<std::string> parents) {
    return add_node(detail::sink_spec<Key, Value>(std::move(name), detail::topic_of_sink(std::move(topic)),
                                                  std::move(parents), place_by_key{}, {}));
}

template <class Key, class Value, class Topic, class Partitioner>
topology& topology::add_sink(std::string name, Topic topic, std::vector<std::string> parents, Partitioner partitioner) {
    return add_node(detail::sink_spec<Key, Value>(std::move(name), detail::topic_of_sink(std::move(topic)),
                                                  std::move(parents),
                                                  detail::shared_function<Partitioner>(std::move(partitioner)), {}));
}

template <class Key, class Value, class Topic, class Partitioner>
topology& topology::add_sink(std::string name, Topic topic, std::vector<std::string> parents,
                             serdes_for<Key, Value> serdes, Partitioner partitioner) {
    auto to = detail::topic_of_sink(std::move(topic));
    if constexpr (std::same_as<Partitioner, place_by_key>)
        return add_node(detail::sink_spec<Key, Value>(std::move(name), std::move(to), std::move(parents), partitioner,
                                                      std::move(serdes)));
    else
        return add_node(detail::sink_spec<Key, Value>(std::move(name), std::move(to), std::move(parents),
                                                      detail::shared_function<Partitioner>(std::move(partitioner)),
                                                      std::move(serdes)));
}

} // namespace streams::inline v0
