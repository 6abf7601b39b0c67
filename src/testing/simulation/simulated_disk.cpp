#include "src/testing/simulation/simulated_disk.hpp"

#include "state/disk/corrupt_state_error.hpp"

#include <algorithm>
#include <ranges>
#include <unordered_set>

namespace streams::inline v0::simulated {
namespace {

std::string text_of(bytes_view view) { return std::string(view.text()); }
bytes_view view_of(const std::string& text) { return bytes_view(std::string_view(text)); }

class cursor_of_copy final : public store_cursor<store_entry> {
public:
    explicit cursor_of_copy(std::vector<std::pair<std::string, std::string>> entries) : entries_(std::move(entries)) {}
    std::optional<store_entry> next() override {
        if (at_ == entries_.size()) return std::nullopt;
        const auto& [key, value] = entries_[at_++];
        return store_entry{view_of(key), view_of(value)};
    }

private:
    std::vector<std::pair<std::string, std::string>> entries_;
    std::size_t at_ = 0;
};

} // namespace

void simulated_disk::apply(const batch& from, content& to) {
    if (from.expired_below) to.entries.erase(to.entries.begin(), to.entries.lower_bound(*from.expired_below));
    for (const auto& [key, value] : from.writes) {
        if (value)
            to.entries.insert_or_assign(key, *value);
        else
            to.entries.erase(key);
    }
    to.position = from.position;
}

void simulated_disk::sync(volume& all) {
    for (const batch& each : all.unsynced) apply(each, all.synced);
    all.unsynced.clear();
}

class simulated_disk::opened final : public backing {
public:
    opened(simulated_disk& on, std::shared_ptr<volume> of, mount ask, std::shared_ptr<const bool> alive)
        : disk_(on), volume_(std::move(of)), ask_(std::move(ask)), alive_(std::move(alive)),
          empty_(volume_->seen.entries.empty()) {
        volume_->open = true;
    }
    /// What is closed in order is synced by that.
    ~opened() override {
        if (!*alive_) return;
        sync(*volume_);
        volume_->open = false;
    }
    opened(const opened&) = delete;
    opened& operator=(const opened&) = delete;

    [[nodiscard]] store_position position() const override { return volume_->seen.position; }
    [[nodiscard]] bool opened_empty() const override { return empty_; }
    [[nodiscard]] bool get(bytes_view key, bytes& into) override {
        check(disk_call::read, "read");
        auto name = text_of(key);
        const auto found = volume_->seen.entries.find(name);
        if (!read_.insert(std::move(name)).second) ++disk_.used_.reloaded;
        if (found == volume_->seen.entries.end()) return false;
        into.assign(view_of(found->second));
        return true;
    }
    void write(std::span<const backing_write> entries, std::optional<bytes_view> expired_below,
               const store_position& position) override {
        done(disk_call::write, "written", [&] { put(entries, expired_below, position); });
    }
    void ingest(std::span<const backing_write> entries, std::optional<bytes_view> expired_below,
                const store_position& position) override {
        done(disk_call::ingest, "written", [&] {
            put(entries, expired_below, position);
            sync(*volume_);
            ++disk_.used_.ingested;
        });
    }
    [[nodiscard]] std::size_t least_ingest() const noexcept override { return disk_.least_ingest_; }
    [[nodiscard]] bool lags() const override { return ask_(disk_call::merge, false).has_value(); }
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> cursor(key_span span, iteration_order direction) override {
        check(disk_call::read, "read");
        const auto& all = volume_->seen.entries;
        const auto begin = span.from ? all.lower_bound(text_of(*span.from)) : all.begin();
        const auto end = span.to ? all.lower_bound(text_of(*span.to)) : all.end();
        std::vector<std::pair<std::string, std::string>> copied;
        if (!span.from || !span.to || *span.from < *span.to) copied.assign(begin, end);
        if (direction == iteration_order::descending) std::ranges::reverse(copied);
        return std::make_unique<cursor_of_copy>(std::move(copied));
    }
    [[nodiscard]] std::uint64_t approximate_num_entries() override { return volume_->seen.entries.size(); }
    void flush(bool) override {
        done(disk_call::flush, "flushed", [&] { sync(*volume_); });
    }
    [[nodiscard]] std::size_t memory_bytes() const override { return 0; }

private:
    void put(std::span<const backing_write> entries, std::optional<bytes_view> expired_below,
             const store_position& position) {
        batch made{.position = position};
        if (expired_below) made.expired_below = text_of(*expired_below);
        for (const backing_write& entry : entries)
            made.writes.emplace_back(text_of(entry.key),
                                     entry.value ? std::optional(text_of(*entry.value)) : std::nullopt);
        apply(made, volume_->seen);
        volume_->unsynced.push_back(std::move(made));
    }
    void check(disk_call call, std::string_view doing, bool after = false) const {
        if (const auto refused = ask_(call, after))
            throw state_error(concat("store ", volume_->identity.name, " cannot be ", doing, ": ", *refused));
    }
    template <class Work>
    void done(disk_call call, std::string_view doing, Work work) {
        check(call, doing);
        if (!*alive_) return;
        work();
        check(call, doing, true);
    }

