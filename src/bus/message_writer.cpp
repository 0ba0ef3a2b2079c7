// SPDX-License-Identifier: Apache-2.0
#include "bus/message_writer.hpp"

#include "bus/text.hpp"

#include <system_error>
#include <variant>

namespace healer::bus {

namespace {

void check(int result) {
    if (result < 0) {
        throw std::system_error(-result, std::generic_category(), "cannot write a message");
    }
}

/// An array of `each`.
template <typename Values, typename Write>
void appendArray(sd_bus_message* message, const char* type, const Values& values, Write write) {
    check(sd_bus_message_open_container(message, 'a', type));
    for (const auto& each : values) {
        write(each);
    }
    check(sd_bus_message_close_container(message));
}

void appendVariant(sd_bus_message* message, const core::FieldValue& value) {
    const char type[] = {core::typeOf(value), '\0'};
    check(sd_bus_message_open_container(message, 'v', type));
    if (const auto* text = std::get_if<std::string>(&value)) {
        append(message, validUtf8(*text));
    } else if (const auto* number = std::get_if<std::int32_t>(&value)) {
        check(sd_bus_message_append_basic(message, 'i', number));
    } else if (const auto* small = std::get_if<std::uint32_t>(&value)) {
        append(message, *small);
    } else if (const auto* large = std::get_if<std::uint64_t>(&value)) {
        append(message, *large);
    } else {
        append(message, std::get<bool>(value));
    }
    check(sd_bus_message_close_container(message));
}

} // namespace

void append(sd_bus_message* message, bool value) {
    const int word = value ? 1 : 0;
    check(sd_bus_message_append_basic(message, 'b', &word));
}

void append(sd_bus_message* message, std::uint32_t value) {
    check(sd_bus_message_append_basic(message, 'u', &value));
}

void append(sd_bus_message* message, std::uint64_t value) {
    check(sd_bus_message_append_basic(message, 't', &value));
}

void append(sd_bus_message* message, const std::string& value) {
    check(sd_bus_message_append_basic(message, 's', value.c_str()));
}

void append(sd_bus_message* message, const std::vector<std::string>& values) {
    appendArray(message, "s", values, [&](const std::string& value) { append(message, value); });
}

void append(sd_bus_message* message, const std::map<std::string, std::string>& values) {
    appendArray(message, "{ss}", values, [&](const auto& entry) {
        check(sd_bus_message_append(message, "{ss}", entry.first.c_str(), entry.second.c_str()));
    });
}

void append(sd_bus_message* message, const std::vector<DependencyRow>& rows) {
    appendArray(message, "(ssbs)", rows, [&](const DependencyRow& row) {
        check(sd_bus_message_append(message, "(ssbs)", std::get<0>(row).c_str(), std::get<1>(row).c_str(),
                                    std::get<2>(row) ? 1 : 0, std::get<3>(row).c_str()));
    });
}

void append(sd_bus_message* message, const KnownFields& fields) {
    appendArray(message, "{sv}", fields, [&](const auto& field) {
        check(sd_bus_message_open_container(message, 'e', "sv"));
        append(message, field.first);
        appendVariant(message, field.second);
        check(sd_bus_message_close_container(message));
    });
}

} // namespace healer::bus
