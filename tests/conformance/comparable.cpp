#include "comparable.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

namespace conformance {

namespace {

/// What is known of an operation's result.
struct origin {
    std::set<std::string> topics; ///< that it is made of
    bool old = false;             ///< its records may be older than the stream time of the task
    bool foreign = false;         ///< it comes out of a foreign-key join
};

bool meets(const std::set<std::string>& one, const std::set<std::string>& other) {
    return std::ranges::any_of(one, [&](const auto& topic) { return other.contains(topic); });
}

bool is_stream_join(const json& op) { return op.contains("before"); }
bool is_versioned(const json& op) { return op.contains("store") && op.at("store").contains("versioned"); }

/// Stores keep what is not closed yet but for its last millisecond, counted from the newest record of the task: with a grace
/// that is not missed.
bool forgets_at_the_edge(const json& op) {
    if (op.contains("window")) {
        const json& window = op.at("window");
        return (window.at("kind") == "session" || window.at("kind") == "sliding") && window.at("grace") == 0;
    }
    return is_stream_join(op) && op.at("grace") == 0 && (op.at("before") == 0 || op.at("after") == 0);
}

/// Why the operation's results depend on the stream time of a task; null where they do not.
const char* of_stream_time(const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name == "suppress") return "suppress, which holds back until the stream time of a task has passed";
    if (op.contains("emit")) return "windows that emit when the stream time of a task closes them";
    if (is_stream_join(op) && name != "join")
        return "joins whose misses leave when the stream time of a task has passed";
    if (name == "process" && op.at("type") == "stream") return "punctuation by the stream time of a task";
    if (op.contains("grace") && !is_stream_join(op) && op.at("grace") > 0)
        return "joins that wait until the stream time of a task has passed";
    if (forgets_at_the_edge(op))
        return "windows without grace, whose edge a store forgets by the stream time of a task";
    return nullptr;
}

/// Follows the operations from the sources.
class tracing {
public:
    explicit tracing(const json& spec) {
        for (const json& op : spec.at("topology")) {
            if (const char* found = of_stream_time(op); found && nothing.empty()) nothing = found;
            follow(op);
        }
    }

    std::string nothing;
    bool timed = false;
    bool several = false; ///< an operation may make several records of one
    std::set<std::string> last_values_only;

private:
    [[nodiscard]] std::vector<std::string> inputs_of(const json& op) const {
        std::vector<std::string> ids;
        for (const char* field : {"of", "other"})
            if (op.contains(field)) ids.push_back(op.at(field).get<std::string>());
        if (op.contains("with"))
            for (const json& each : op.at("with")) ids.push_back(each.at("of").get<std::string>());
        return ids;
    }
    [[nodiscard]] origin merged_inputs(const json& op) {
        origin all;
        for (const auto& id : inputs_of(op)) {
            const origin& from = origins_.at(id);
            several = several || meets(all.topics, from.topics);
            all.topics.insert(from.topics.begin(), from.topics.end());
            all.old = all.old || from.old;
            all.foreign = all.foreign || from.foreign;
        }
        if (op.contains("topics")) all.topics = op.at("topics").get<std::set<std::string>>();
        if (op.contains("topic") && op.at("op") != "to") all.topics = {op.at("topic").get<std::string>()};
        return all;
    }
    void follow(const json& op) {
        const auto name = op.at("op").get<std::string>();
        origin result = merged_inputs(op);
        const bool looks_at_time = name == "windowed_by" || is_stream_join(op) || is_versioned(op);
        timed = timed || looks_at_time;
        if (looks_at_time && result.old) nothing = "windows behind records that come late";
        const bool rows = name == "group_by" && op.contains("key_fn");
        several = several || rows || looks_at_time || name.starts_with("flat_map") || name == "process";
        // A session that grows takes back the one before, at that one's time.
        result.old =
            result.old || name == "process" || (name == "windowed_by" && op.at("window").at("kind") == "session");
        static const std::set<std::string> rowwise{"filter", "filter_not", "map_values", "to_stream", "to"};
        if (result.foreign && !rowwise.contains(name)) nothing = "operations behind a foreign-key join";
        result.foreign = result.foreign || op.contains("foreign_key");
        if (name == "to" && result.foreign) last_values_only.insert(op.at("topic").get<std::string>());
        if (op.contains("id")) origins_[op.at("id").get<std::string>()] = result;
        if (name != "split") return;
        for (const json& branch : op.at("branches")) origins_[branch.at("id").get<std::string>()] = result;
        if (op.contains("default")) origins_[op.at("default").at("id").get<std::string>()] = result;
    }

