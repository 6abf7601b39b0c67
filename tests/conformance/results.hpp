#pragma once

#include "records.hpp"

#include <streams/topology/topology.hpp>

#include <map>
#include <set>
#include <string>

namespace conformance {

/// What topics come to: by topic and key one text.
using tables = std::map<std::string, std::map<std::string, std::string>>;

/// Topics that the topology writes and that are not its own.
[[nodiscard]] std::set<std::string> output_topics(const streams::topology& of);
/// The record becomes the value of its key; a null value erases it.
void add(std::map<std::string, std::string>& table, const std::optional<streams::bytes>& key,
         const std::optional<streams::bytes>& value);
/// Empty: they are equal.
[[nodiscard]] std::string first_difference(const tables& expected, const tables& actual);

} // namespace conformance
