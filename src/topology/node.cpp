#include <streams/topology/node.hpp>

namespace streams::inline v0 {

void node::refuse_child(const node& child) const {
    throw topology_error(concat("node ", child.name(), " cannot follow node ", name(), ", which forwards nothing"));
}

std::size_t untyped_outputs::find(std::string_view name) const noexcept {
    std::size_t at = 0;
    while (at < names_.size() && names_[at] != name) ++at;
    return at;
}

void untyped_outputs::connect(const node& parent, node& child, void* receiver) {
    if (receiver == nullptr)
        throw topology_error(concat("node ", child.name(), " cannot follow node ", parent.name(),
                                    ": it takes records of other key or value types than its parent forwards; "
                                    "declare the same types on both"));
    receivers_.push_back(receiver);
    names_.push_back(child.name());
}

} // namespace streams::inline v0
