#include "foreign_joins.hpp"

namespace conformance {

handle join_numbers_by_key(const streams::ktable_joins<text, number>& left, workbench& bench, const json& op) {
    return join_by_key_of(left, bench, op);
}

} // namespace conformance
