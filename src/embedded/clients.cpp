#include "src/embedded/clients.hpp"

#include "src/embedded/admin.hpp"
#include "src/embedded/consumer.hpp"
#include "src/embedded/producer.hpp"

#include <utility>

namespace streams::inline v0::embedded {

namespace {

class clients final : public kafka::client_supplier {
public:
    explicit clients(std::shared_ptr<cluster> cluster) : cluster_(std::move(cluster)) {}

    std::unique_ptr<kafka::consumer> make_consumer(const kafka::consumer_options& options) override {
        return std::make_unique<consumer>(cluster_, options);
    }
    std::unique_ptr<kafka::producer> make_producer(const kafka::producer_options& options) override {
        return std::make_unique<producer>(cluster_, options);
    }
    std::unique_ptr<kafka::admin> make_admin(const std::string&) override { return std::make_unique<admin>(cluster_); }

private:
    const std::shared_ptr<cluster> cluster_;
};

} // namespace

std::shared_ptr<kafka::client_supplier> make_clients(std::shared_ptr<cluster> cluster) {
    return std::make_shared<clients>(std::move(cluster));
}

} // namespace streams::inline v0::embedded
