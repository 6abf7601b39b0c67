#include "src/embedded/cluster.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <set>

#include <fcntl.h>
#include <sys/file.h>

namespace streams::inline v0::embedded {

namespace {

std::string topic_key(const std::string& name) { return "topic/" + name; }
std::string start_key(const topic_partition& partition) { return "start/" + to_string(partition); }
std::string generation_key(const std::string& group) { return "generation/" + group; }
std::string offset_key(const std::string& group, const topic_partition& partition) {
    return concat("offset/", group, '/', to_string(partition));
}

std::int64_t number(const std::string& text) {
    std::int64_t parsed = 0;
    std::from_chars(text.data(), text.data() + text.size(), parsed);
    return parsed;
}

std::string packed_topic(const topic& topic) {
    std::vector<std::string> fields{topic.name, std::to_string(topic.logs.size())};
    for (const auto& [name, value] : topic.config) {
        fields.push_back(name);
        fields.push_back(value);
    }
    return pack(fields);
}

std::string packed_offset(const std::string& group, const kafka::committed_offset& committed) {
    const std::array<std::string, 5> fields{group, committed.partition.topic,
                                            std::to_string(committed.partition.partition),
                                            std::to_string(committed.offset), committed.metadata};
    return pack(fields);
}

file lock_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) throw_file_error(folder, "make the folder", failed.value());
    file lock(folder / "lock", O_RDWR | O_CREAT);
    if (::flock(lock.descriptor(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) throw_file_error(lock.path(), "lock", errno);
    throw streams_error(
        concat("embedded cluster: the folder ", folder.string(),
               " is in use by another process or another cluster of this one; stop it, or choose another folder"));
}

} // namespace

cluster::cluster(cluster_options options, execution& time)
    : options_(std::move(options)), time_(time),
      transactions_(std::make_unique<transactions>(options_.transaction_timeout, time_, around_transactions())) {
    if (options_.folder.empty()) {
        journal_ = std::make_unique<journal>();
        return;
    }
    lock_file_ = lock_folder(options_.folder);
    if (std::filesystem::exists(options_.folder / "topics") && !std::filesystem::exists(options_.folder / "journal"))
        throw streams_error(concat("embedded cluster: the folder ", options_.folder.string(),
                                   " has topics but no journal; put "
                                   "the file journal back from a copy, or delete the folder to start anew"));
    journal_ = std::make_unique<journal>(options_.folder / "journal");
    open_folder();
}

cluster::~cluster() {
    for (const auto& [name, one] : topics_)
        for (const auto& log : one->logs) log->close();
}

std::filesystem::path cluster::folder_of(const std::string& topic, std::int32_t partition) const {
    if (options_.folder.empty()) return {};
    return options_.folder / "topics" / concat(topic, '-', partition);
}

void cluster::open_folder() {
    std::set<std::filesystem::path> known;
    std::vector<std::pair<topic_partition, aborted_range>> aborted;
    for (const auto& [key, value] : journal_->content()) {
        const auto fields = unpack(key == "format" ? std::string_view{} : std::string_view(value));
        if (key.starts_with("topic/")) {
            std::map<std::string, std::string> config;
            for (std::size_t at = 2; at + 1 < fields.size(); at += 2) config.emplace(fields[at], fields[at + 1]);
            const auto starts = [&](const topic_partition& partition) {
                const auto start = journal_->content().find(start_key(partition));
                return start == journal_->content().end() ? 0 : number(unpack(start->second).at(0));
            };
            auto made = make_topic(fields[0], static_cast<std::int32_t>(number(fields[1])), config, starts);
            for (const auto& log : made->logs) known.insert(folder_of(fields[0], log->name().partition));
            topics_.emplace(fields[0], std::move(made));
        } else if (key.starts_with("generation/")) {
            group_of(fields[0])->restore_generation(static_cast<std::int32_t>(number(fields[1])));
        } else if (key.starts_with("transaction/")) {
            transactions_->restore(value);
        } else if (key.starts_with("aborted/")) {
            aborted.emplace_back(topic_partition{fields[0], static_cast<std::int32_t>(number(fields[1]))},
                                 aborted_range{number(fields[2]), number(fields[3]), number(fields[4])});
        } else if (key.starts_with("offset/")) {
            group_of(fields[0])->restore_offset({.partition = {fields[1], static_cast<std::int32_t>(number(fields[2]))},
                                                 .offset = number(fields[3]),
                                                 .metadata = fields[4]});
        }
    }
    for (const auto& [partition, range] : aborted)
        if (const auto log = find_log(partition)) log->restore_aborted(range);
    std::filesystem::create_directories(options_.folder / "topics");
    std::vector<std::filesystem::path> removed;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder / "topics"))
        if (!known.contains(entry.path())) removed.push_back(entry.path());
    for (const auto& path : removed) std::filesystem::remove_all(path);
    transactions_->finish_restored();
}

