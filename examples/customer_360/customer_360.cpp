#include "customer_360/customer_360.hpp"

#include <optional>

namespace {

profile with_consent(const customer& who, const consent* agreed) {
    return {who.name, agreed && agreed->email, who.advisor, "", ""};
}

std::optional<std::string> advisor_of(const profile& who) {
    return who.advisor.empty() ? std::nullopt : std::optional(who.advisor);
}

profile with_advisor(profile who, const advisor* by) {
    if (!by) return who;
    who.advisor_name = by->name;
    who.advisor_phone = by->phone;
    return who;
}

} // namespace

streams::topology customer_360() {
    streams::streams_builder builder;
    const auto consents = builder.table<std::string, consent>("consents");
    const auto advisors = builder.table<std::string, advisor>("advisors");
    const auto profiles = builder.table<std::string, customer>("customers")
                              .left_join(consents, with_consent)
                              .left_join(advisors, advisor_of, with_advisor);
    builder.table<std::string, ticket>("tickets")
        .join(profiles, &ticket::customer,
              [](const ticket& t, const profile& who) { return ticket_view{t.subject, who}; })
        .to_stream()
        .to("customer_360");
    return builder.build();
}