    simulated_disk& disk_;
    std::shared_ptr<volume> volume_;
    mount ask_;
    std::shared_ptr<const bool> alive_;
    bool empty_;
    std::unordered_set<std::string> read_; ///< keys
};

class simulated_disk::file_system final : public state_disk {
public:
    file_system(simulated_disk& on, mount ask, std::shared_ptr<const bool> alive)
        : disk_(on), ask_(std::move(ask)), alive_(std::move(alive)) {}

    std::unique_ptr<backing> open(const std::filesystem::path& directory, const store_identity& identity,
                                  store_memory&) override {
        const std::string folder = directory / identity.name;
        check(identity, false);
        if (!*alive_) return std::make_unique<opened>(disk_, std::make_shared<volume>(), ask_, alive_);
        auto& found = disk_.volumes_[folder];
        if (!found) found = std::make_shared<volume>(volume{.identity = identity});
        if (found->open) throw state_error(concat("store ", identity.name, " is open already"));
        if (found->torn) throw corrupt_state_error(identity.name, "a file is torn");
        if (found->identity.layout != identity.layout)
            throw corrupt_state_error(identity.name, "it is laid out as `" + found->identity.layout + "`");
        if (found->identity.source != identity.source) {
            found->seen.position.offset.reset();
            found->seen.position.caught_up = -1;
            found->seen.position.partition_offsets.clear();
            found->unsynced.push_back({.position = found->seen.position});
            found->identity.source = identity.source;
        }
        auto made = std::make_unique<opened>(disk_, found, ask_, alive_);
        check(identity, true);
        return made;
    }
    void remove(const std::filesystem::path& folder, std::error_code& failed) override {
        failed.clear();
        if (ask_(disk_call::remove, false)) {
            failed = std::make_error_code(std::errc::io_error);
            return;
        }
        if (!*alive_) return;
        const std::string prefix = folder.string();
        std::erase_if(disk_.volumes_, [&](const auto& entry) {
            return entry.first.starts_with(prefix) &&
                   (entry.first.size() == prefix.size() || entry.first[prefix.size()] == '/');
        });
        if (ask_(disk_call::remove, true)) failed = std::make_error_code(std::errc::io_error);
    }

private:
    void check(const store_identity& identity, bool after) const {
        if (const auto refused = ask_(disk_call::open, after))
            throw state_error(concat("store ", identity.name, " cannot be opened: ", *refused));
    }

    simulated_disk& disk_;
    mount ask_;
    std::shared_ptr<const bool> alive_;
};

std::unique_ptr<state_disk> simulated_disk::mounted(mount ask, std::shared_ptr<const bool> alive) {
    return std::make_unique<file_system>(*this, std::move(ask), std::move(alive));
}

void simulated_disk::crash(const std::function<std::size_t(std::size_t)>& choose) {
    for (const auto& [folder, each] : volumes_) {
        // Who had it open before keeps a volume of its own.
        const auto kept = static_cast<std::ptrdiff_t>(choose(each->unsynced.size() + 1));
        const std::vector<batch> lost(each->unsynced.begin() + kept, each->unsynced.end());
        each->unsynced.erase(each->unsynced.begin() + kept, each->unsynced.end());
        sync(*each);
        // Files in which all has expired are removed at once, before the batch is synced that says so.
        auto& entries = each->synced.entries;
        for (const batch& one : lost)
            if (one.expired_below && choose(2) == 1)
                entries.erase(entries.begin(), entries.lower_bound(*one.expired_below));
        each->seen = each->synced;
        each->open = false;
    }
}

void simulated_disk::tear() {
    for (const auto& [folder, each] : volumes_)
        if (each->open) each->torn = true;
}

std::map<std::string, simulated_disk::content> simulated_disk::stores() const {
    std::map<std::string, content> found;
    for (const auto& [folder, each] : volumes_)
        if (!each->torn) found.emplace(folder, each->seen);
    return found;
}

} // namespace streams::inline v0::simulated
