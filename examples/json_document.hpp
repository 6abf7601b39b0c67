#pragma once

#include <streams/json/json.hpp>
#include <streams/serde/standard.hpp>

#include <string>

/// A JSON object as it came, and those of its members that are looked at. Written as it was read, with whatever other
/// members it has.
template <class Members>
struct json_document {
    std::string text;
    Members members;
};

template <class Members>
struct streams::serde<json_document<Members>> {
    static void serialize(const json_document<Members>& document, bytes& out) {
        serde<std::string>::serialize(document.text, out);
    }
    static json_document<Members> deserialize(bytes_view in) {
        return {serde<std::string>::deserialize(in), json<Members>::deserialize(in)};
    }
};
