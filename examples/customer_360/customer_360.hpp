#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <string>

/// A customer: the value in topic `customers`, under the customer's id.
struct customer {
    std::string name;
    std::string advisor; ///< the id of who looks after the customer; empty: nobody
};

/// What a customer has agreed to: the value in topic `consents`, under the customer's id.
struct consent {
    bool email = false;
};

/// Somebody who looks after customers: the value in topic `advisors`, under the advisor's id.
struct advisor {
    std::string name;
    std::string phone;
};

/// A customer's question: the value in topic `tickets`, under the ticket's number.
struct ticket {
    std::string customer; ///< id
    std::string subject;
};

/// All that is known of a customer.
struct profile {
    std::string name;
    bool may_email = false;
    std::string advisor;       ///< id; empty: nobody
    std::string advisor_name;  ///< empty: unknown
    std::string advisor_phone; ///< empty: unknown

    friend bool operator==(const profile&, const profile&) = default;
};

/// A ticket with all that is known of who asks: the value in topic `customer_360`, under the ticket's number.
struct ticket_view {
    std::string subject;
    profile customer;

    friend bool operator==(const ticket_view&, const ticket_view&) = default;
};

template <>
struct streams::json_members<customer> {
    static constexpr auto members =
        std::tuple{json_member{"name", &customer::name}, json_member{"advisor", &customer::advisor}};
};
template <>
struct streams::serde<customer> : streams::json<customer> {};

template <>
struct streams::json_members<consent> {
    static constexpr auto members = std::tuple{json_member{"email", &consent::email}};
};
template <>
struct streams::serde<consent> : streams::json<consent> {};

template <>
struct streams::json_members<advisor> {
    static constexpr auto members =
        std::tuple{json_member{"name", &advisor::name}, json_member{"phone", &advisor::phone}};
};
template <>
struct streams::serde<advisor> : streams::json<advisor> {};

template <>
struct streams::json_members<ticket> {
    static constexpr auto members =
        std::tuple{json_member{"customer", &ticket::customer}, json_member{"subject", &ticket::subject}};
};
template <>
struct streams::serde<ticket> : streams::json<ticket> {};

template <>
struct streams::json_members<profile> {
    static constexpr auto members =
        std::tuple{json_member{"name", &profile::name}, json_member{"may_email", &profile::may_email},
                   json_member{"advisor", &profile::advisor}, json_member{"advisor_name", &profile::advisor_name},
                   json_member{"advisor_phone", &profile::advisor_phone}};
};
template <>
struct streams::serde<profile> : streams::json<profile> {};

template <>
struct streams::json_members<ticket_view> {
    static constexpr auto members =
        std::tuple{json_member{"subject", &ticket_view::subject}, json_member{"customer", &ticket_view::customer}};
};
template <>
struct streams::serde<ticket_view> : streams::json<ticket_view> {};

/// Shows each ticket with its customer, what that customer agreed to, and who looks after them; whenever any of the four
/// changes, the tickets it concerns are written again.
[[nodiscard]] streams::topology customer_360();