    std::map<std::string, origin> origins_;
};

/// Topics through which a topology leads records to other tasks; those of foreign-key joins count for nothing, since their
/// results say what they are of.
class routes {
public:
    explicit routes(const streams::topology& of) : topology_(of) {}

    /// A task reads two topics through which the same input comes.
    [[nodiscard]] bool cross() const {
        for (const auto& part : topology_.sub_topologies())
            for (const auto& one : part.source_topics)
                for (const auto& other : part.source_topics)
                    if (one < other && leads(one) && leads(other) && meets(behind(one).topics, behind(other).topics))
                        return true;
        return false;
    }
    /// A task reads a topic of one partition, which holds every key, beside others, which do not.
    [[nodiscard]] bool narrow() const {
        std::set<std::string> single;
        for (const auto& topic : topology_.repartition_topics())
            if (topic.partitions == 1) single.insert(topic.name);
        for (const auto& part : topology_.sub_topologies()) {
            const auto of_one =
                std::ranges::count_if(part.source_topics, [&](const auto& t) { return single.contains(t); });
            if (of_one > 0 && of_one < std::ssize(part.source_topics)) return true;
        }
        return false;
    }
    /// The most topics that lie one behind the other.
    [[nodiscard]] int depth() const {
        int most = 0;
        for (const auto& topic : topology_.repartition_topics()) most = std::max(most, behind(topic.name).depth);
        return most;
    }

private:
    struct way {
        std::set<std::string> topics; ///< of input
        int depth = 0;
        void add(const way& other) {
            topics.insert(other.topics.begin(), other.topics.end());
            depth = std::max(depth, other.depth);
        }
    };

    [[nodiscard]] bool leads(const std::string& topic) const {
        return topology_.is_repartition_topic(topic) && topic.ends_with("-repartition");
    }
    [[nodiscard]] way behind(const std::string& topic) const {
        if (!topology_.is_repartition_topic(topic)) return {{topic}, 0};
        way all;
        if (!leads(topic)) return all;
        for (const auto& node : topology_.nodes())
            if (node.kind == streams::node_kind::sink && std::ranges::find(node.topics, topic) != node.topics.end())
                all.add(behind(node));
        ++all.depth;
        return all;
    }
    [[nodiscard]] way behind(const streams::node_spec& node) const {
        way all;
        if (node.kind == streams::node_kind::source)
            for (const auto& topic : node.topics) all.add(behind(topic));
        for (const auto& parent : node.parents) all.add(behind(*topology_.find_node(parent)));
        return all;
    }

    const streams::topology& topology_;
};

} // namespace

promise promise_of(const json& spec, const streams::topology& of) {
    tracing traced(spec);
    const routes ways(of);
    if (traced.nothing.empty() && ways.narrow())
        traced.nothing = "a repartition to one partition beside topics of several";
    if (traced.nothing.empty() && ways.cross())
        traced.nothing = "several repartition topics of the same input in one task";
    if (traced.nothing.empty() && traced.several && ways.depth() > 1)
        traced.nothing = "several records of one input under way through repartition topics behind each other";
    return {traced.nothing, traced.timed, traced.last_values_only};
}

} // namespace conformance
