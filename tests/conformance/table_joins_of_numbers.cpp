#include "table_joins.hpp"

namespace conformance {

handle join_numbers(const streams::ktable_joins<text, number>& left, workbench& bench, const json& op) {
    return join_tables_of(left, bench, op);
}

} // namespace conformance
