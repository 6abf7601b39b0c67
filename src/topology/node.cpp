#include <streams/topology/node.hpp>

#include <streams/topology/task_context.hpp>

namespace streams::inline v0 {

void node::refuse_child(const node& child) const {
    throw topology_error(concat("node ", child.name(), " cannot follow node ", name(), ", which forwards nothing"));
}

void node::failed(std::int64_t timestamp, streams::headers& headers) const {
    if (task_ == nullptr) throw;
    task_->node_failed(name_, timestamp, headers);
}

std::size_t untyped_outputs::find(std::string_view name) const noexcept {
    std::size_t at = 0;
    while (at < children_.size() && children_[at]->name() != name) ++at;
    return at;
}

void untyped_outputs::connect(const node& parent, node& child, void* receiver) {
    if (receiver == nullptr)
        throw topology_error(concat("node ", child.name(), " cannot follow node ", parent.name(),
                                    ": it takes records of other key or value types than its parent forwards; "
                                    "declare the same types on both"));
    receivers_.push_back(receiver);
    children_.push_back(&child);
}

void untyped_outputs::child_failed(std::vector<void*>::const_iterator child, std::int64_t timestamp,
                                   streams::headers& headers) const {
    children_[static_cast<std::size_t>(child - receivers_.begin())]->failed(timestamp, headers);
}

} // namespace streams::inline v0
