#include "src/testing/simulation/simulated_clients.hpp"

#include "src/embedded/clients.hpp"
#include "src/testing/simulation/simulated_call.hpp"
#include "src/testing/simulation/simulated_consumer.hpp"
#include "src/testing/simulation/simulated_producer.hpp"

#include <utility>

namespace streams::inline v0::simulated {
namespace {

using kafka::milliseconds;
using kafka::result;

class simulated_admin final : public kafka::admin {
public:
    explicit simulated_admin(std::shared_ptr<simulated_process> process)
        : process_(std::move(process)), real_(embedded::make_clients(process_->around().cluster)->make_admin("")) {}

    result describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                    milliseconds timeout) override {
        return ask_within(*process_, seam_call::describe, partitions,
                          [&](auto& into) { return real_->describe(topics, into, timeout); });
    }
    result describe_configs(std::span<const std::string> topics,
                            std::map<std::string, std::map<std::string, std::string>>& found,
                            milliseconds timeout) override {
        return ask_within(*process_, seam_call::describe_configs, found,
                          [&](auto& into) { return real_->describe_configs(topics, into, timeout); });
    }
    result bounds(const topic_partition& partition, kafka::log_bounds& found, milliseconds timeout) override {
        return ask_within(*process_, seam_call::bounds, found, [&](auto& into) {
            auto unled = without_leader(*process_, partition);
            return unled ? *std::move(unled) : real_->bounds(partition, into, timeout);
        });
    }
    result list(std::vector<std::string>& topics, milliseconds timeout) override {
        return ask_within(*process_, seam_call::list, topics, [&](auto& into) { return real_->list(into, timeout); });
    }
    result create(std::span<const kafka::new_topic> topics, milliseconds timeout) override {
        return call_within(*process_, seam_call::create, [&] { return real_->create(topics, timeout); });
    }
    result remove(std::span<const std::string> topics, milliseconds timeout) override {
        return call_within(*process_, seam_call::remove, [&] { return real_->remove(topics, timeout); });
    }
    result delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                          milliseconds timeout) override {
        return call_within(*process_, seam_call::delete_records, [&] {
            for (const auto& [partition, offset] : before)
                if (auto unled = without_leader(*process_, partition)) return *std::move(unled);
            for (const auto& [partition, offset] : before) process_->around().topics.before_deletion(partition.topic);
            return real_->delete_records(before, timeout);
        });
    }

private:
    std::shared_ptr<simulated_process> process_;
    std::unique_ptr<kafka::admin> real_;
};

class simulated_clients final : public kafka::client_supplier {
public:
    explicit simulated_clients(std::shared_ptr<simulated_process> process) : process_(std::move(process)) {}

    std::unique_ptr<kafka::consumer> make_consumer(const kafka::consumer_options& options) override {
        return std::make_unique<simulated_consumer>(process_, options);
    }
    std::unique_ptr<kafka::producer> make_producer(const kafka::producer_options& options) override {
        return std::make_unique<simulated_producer>(process_, options);
    }
    std::unique_ptr<kafka::admin> make_admin(const std::string&) override {
        return std::make_unique<simulated_admin>(process_);
    }

private:
    std::shared_ptr<simulated_process> process_;
};

} // namespace

std::shared_ptr<kafka::client_supplier> make_simulated_clients(std::shared_ptr<simulated_process> process) {
    return std::make_shared<simulated_clients>(std::move(process));
}

} // namespace streams::inline v0::simulated
