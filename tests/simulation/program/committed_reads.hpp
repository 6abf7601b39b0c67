#pragma once

#include "src/testing/simulation/onlooker.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace streams::simulation {

/// Reads the collectors' stores while the application runs, by key and by range. Whatever it is told has to be in the changelog
/// by then, in a transaction that is committed: one that is aborted may be done again, but further behind. And where nothing
/// is forgotten, a list that one application tells has to begin with what it told before.
class committed_reads final : public simulated::onlooker {
public:
    void look(const kafka_streams& application, const std::string& life, const log_ends& end_of) override;
    [[nodiscard]] std::string found_wrong(const simulated::topic_history& history) const override;

private:
    struct place {
        std::string store;
        std::int32_t partition = 0;
        friend auto operator<=>(const place&, const place&) = default;
    };
    struct told_row {
        std::string life;
        std::string key;
        std::string ids;
        std::int64_t end; ///< of the changelog, by then
    };
    void read_key(const kafka_streams& application, const std::string& life, const std::string& store,
                  const log_ends& end_of);
    void read_all(const kafka_streams& application, const std::string& life, const std::string& store,
                  const log_ends& end_of);
    void note(const place& at, told_row row);
    void miss(const place& at, const std::string& life, const std::string& key);
    [[nodiscard]] std::map<std::string, std::string>& told_by(const std::string& life, const place& at);

    std::size_t looks_ = 0;
    std::map<place, std::vector<told_row>> told_;
    std::map<std::pair<std::string, place>, std::map<std::string, std::string>> last_; ///< of each life, by key
    std::string wrong_; ///< the first that was seen at once; empty: nothing
};

} // namespace streams::simulation
