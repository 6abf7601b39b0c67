#pragma once

// What every implementation of the cluster seam promises, as cases that run on any client_supplier: tests/embedded runs them
// on the embedded cluster, tests/integration on the clients of a real broker.
//
//     TEST_CASE("...") {
//         for (const auto& one : contract::cases())
//             DYNAMIC_SECTION(one.name) { one.run(contract::environment(clients)); }
//     }

#include "contract/groups.hpp"
#include "contract/positions.hpp"
#include "contract/records.hpp"
#include "contract/topics.hpp"
#include "contract/transactions.hpp"

#include <vector>

namespace contract {

inline std::vector<contract_case> cases() {
    std::vector<contract_case> all;
    for (const auto& of_subject : {record_cases(), position_cases(), topic_cases(), group_cases(), transaction_cases()})
        all.insert(all.end(), of_subject.begin(), of_subject.end());
    return all;
}

} // namespace contract
