#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace streams::inline v0::simulated {

/// The calls of a process that can go wrong: those of its clients, and those of its disk.
enum class seam_call {
    subscribe,
    assign,
    poll,
    restore_poll, ///< of a consumer that reads changelogs
    acknowledge,
    pause,
    resume,
    seek,
    commit,
    committed,
    bounds,
    group_members,
    partitions,
    append,
    deliver, ///< of a record that append took
    producer_poll,
    flush,
    init_transactions,
    begin_transaction,
    send_offsets,
    commit_transaction,
    abort_transaction,
    describe,
    describe_configs,
    list,
    create,
    remove,
    delete_records,
    close,
    disk_open,
    disk_write,
    disk_ingest,
    disk_flush,
    disk_remove,
};
inline constexpr std::size_t seam_calls = static_cast<std::size_t>(seam_call::disk_remove) + 1;

[[nodiscard]] constexpr std::string_view to_string(seam_call call) {
    constexpr std::array<std::string_view, seam_calls> names{"subscribe",
                                                             "assign",
                                                             "poll",
                                                             "poll of a changelog",
                                                             "acknowledge",
                                                             "pause",
                                                             "resume",
                                                             "seek",
                                                             "commit",
                                                             "committed",
                                                             "bounds",
                                                             "group_members",
                                                             "partitions",
                                                             "append",
                                                             "delivery",
                                                             "poll of a producer",
                                                             "flush",
                                                             "init_transactions",
                                                             "begin_transaction",
                                                             "send_offsets",
                                                             "commit_transaction",
                                                             "abort_transaction",
                                                             "describe",
                                                             "describe_configs",
                                                             "list",
                                                             "create",
                                                             "remove",
                                                             "delete_records",
                                                             "close",
                                                             "open of a store",
                                                             "write of a store",
                                                             "ingest into a store",
                                                             "flush of a store",
                                                             "removal of a store"};
    return names.at(static_cast<std::size_t>(call));
}

/// Whether the call waits for a broker's answer.
[[nodiscard]] constexpr bool asks_broker(seam_call call) {
    switch (call) {
    case seam_call::commit:
    case seam_call::committed:
    case seam_call::bounds:
    case seam_call::group_members:
    case seam_call::init_transactions:
    case seam_call::send_offsets:
    case seam_call::commit_transaction:
    case seam_call::abort_transaction:
    case seam_call::describe:
    case seam_call::describe_configs:
    case seam_call::list:
    case seam_call::create:
    case seam_call::remove:
    case seam_call::delete_records:
        return true;
    default:
        return false;
    }
}

/// Whether it is a coordinator's, of the group or of transactions.
[[nodiscard]] constexpr bool asks_coordinator(seam_call call) {
    switch (call) {
    case seam_call::commit:
    case seam_call::committed:
    case seam_call::group_members:
    case seam_call::init_transactions:
    case seam_call::send_offsets:
    case seam_call::commit_transaction:
    case seam_call::abort_transaction:
        return true;
    default:
        return false;
    }
}

} // namespace streams::inline v0::simulated