std::shared_ptr<partition_log> cluster::find_log(const topic_partition& partition) const {
    const auto topic = find(partition.topic);
    const auto at = static_cast<std::size_t>(partition.partition);
    return topic && partition.partition >= 0 && at < topic->logs.size() ? topic->logs[at] : nullptr;
}

transactions::surroundings cluster::around_transactions() {
    transactions::surroundings around{
        .find_log = [this](const topic_partition& partition) { return find_log(partition); },
        .find_group = [this](const std::string& id) { return group_of(id); },
        .offset_change = [](const std::string& group, const kafka::committed_offset& committed) -> journal::change {
            return {offset_key(group, committed.partition), packed_offset(group, committed)};
        }};
    if (!options_.folder.empty())
        around.write = [this](std::span<const journal::change> changes) { journal_->write(changes); };
    return around;
}

std::shared_ptr<topic> cluster::make_topic(const std::string& name, std::int32_t partitions,
                                           const std::map<std::string, std::string>& config,
                                           const log_starts& starts) const {
    auto made = std::make_shared<topic>();
    made->name = name;
    made->config = config;
    made->settings = topic_settings::from(name, config);
    add_logs(*made, partitions, starts);
    return made;
}

void cluster::add_logs(topic& to, std::int32_t until, const log_starts& starts) const {
    for (auto at = static_cast<std::int32_t>(to.logs.size()); at < until; ++at) {
        const topic_partition partition{to.name, at};
        to.logs.push_back(
            std::make_shared<partition_log>(partition, to.settings, time_, folder_of(to.name, at), starts(partition)));
    }
}

void cluster::check_partitions(const std::string& topic, std::int32_t partitions) {
    constexpr std::int32_t most_partitions = 100'000;
    if (partitions < 1 || partitions > most_partitions)
        throw config_error(
            concat("topic ", topic, ": ", partitions, " partitions are impossible; give 1 to ", most_partitions));
}

void cluster::forget_folders(const std::string& topic, std::int32_t from, std::int32_t to) const {
    // What a removal that failed half way has left must not come back.
    for (std::int32_t at = from; at < to && !options_.folder.empty(); ++at)
        std::filesystem::remove_all(folder_of(topic, at));
}

bool cluster::create_topic(const std::string& name, std::int32_t partitions,
                           const std::map<std::string, std::string>& config) {
    check_topic_name(name);
    check_partitions(name, partitions);
    {
        const std::unique_lock lock(topics_mutex_);
        if (topics_.contains(name)) return false;
        forget_folders(name, 0, partitions);
        const auto made = make_topic(name, partitions, config, [](const auto&) { return 0; });
        const std::array<journal::change, 1> entry{{{topic_key(name), packed_topic(*made)}}};
        journal_->write(entry);
        topics_.emplace(name, made);
    }
    tell_groups(name);
    return true;
}

bool cluster::create_partitions(const std::string& name, std::int32_t partitions) {
    check_partitions(name, partitions);
    {
        const std::unique_lock lock(topics_mutex_);
        const auto found = topics_.find(name);
        if (found == topics_.end()) return false;
        const auto present = static_cast<std::int32_t>(found->second->logs.size());
        if (partitions <= present)
            throw config_error(concat("topic ", name, " has ", present, " partitions already; give more than that"));
        forget_folders(name, present, partitions);
        const auto wider = std::make_shared<topic>();
        wider->name = name;
        wider->config = found->second->config;
        wider->settings = found->second->settings;
        wider->logs = found->second->logs;
        add_logs(*wider, partitions, [](const auto&) { return 0; });
        const std::array<journal::change, 1> entry{{{topic_key(name), packed_topic(*wider)}}};
        journal_->write(entry);
        found->second->outdated = true;
        found->second = wider;
    }
    tell_groups(name);
    return true;
}

