#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_admin.hpp"
#include "src/kafka/rdkafka_consumer.hpp"
#include "src/kafka/rdkafka_producer.hpp"

#include <memory>
#include <string>

namespace streams::inline v0::kafka {

namespace {

class rdkafka_clients final : public client_supplier {
public:
    explicit rdkafka_clients(const streams_config& config)
        : config_(config), cluster_(std::make_shared<rdkafka_cluster>(config)) {}

    std::unique_ptr<consumer> make_consumer(const consumer_options& options) override {
        return std::make_unique<rdkafka_consumer>(config_, options, cluster_);
    }
    std::unique_ptr<producer> make_producer(const producer_options& options) override {
        return std::make_unique<rdkafka_producer>(config_, options, cluster_);
    }
    std::unique_ptr<admin> make_admin(const std::string& client_id) override {
        return std::make_unique<rdkafka_admin>(config_, client_id, cluster_);
    }

private:
    const streams_config config_;
    std::shared_ptr<rdkafka_cluster> cluster_;
};

} // namespace

std::shared_ptr<client_supplier> make_rdkafka_clients(const streams_config& config) {
    return std::make_shared<rdkafka_clients>(config);
}

} // namespace streams::inline v0::kafka
