#include <streams/runtime/kafka_streams.hpp>

#include "src/runtime/application/application.hpp"
#include "src/runtime/application/termination_signal.hpp"

#include <streams/core/execution.hpp>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds signal_slice{100};

} // namespace

kafka_streams::kafka_streams(topology topology, streams_config config) {
    config.validate(true);
    auto clients = kafka::make_rdkafka_clients(config);
    application_.reset(
        new application(std::move(topology), std::move(config), std::move(clients), machine(), machine_disk()));
}

kafka_streams::kafka_streams(topology topology, streams_config config, std::shared_ptr<kafka::client_supplier> clients,
                             execution* time, state_disk* disk) {
    config.validate(false);
    application_.reset(new application(std::move(topology), std::move(config), std::move(clients),
                                       time != nullptr ? *time : machine(), disk != nullptr ? *disk : machine_disk()));
}

void kafka_streams::ending::operator()(application* ended) const noexcept {
    if (!ended->runs_here()) {
        delete ended;
        return;
    }
    // The thread cannot wait for its own end.
    ended->ask_for_end();
    ended->time().start_thread("end of application", [ended] { delete ended; })->detach();
}

kafka_streams::~kafka_streams() = default;
kafka_streams::kafka_streams(kafka_streams&&) noexcept = default;
kafka_streams& kafka_streams::operator=(kafka_streams&&) noexcept = default;

void kafka_streams::set_state_listener(state_listener listener) {
    application_->status().set_listener(std::move(listener));
}

void kafka_streams::set_restore_listener(restore_listener listener) {
    application_->set_restore_listener(std::move(listener));
}

void kafka_streams::set_standby_update_listener(standby_update_listener listener) {
    application_->set_standby_update_listener(std::move(listener));
}

void kafka_streams::set_uncaught_exception_handler(uncaught_exception_handler handler) {
    application_->set_uncaught_exception_handler(std::move(handler));
}

void kafka_streams::start() { application_->start(); }

bool kafka_streams::close(std::chrono::milliseconds timeout) { return application_->close(timeout); }

std::optional<std::string> kafka_streams::add_stream_thread() { return application_->add_stream_thread(); }

std::optional<std::string> kafka_streams::remove_stream_thread(std::chrono::milliseconds timeout) {
    return application_->remove_stream_thread(timeout);
}

std::int32_t kafka_streams::num_stream_threads() const { return application_->num_stream_threads(); }

void kafka_streams::pause() { application_->pause(true); }

void kafka_streams::resume() { application_->pause(false); }

bool kafka_streams::is_paused() const { return application_->is_paused(); }

void kafka_streams::clean_up() { application_->clean_up(); }

int kafka_streams::run_until_signal() {
    termination_signal signal;
    start();
    while (!application_->status().wait_for_end(signal_slice) && !signal.caught()) continue;
    close();
    return state() == application_state::not_running ? 0 : 1;
}

application_state kafka_streams::state() const { return application_->status().state(); }

bool kafka_streams::wait_for(application_state wanted, std::chrono::milliseconds timeout) const {
    return application_->status().wait_for(wanted, timeout);
}

std::string kafka_streams::error() const { return application_->status().error(); }

application_counts kafka_streams::counts() const { return application_->counts(); }

std::vector<metric> kafka_streams::metrics() const { return application_->metrics(); }

std::vector<streams_metadata> kafka_streams::metadata_for_all_streams_clients() const {
    return application_->places().all();
}

std::vector<streams_metadata> kafka_streams::streams_metadata_for_store(std::string_view store) const {
    static_cast<void>(application_->queries()->spec_of(store));
    return application_->places().of(store);
}

std::optional<key_query_metadata> kafka_streams::metadata_of_place(
    std::string_view store, const std::function<std::int32_t(std::int32_t partitions)>& place) const {
    return application_->metadata_of_place(store, place);
}

store_partition_lags kafka_streams::all_local_store_partition_lags(std::chrono::milliseconds timeout) const {
    return application_->lags(timeout);
}

std::shared_ptr<store_reader> kafka_streams::stores() const { return application_->queries(); }

} // namespace streams::inline v0