bool cluster::remove_topic(const std::string& name) {
    std::shared_ptr<topic> gone;
    const auto all_groups = groups();
    std::vector<journal::change> entry{{topic_key(name), std::nullopt}};
    for (const auto& one : all_groups)
        for (const auto& offset : one->all_committed())
            if (offset.partition.topic == name)
                entry.emplace_back(offset_key(one->id(), offset.partition), std::nullopt);
    {
        const std::unique_lock lock(topics_mutex_);
        const auto found = topics_.find(name);
        if (found == topics_.end()) return false;
        gone = found->second;
        for (const auto& log : gone->logs) {
            entry.emplace_back(start_key(log->name()), std::nullopt);
            for (const auto& range : log->aborted_from(0))
                entry.emplace_back(transactions::aborted_key(log->name(), range.last), std::nullopt);
        }
        journal_->write(entry);
        gone->outdated = true;
        topics_.erase(found);
        for (const auto& log : gone->logs)
            if (!options_.folder.empty()) std::filesystem::remove_all(folder_of(name, log->name().partition));
    }
    for (const auto& one : all_groups) one->forget_offsets(name);
    tell_groups(name);
    return true;
}

std::shared_ptr<topic> cluster::find(std::string_view name) const {
    const std::shared_lock lock(topics_mutex_);
    const auto found = topics_.find(name);
    return found == topics_.end() ? nullptr : found->second;
}

std::vector<std::string> cluster::topic_names() const {
    const std::shared_lock lock(topics_mutex_);
    std::vector<std::string> names;
    for (const auto& [name, one] : topics_) names.push_back(name);
    return names;
}

void cluster::delete_records(partition_log& log, std::int64_t offset) {
    if (offset < 0) offset = log.end();
    if (offset <= log.start()) return;
    const std::array<std::string, 1> fields{std::to_string(offset)};
    std::vector<journal::change> entry{{start_key(log.name()), pack(fields)}};
    for (const auto& range : log.aborted_from(0))
        if (range.last < offset) entry.emplace_back(transactions::aborted_key(log.name(), range.last), std::nullopt);
    journal_->write(entry);
    log.delete_before(offset);
}

void cluster::apply_retention() {
    for (const auto& name : topic_names())
        if (const auto one = find(name))
            for (const auto& log : one->logs) delete_records(*log, log->retained_from());
}

std::shared_ptr<group> cluster::group_of(const std::string& id) {
    const std::lock_guard lock(groups_mutex_);
    auto& found = groups_[id];
    if (found) return found;
    group::surroundings around;
    around.partitions = [this](const std::string& name) {
        const auto one = find(name);
        return one ? static_cast<std::int32_t>(one->logs.size()) : 0;
    };
    around.store_offsets = [this](const std::string& group_id, std::span<const kafka::committed_offset> offsets) {
        std::vector<journal::change> entry;
        for (const auto& one : offsets)
            entry.emplace_back(offset_key(group_id, one.partition), packed_offset(group_id, one));
        journal_->write(entry);
    };
    around.store_generation = [this](const std::string& group_id, std::int32_t generation) {
        const std::array<std::string, 2> fields{group_id, std::to_string(generation)};
        const std::array<journal::change, 1> entry{{{generation_key(group_id), pack(fields)}}};
        journal_->write(entry);
    };
    found = std::make_shared<group>(id, options_.groups, time_, std::move(around));
    return found;
}

std::shared_ptr<group> cluster::find_group(const std::string& id) const {
    const std::lock_guard lock(groups_mutex_);
    const auto found = groups_.find(id);
    return found == groups_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<group>> cluster::groups() const {
    const std::lock_guard lock(groups_mutex_);
    std::vector<std::shared_ptr<group>> all;
    for (const auto& [id, one] : groups_) all.push_back(one);
    return all;
}

void cluster::tell_groups(const std::string& topic) {
    for (const auto& one : groups()) one->topic_changed(topic);
}

} // namespace streams::inline v0::embedded
