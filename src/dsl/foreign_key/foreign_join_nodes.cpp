#include <streams/dsl/detail/foreign_key/foreign_join_nodes.hpp>

namespace streams::inline v0::detail {

void subscription_receive_node::init(task_context& context) {
    context_ = &context;
    store_.open(context, store_name_);
}

void subscription_receive_node::process(const record<std::optional<bytes_view>, bytes_view>& r) {
    const subscription asked = read_subscription(r.value);
    if (!r.key) {
        if (asked.instruction != subscription_instruction::tell_always)
            return context_->drop(drop_reason::null_key, name());
    } else {
        write_subscription_key(*r.key, asked.primary_key, key_);
        if (asked.instruction == subscription_instruction::remove ||
            asked.instruction == subscription_instruction::remove_and_tell) {
            store_.of(r).put(key_.view(), std::nullopt);
        } else {
            value_.clear();
            append_big_endian(value_, r.timestamp);
            value_.append(r.value);
            store_.of(r).put(key_.view(), value_.view());
        }
    }
    this->forward(r.with_value(asked));
}

} // namespace streams::inline v0::detail
