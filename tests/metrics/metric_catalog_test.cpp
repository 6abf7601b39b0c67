#include "catch.hpp"
#include "metrics/promtool.hpp"

#include "src/metrics/metric_catalog.hpp"

#include <streams/metrics/prometheus_text.hpp>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace streams;

namespace {

std::string text_of(recording_level level) {
    return level == recording_level::info ? "INFO" : level == recording_level::debug ? "DEBUG" : "TRACE";
}

std::vector<std::string> cells_of(const std::string& row) {
    std::vector<std::string> cells;
    std::istringstream rest(row.substr(2));
    for (std::string cell; std::getline(rest, cell, '|');) {
        cell.erase(0, cell.find_first_not_of(' '));
        cell.erase(cell.find_last_not_of(' ') + 1);
        cells.push_back(cell);
    }
    return cells;
}

/// The rows of the tables of docs/metrics.md, each behind the group that its heading names.
std::set<std::vector<std::string>> documented() {
    std::ifstream document(STREAMS_SOURCE_DIR "/docs/metrics.md");
    REQUIRE(document);
    std::set<std::vector<std::string>> rows;
    std::string group;
    for (std::string line; std::getline(document, line);) {
        if (line.starts_with("## ")) group = line.ends_with('`') ? line.substr(line.find('`')) : "";
        if (group.empty() || !line.starts_with("| `")) continue;
        auto cells = cells_of(line);
        cells.insert(cells.begin(), group);
        CHECK(rows.insert(cells).second);
    }
    return rows;
}

} // namespace

TEST_CASE("docs/metrics.md lists every metric with its group, labels, level, kind and meaning, and no other") {
    std::set<std::vector<std::string>> known;
    for (const metric_definition& each : metric_catalog()) {
        const auto quoted = [](std::string_view text) { return '`' + std::string(text) + '`'; };
        known.insert({quoted(each.group), quoted(each.name), std::string(each.labels), text_of(each.level),
                      each.kind == metric_kind::counter ? "counter" : "gauge", std::string(each.description)});
    }
    const auto rows = documented();
    for (const auto& row : known) {
        INFO(row[0] << ' ' << row[1]);
        CHECK(rows.contains(row));
    }
    CHECK(rows.size() == known.size());
}

TEST_CASE("no two metrics have the same name, group and labels") {
    std::set<std::pair<std::string_view, std::string_view>> names;
    for (const metric_definition& each : metric_catalog()) {
        INFO(each.group << ' ' << each.name);
        CHECK(names.emplace(each.group, each.name).second);
        CHECK(definition_of(each.id).name == each.name);
    }
}

TEST_CASE("promtool finds nothing to say about the names of the catalog") {
    std::vector<metric> all;
    for (const metric_definition& each : metric_catalog())
        all.push_back({each.name, each.group, each.description, each.kind, each.level, {}, 1.0});
    CHECK(testing_support::promtool_check_metrics(prometheus_text(all)) == "");
}
