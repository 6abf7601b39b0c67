#include "src/testing/simulation/simulated_producer.hpp"

#include "src/embedded/clients.hpp"
#include "src/testing/simulation/simulated_call.hpp"

#include <algorithm>

namespace streams::inline v0::simulated {

using kafka::error_class;
using kafka::result;

namespace {

/// So many records are appended at most before some of them are sent.
constexpr std::size_t longest_queue = 20;
constexpr kafka::milliseconds longest_look{20}; ///< at whether a record can be sent

result must_abort() { return {error_class::abortable, "a record of the transaction was not delivered; abort it"}; }

} // namespace

simulated_producer::simulated_producer(std::shared_ptr<simulated_process> process,
                                       const kafka::producer_options& options)
    : process_(std::move(process)), transactional_(!options.transactional_id.empty()),
      real_(embedded::make_clients(process_->around().cluster)->make_producer(options)) {
    process_->add(*this);
}

simulated_producer::~simulated_producer() { process_->remove(*this); }

/// What is on its way needs no sender: the queue arrives later, or never.
void simulated_producer::sever(std::optional<std::int64_t> arrives_in) {
    if (!arrives_in || queue_.empty()) {
        queue_.clear();
        return;
    }
    auto shared = std::make_shared<std::pair<std::unique_ptr<kafka::producer>, std::deque<queued>>>(std::move(real_),
                                                                                                    std::move(queue_));
    process_->around().late.push_back({process_->around().now() + *arrives_in, [shared] {
                                           for (const queued& each : shared->second)
                                               static_cast<void>(shared->first->append(view_of(each)));
                                       }});
}

kafka::producer_record simulated_producer::view_of(const queued& record) {
    return {.topic = record.topic,
            .partition = record.partition,
            .key = record.key ? std::optional(record.key->view()) : std::nullopt,
            .value = record.value ? std::optional(record.value->view()) : std::nullopt,
            .timestamp = record.timestamp,
            .headers = record.headers ? &*record.headers : nullptr,
            .tag = record.tag};
}

std::int32_t simulated_producer::open(std::string_view topic, bool offsets_wanted) {
    if (!real_) return 0;
    const auto number = real_->open(topic, offsets_wanted);
    names_.resize(std::max(names_.size(), static_cast<std::size_t>(number) + 1));
    names_[static_cast<std::size_t>(number)] = topic;
    return number;
}

std::int32_t simulated_producer::partitions(std::int32_t topic, kafka::milliseconds timeout) {
    if (process_->before(seam_call::partitions)) return 0;
    const auto count = real_->partitions(topic, timeout);
    return process_->after(seam_call::partitions) ? 0 : count;
}

result simulated_producer::append(const kafka::producer_record& record) {
    return call_within(*process_, seam_call::append, [&]() -> result {
        if (to_abort_) return must_abort();
        queue_.push_back({.topic = record.topic,
                          .partition = record.partition,
                          .key = record.key ? std::optional<bytes>(*record.key) : std::nullopt,
                          .value = record.value ? std::optional<bytes>(*record.value) : std::nullopt,
                          .timestamp = record.timestamp,
                          .headers = record.headers ? std::optional(*record.headers) : std::nullopt,
                          .tag = record.tag});
        if (queue_.size() > longest_queue) deliver(1 + process_->around().scheduler.random(longest_queue));
        return {};
    });
}

void simulated_producer::deliver(std::size_t most) {
    if (transactional_ && !in_transaction_) return;
    for (; most > 0 && process_->alive(); --most) {
        if (process_->around().now() < process_->around().brokers_away_until) return;
        // Those of other partitions go before one that waits for its leader.
        const auto next = std::ranges::find_if(queue_, [&](const queued& each) { return has_leader(each); });
        if (next == queue_.end()) return;
        std::rotate(queue_.begin(), next, next + 1);
        deliver_first();
    }
}

bool simulated_producer::has_leader(const queued& record) const {
    const auto& around = process_->around();
    if (around.now() >= around.topics.led_from()) return true;
    const std::string& name = names_[static_cast<std::size_t>(record.topic)];
    if (record.partition) return around.topics.has_leader({name, *record.partition});
    const auto topic = around.cluster->find(name);
    return !topic || !record.key || around.topics.has_leader({name, topic->partition_for(record.key->view())});
}

void simulated_producer::deliver_first() {
    const auto fail = [&](const result& why) {
        if (!process_->alive() || queue_.empty()) return;
        const queued& record = queue_.front();
        failures_.push_back(kafka::failure_of(
            {names_[static_cast<std::size_t>(record.topic)], record.partition.value_or(-1)}, view_of(record), why));
        to_abort_ = transactional_;
    };
    if (const auto refused = process_->before(seam_call::deliver)) {
        fail(*refused);
        if (process_->alive() && !queue_.empty()) queue_.pop_front();
        return;
    }
    if (queue_.empty()) return;
    static_cast<void>(real_->append(view_of(queue_.front()))); // take_failures says what it did not take
    if (const auto lost = process_->after(seam_call::deliver)) fail(*lost);
    if (process_->alive() && !queue_.empty()) queue_.pop_front();
}

void simulated_producer::poll(kafka::milliseconds timeout) {
    if (process_->before(seam_call::producer_poll)) return;
    deliver(process_->around().scheduler.random(queue_.size() + 1));
    if (process_->alive()) real_->poll(timeout);
}

result simulated_producer::flush(kafka::milliseconds timeout) {
    return call_within(*process_, seam_call::flush, [&]() -> result {
        deliver(queue_.size());
        if (process_->alive() && !queue_.empty()) process_->around().scheduler.sleep(std::min(timeout, longest_look));
        if (!process_->alive()) return simulated_process::gone();
        if (!queue_.empty()) return {error_class::retriable, "not all is acknowledged yet"};
        return real_->flush(timeout);
    });
}

std::vector<kafka::delivery_failure> simulated_producer::take_failures() {
    auto taken = std::exchange(failures_, {});
    if (!process_->alive()) return taken;
    for (auto& each : real_->take_failures()) taken.push_back(std::move(each));
    return taken;
}

std::optional<std::int64_t> simulated_producer::last_offset(std::int32_t topic, std::int32_t partition) {
    return process_->alive() ? real_->last_offset(topic, partition) : std::nullopt;
}

template <class Work>
result simulated_producer::once(step which, seam_call call, Work&& work) {
    if (auto refused = process_->before(call)) return *std::move(refused);
    const auto answer = in_doubt_ && in_doubt_->first == which ? in_doubt_->second : work();
    in_doubt_.reset();
    if (auto lost = process_->after(call)) {
        in_doubt_.emplace(which, answer);
        return *std::move(lost);
    }
    return answer;
}

template <class Work>
result simulated_producer::until_fenced(seam_call call, Work&& work) {
    if (fenced_) process_->blame(concat("asks for ", to_string(call), " with a producer that was fenced"));
    auto answer = work();
    fenced_ = fenced_ || (!answer && answer.kind() == error_class::fenced);
    return answer;
}

result simulated_producer::init_transactions(kafka::milliseconds timeout) {
    return until_fenced(seam_call::init_transactions, [&] {
        return once(step::init, seam_call::init_transactions, [&] { return real_->init_transactions(timeout); });
    });
}

result simulated_producer::begin_transaction() {
    return until_fenced(seam_call::begin_transaction, [&] {
        return call_within(*process_, seam_call::begin_transaction, [&] {
            auto answer = real_->begin_transaction();
            in_transaction_ = in_transaction_ || answer.ok();
            return answer;
        });
    });
}

result simulated_producer::send_offsets(std::span<const kafka::committed_offset> offsets,
                                        const kafka::group_metadata& group, kafka::milliseconds timeout) {
    return until_fenced(seam_call::send_offsets, [&] {
        return call_within(*process_, seam_call::send_offsets, [&] {
            if (to_abort_) return must_abort();
            auto answer = real_->send_offsets(offsets, group, timeout);
            to_abort_ = to_abort_ || (!answer && answer.kind() == error_class::abortable);
            return answer;
        });
    });
}

result simulated_producer::commit_transaction(kafka::milliseconds timeout) {
    return until_fenced(seam_call::commit_transaction, [&] {
        return once(step::commit, seam_call::commit_transaction, [&]() -> result {
            deliver(queue_.size());
            if (!process_->alive()) return simulated_process::gone();
            if (to_abort_) return must_abort();
            if (!queue_.empty()) return {error_class::retriable, "not all is acknowledged yet"};
            return ended(real_->commit_transaction(timeout));
        });
    });
}

result simulated_producer::abort_transaction(kafka::milliseconds timeout) {
    return until_fenced(seam_call::abort_transaction, [&] {
        return once(step::abort, seam_call::abort_transaction, [&] {
            queue_.clear();
            to_abort_ = false;
            return ended(real_->abort_transaction(timeout));
        });
    });
}

result simulated_producer::ended(result answer) {
    in_transaction_ = in_transaction_ && !answer.ok();
    return answer;
}

void simulated_producer::close() {
    if (process_->before(seam_call::close)) return;
    queue_.clear();
    real_->close();
}

} // namespace streams::inline v0::simulated
