#include "src/runtime/topic_names.hpp"

#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0 {

std::string full_topic_name(const topology& of, std::string_view application_id, std::string_view declared) {
    if (of.is_repartition_topic(declared)) return concat(application_id, '-', declared);
    return std::string(declared);
}

std::string changelog_topic_name(const topology& of, std::string_view application_id, const store_spec& store) {
    if (!store.source_topic.empty()) return full_topic_name(of, application_id, store.source_topic);
    if (!store.logging) return {};
    return concat(application_id, '-', store.name, "-changelog");
}

std::vector<std::string> input_topics(const topology& of, const std::vector<sub_topology>& parts,
                                      std::string_view application_id) {
    std::vector<std::string> names;
    for (const sub_topology& part : parts)
        for (const std::string& declared : part.source_topics) {
            auto name = full_topic_name(of, application_id, declared);
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
        }
    return names;
}

} // namespace streams::inline v0
