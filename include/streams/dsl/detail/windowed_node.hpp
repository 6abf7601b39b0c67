#pragma once

#include <streams/dsl/change.hpp>
#include <streams/serde/serde.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <cstddef>
#include <optional>

namespace streams::inline v0::detail {

/// What the nodes of windowed aggregations share: a second exit for the records that no open window takes. Those are
/// dropped as late where the exit leads nowhere.
template <class KeyIn, class ValueIn, class KeyOut, class Aggregate>
class windowed_node : public typed_node<KeyIn, ValueIn, KeyOut, change<Aggregate>> {
    using base = typed_node<KeyIn, ValueIn, KeyOut, change<Aggregate>>;

public:
    void connect(node& child) override {
        if (dynamic_cast<receiver<KeyIn, ValueIn>*>(&child))
            late_.connect(*this, child);
        else
            base::connect(child);
    }

protected:
    /// No open window took the record, `closed` of its windows having closed.
    void late(const record<KeyIn, ValueIn>& r, task_context& context, std::size_t closed = 1) const {
        if (late_.size() == 0) return drop_late(context, closed);
        late_.forward(r);
    }
    /// Counted by window, as Kafka Streams does.
    void drop_late(task_context& context, std::size_t closed) const {
        for (; closed > 0; --closed) context.drop(drop_reason::late, this->name());
    }
    /// Sets the key of results that are about to leave.
    static void set_key(std::optional<KeyOut>& key, const without_null_t<KeyIn>& inner) {
        if (key)
            key->key = inner;
        else
            key.emplace(KeyOut{inner, {}});
    }

private:
    outputs<KeyIn, ValueIn> late_;
};

} // namespace streams::inline v0::detail
