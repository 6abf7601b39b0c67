#include <streams/dsl/detail/graph/graph.hpp>

#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0::detail {
namespace {

constexpr std::string_view repartition_suffix = "-repartition";

std::string_view without_suffix(std::string_view topic) {
    return topic.ends_with(repartition_suffix) ? topic.substr(0, topic.size() - repartition_suffix.size()) : topic;
}

void append_list(std::string& text, std::string_view heading, const std::vector<std::string>& names) {
    if (names.empty()) return;
    if (!text.empty()) text += "; ";
    text += heading;
    for (std::size_t at = 0; at < names.size(); ++at) text += concat(at == 0 ? " " : ", ", names[at]);
}

} // namespace

void graph::require_explicit_names(const topology& written) const {
    // What an operator makes beside its node is named after it: `KSTREAM-JOINTHIS-0000000005-store`.
    const auto generated = [&](std::string_view name) {
        return std::ranges::any_of(generated_names_, [&](const std::string& known) {
            return name == known || (name.starts_with(known) && name[known.size()] == '-');
        });
    };
    std::vector<std::string> changelogs;
    std::vector<std::string> stores;
    std::vector<std::string> repartitions;
    for (const store_spec& store : written.stores()) {
        if (!generated(store.name)) continue;
        (store.logging && store.source_topic.empty() ? changelogs : stores).push_back(store.name);
    }
    for (const repartition_topic& topic : written.repartition_topics())
        if (generated(without_suffix(topic.name))) repartitions.push_back(topic.name);
    std::string text;
    append_list(text, "stores with a changelog topic:", changelogs);
    append_list(text, "other stores:", stores);
    append_list(text, "repartition topics:", repartitions);
    if (text.empty()) return;
    throw topology_error(
        concat("some internal resources have generated names, which change when the topology does, and "
               "ensure.explicit.internal.resource.naming forbids that (",
               text,
               "); name them with materialized{.name}, grouped{.name}, joined{.name}, "
               "repartitioned{.name} or named{}"));
}

} // namespace streams::inline v0::detail
