#include <streams/dsl/detail/async/async_calls.hpp>

#include "src/dsl/async/answer_box.hpp"

#include <streams/core/error.hpp>
#include <streams/core/execution.hpp>
#include <streams/core/saturation.hpp>
#include <streams/topology/pending_records.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace streams::inline v0::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t most_doublings = 5;

/// Of numbers that are not negative.
std::int64_t mul_sat(std::int64_t a, std::int64_t b) { return b != 0 && a > never / b ? never : a * b; }

/// Before the attempt that is number `retried` of those that are made again.
std::int64_t backoff_before(const async_retry& retry, std::int32_t retried) {
    return mul_sat(retry.backoff.count(), std::int64_t{1} << std::min(retried - 1, most_doublings));
}

std::size_t bytes_of(const headers& kept) noexcept {
    std::size_t sum = 0;
    for (const header& each : kept) sum += sizeof each + each.key.size() + (each.value ? each.value->size() : 0);
    return sum;
}

} // namespace

async_options checked(const async_options& options) {
    if (options.max_in_flight < 1)
        throw topology_error(concat("map_values_async with max_in_flight ", options.max_in_flight,
                                    " calls for no record; let at least 1 be under way"));
    if (options.timeout.count() <= 0)
        throw topology_error(concat("map_values_async with a timeout of ", options.timeout.count(),
                                    " ms waits for no answer; give a time above zero"));
    if (options.retry.times < 0 || options.retry.backoff.count() < 0)
        throw topology_error(concat("map_values_async cannot call again ", options.retry.times,
                                    " times with a back-off of ", options.retry.backoff.count(),
                                    " ms; give numbers of zero or more"));
    return options;
}

milliseconds longest_wait(const async_options& options) {
    const std::int32_t doubling = std::min(options.retry.times, most_doublings);
    std::int64_t sum = options.timeout.count();
    for (std::int32_t retried = 1; retried <= doubling; ++retried)
        sum = add_sat(sum, add_sat(options.timeout.count(), backoff_before(options.retry, retried)));
    const std::int64_t last = add_sat(options.timeout.count(), backoff_before(options.retry, most_doublings + 1));
    return milliseconds(add_sat(sum, mul_sat(last, options.retry.times - doubling)));
}

class async_calls::in_flight final : public pending_records {
public:
    in_flight(const node& owner, async_operation& operation, const async_options& options)
        : node_(owner), operation_(operation), options_(options) {}
    ~in_flight() { close(); }
    in_flight(const in_flight&) = delete;
    in_flight& operator=(const in_flight&) = delete;

    void begin(task_context& task);
    void add(std::shared_ptr<async_call> call, std::int64_t timestamp, const streams::headers& of_record);
    void close() noexcept;

    [[nodiscard]] std::size_t count() const noexcept override { return records_.size(); }
    [[nodiscard]] bool full() const noexcept override {
        return records_.size() >= static_cast<std::size_t>(options_.max_in_flight);
    }
    [[nodiscard]] std::size_t bytes() const noexcept override { return bytes_; }
    [[nodiscard]] std::int64_t next() const noexcept override;
    void go_on() override;

private:
    [[nodiscard]] std::string_view kept_name(std::string_view topic);
    [[nodiscard]] bool may_start() const noexcept;
    void start_those_ready();
    void attempt(async_call& call);
    void take_answers();
    void pass_times();
    void set_time(async_call& call, std::int64_t at);
    void failed(async_call& call);
    void finished(async_call& call);
    void hand_on_done();
    void hand_on(async_call& call);
    void give_up(async_call& call);
    void leave_chain(async_call& call);

    const node& node_;
    async_operation& operation_;
    const async_options options_;
    task_context* task_ = nullptr;
    std::shared_ptr<answer_box> box_;           ///< null before `begin`
    std::set<std::string, std::less<>> topics_; ///< names that records came with, which are borrowed from there
    std::map<std::uint64_t, std::shared_ptr<async_call>> records_; ///< by their numbers
    std::unordered_map<std::string, async_call*> last_of_chain_;
    std::deque<async_call*> ready_;                                       ///< to be called for
    std::deque<async_call*> done_;                                        ///< to be handed on
    std::map<std::pair<std::int64_t, std::uint64_t>, async_call*> times_; ///< by when they are due, then by number
    std::size_t calling_ = 0; ///< records whose first call was made, and that are not done
    std::size_t bytes_ = 0;
    std::uint64_t numbered_ = 0;
};

async_calls::async_calls(const node& owner, async_operation& operation, const async_options& options)
    : in_flight_(std::make_unique<in_flight>(owner, operation, options)) {}
async_calls::~async_calls() = default;
void async_calls::begin(task_context& task) { in_flight_->begin(task); }
void async_calls::add(std::shared_ptr<async_call> call, std::int64_t timestamp, const headers& of_record) {
    in_flight_->add(std::move(call), timestamp, of_record);
}
void async_calls::close() noexcept { in_flight_->close(); }

void async_calls::in_flight::begin(task_context& task) {
    task_ = &task;
    box_ = std::make_shared<answer_box>(task.add_pending(*this));
}

