// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// The properties of an interface as one table: a tuple of property<"Name">(getter). The adaptor's getters,
/// the change detection and the tests use it.
namespace healer::bus {

/// A text as a template argument.
template <std::size_t kSize>
struct FixedText {
    consteval FixedText(const char (&text)[kSize]) { // NOLINT(google-explicit-constructor)
        std::copy_n(text, kSize, value.begin());
    }
    std::array<char, kSize> value{};
};

template <FixedText kText, typename Get>
struct Property {
    static constexpr const char* kName = kText.value.data();
    Get get;
};

template <FixedText kText, typename Get>
constexpr Property<kText, Get> property(Get get) {
    return {get};
}

namespace detail {

template <typename Table>
constexpr std::size_t indexOf(std::string_view name) {
    return []<std::size_t... kIndex>(std::string_view wanted, std::index_sequence<kIndex...>) {
        std::size_t found = sizeof...(kIndex);
        ((std::tuple_element_t<kIndex, Table>::kName == wanted ? void(found = kIndex) : void()), ...);
        return found;
    }
    (name, std::make_index_sequence<std::tuple_size_v<Table>>());
}

template <typename Value>
void addHash(std::size_t& hash, const Value& value) {
    constexpr std::size_t kSpread = 0x9e3779b97f4a7c15U;
    hash = (hash ^ std::hash<Value>{}(value)) * kSpread;
    hash ^= hash >> 32U;
}
template <typename... Values>
void addHash(std::size_t& hash, const std::tuple<Values...>& values) {
    std::apply([&hash](const auto&... each) { (addHash(hash, each), ...); }, values);
}
template <typename... Values>
void addHash(std::size_t& hash, const sdbus::Struct<Values...>& values) {
    addHash(hash, static_cast<const std::tuple<Values...>&>(values));
}
template <typename First, typename Second>
void addHash(std::size_t& hash, const std::pair<First, Second>& values) {
    addHash(hash, values.first);
    addHash(hash, values.second);
}
template <typename Value>
void addHash(std::size_t& hash, const std::vector<Value>& values) {
    addHash(hash, values.size());
    for (const auto& value : values) {
        addHash(hash, value);
    }
}
template <typename Key, typename Value>
void addHash(std::size_t& hash, const std::map<Key, Value>& values) {
    addHash(hash, values.size());
    for (const auto& value : values) {
        addHash(hash, value);
    }
}

} // namespace detail

/// The value of one property; does not compile for a name without a row.
template <FixedText kText, typename... Rows, typename Source>
auto valueOf(const std::tuple<Rows...>& table, const Source& source) {
    constexpr std::size_t kIndex = detail::indexOf<std::tuple<Rows...>>(kText.value.data());
    static_assert(kIndex < sizeof...(Rows), "this property has no row in the table");
    return std::get<kIndex>(table).get(source);
}

/// A hash of each property: what is kept of the values that were published.
template <typename Table>
using Fingerprint = std::array<std::size_t, std::tuple_size_v<Table>>;

template <typename... Rows, typename Source>
Fingerprint<std::tuple<Rows...>> fingerprintOf(const std::tuple<Rows...>& table, const Source& source) {
    return std::apply(
        [&source](const auto&... row) {
            const auto hash = [&source](const auto& one) {
                std::size_t result = 1;
                detail::addHash(result, one.get(source));
                return result;
            };
            return Fingerprint<std::tuple<Rows...>>{hash(row)...};
        },
        table);
}

template <typename... Rows>
std::vector<const char*> namesOf(const std::tuple<Rows...>& /*table*/) {
    return {Rows::kName...};
}

/// The names of the properties that differ.
template <typename Table>
std::vector<const char*> changedProperties(const Table& table, const Fingerprint<Table>& before,
                                           const Fingerprint<Table>& after) {
    std::vector<const char*> names = namesOf(table);
    std::size_t index = 0;
    std::erase_if(names, [&](const char*) {
        const bool same = before[index] == after[index];
        ++index;
        return same;
    });
    return names;
}

} // namespace healer::bus
