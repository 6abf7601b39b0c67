#include "kcat_lines.hpp"

#include <set>

std::string kcat_lines(const example& of) {
    std::string text = "Feed it, with the first records of its sample:\n";
    std::set<std::string> shown;
    for (const auto& [topic, key, value, timestamp] : of.sample) {
        if (!shown.insert(topic).second) continue;
        text += "  echo '" + (key ? *key + ':' : "") + value + "' | kcat -P -b localhost:9092 -t " + topic;
        // Java's placement of keys, so that records meet the tables that belong to them.
        text += key ? " -K: -X partitioner=murmur2_random\n" : "\n";
    }
    text += "Read what it writes:\n";
    for (const auto& [topic, values] : of.outputs)
        text += "  kcat -C -b localhost:9092 -t " + topic +
                " -e -q -K:" + (values == shown_as::number ? " -s value=q\n" : "\n");
    return text;
}