void async_calls::in_flight::close() noexcept {
    if (box_) box_->close();
}

std::string_view async_calls::in_flight::kept_name(std::string_view topic) {
    const auto known = topics_.find(topic);
    return known == topics_.end() ? *topics_.emplace(topic).first : *known;
}

void async_calls::in_flight::add(std::shared_ptr<async_call> call, std::int64_t timestamp,
                                 const streams::headers& of_record) {
    const record_metadata& from = task_->current().metadata;
    call->from = {kept_name(from.topic), from.partition, from.offset};
    call->timestamp = timestamp;
    call->headers = of_record;
    call->bytes += (call->chain ? call->chain->size() : 0) + bytes_of(of_record);
    call->number = ++numbered_;
    if (options_.ordering == ordering::per_partition) call->chain = concat(from.topic, '/', from.partition);
    if (call->chain) {
        const auto [last, alone] = last_of_chain_.try_emplace(*call->chain, call.get());
        if (!alone) std::exchange(last->second, call.get())->behind = call.get();
        call->first = alone;
    }
    if (call->first || options_.ordering == ordering::per_partition) ready_.push_back(call.get());
    bytes_ += call->bytes;
    records_.emplace(numbered_, std::move(call));
}

bool async_calls::in_flight::may_start() const noexcept {
    return !ready_.empty() && calling_ < static_cast<std::size_t>(options_.max_in_flight);
}

std::int64_t async_calls::in_flight::next() const noexcept {
    constexpr std::int64_t at_once = std::numeric_limits<std::int64_t>::min();
    if (may_start() || !box_->empty()) return at_once;
    return times_.empty() ? never : times_.begin()->first.first;
}

/// One pass, so that its thread polls however fast answers come.
void async_calls::in_flight::go_on() {
    box_->rise();
    pass_times();
    start_those_ready();
    take_answers();
    hand_on_done();
    static_cast<void>(box_->rest());
}

void async_calls::in_flight::start_those_ready() {
    while (may_start()) {
        async_call& next = *ready_.front();
        ready_.pop_front();
        ++calling_;
        attempt(next);
    }
}

void async_calls::in_flight::attempt(async_call& call) {
    const std::int32_t number = ++call.attempts;
    set_time(call, add_sat(task_->steady_time(), options_.timeout.count()));
    box_->open(call, number);
    const auto made = std::make_shared<const boxed_attempt>(box_, records_.at(call.number), number);
    try {
        operation_.call(call, made);
    } catch (...) {
        made->fail(std::current_exception());
    }
}

void async_calls::in_flight::set_time(async_call& call, std::int64_t at) {
    call.due = at;
    times_.emplace(std::pair(at, call.number), &call);
}

void async_calls::in_flight::take_answers() {
    for (auto answered = box_->take(); answered; answered = std::exchange(answered->next_answered, nullptr)) {
        times_.erase({answered->due, answered->number});
        if (answered->failure)
            failed(*answered);
        else
            finished(*answered);
    }
}

void async_calls::in_flight::pass_times() {
    const std::int64_t now = task_->steady_time();
    while (!times_.empty() && times_.begin()->first.first <= now) {
        async_call& call = *times_.begin()->second;
        times_.erase(times_.begin());
        if (std::exchange(call.backing_off, false)) {
            attempt(call);
        } else if (box_->withdraw(call)) {
            call.failure = std::make_exception_ptr(
                streams_error(concat("call number ", call.attempts, " was not answered within ",
                                     options_.timeout.count(), " ms (async_options::timeout)")));
            failed(call);
        } // else it was answered in this moment
    }
}

void async_calls::in_flight::failed(async_call& call) {
    if (call.attempts > options_.retry.times) return finished(call);
    call.backing_off = true;
    set_time(call, add_sat(task_->steady_time(), backoff_before(options_.retry, call.attempts)));
}

void async_calls::in_flight::finished(async_call& call) {
    --calling_;
    call.done = true;
    if (call.first) done_.push_back(&call);
}

void async_calls::in_flight::hand_on_done() {
    while (!done_.empty()) {
        async_call& call = *done_.front();
        done_.pop_front();
        hand_on(call);
        leave_chain(call);
        bytes_ -= call.bytes;
        records_.erase(call.number);
    }
}

void async_calls::in_flight::hand_on(async_call& call) {
    const record_scope at_hand(*task_, record_context{call.from, call.timestamp, &call.headers});
    if (call.failure)
        give_up(call);
    else
        operation_.forward_result(call);
}

void async_calls::in_flight::give_up(async_call& call) {
    try {
        std::rethrow_exception(call.failure);
    } catch (...) {
        node_.failed(call.timestamp, call.headers);
    }
}

void async_calls::in_flight::leave_chain(async_call& call) {
    if (!call.chain) return;
    if (call.behind == nullptr) {
        last_of_chain_.erase(*call.chain);
        return;
    }
    call.behind->first = true;
    if (call.behind->done)
        done_.push_back(call.behind);
    else if (options_.ordering == ordering::per_key)
        ready_.push_back(call.behind);
}

} // namespace streams::inline v0::detail
