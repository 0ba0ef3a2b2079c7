// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/key.hpp"
#include "config/value.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// How the value of a key is stored: each row of a key table names the member of the plan that it fills.
namespace healer::config {

/// The words of an enumeration; specialized beside the table that uses it.
template <typename Enum>
inline constexpr std::array<Word<Enum>, 0> kWords{};

/// The kind of member that a row fills. sound() checks that it fits the type of the key.
enum class Storage { none, boolean, integer, decimal, text, duration, list, map, word, section, elsewhere };

/// Stores a value in a plan, and gets it back. Made by member(), elsewhere() or checkedOnly().
template <typename Plan>
struct Fill {
    Storage storage = Storage::none;
    std::span<const std::string_view> words = {}; ///< of an enumeration
    /// Reads the field into the plan; false if it is wrong.
    bool (*read)(const Field& field, const KeySpec& key, Plan& plan) = nullptr;
    std::optional<core::ArgValue> (*get)(const Plan& plan) = nullptr;
    void (*set)(Plan& plan, const core::ArgValue& value) = nullptr;
};

/// Reads a mapping by its own table; nothing (and a report) if the value is no mapping. Defined in
/// key_table.hpp.
template <typename Plan>
[[nodiscard]] std::optional<Plan> readMapping(const Field& field);

namespace detail {

template <typename Enum>
inline constexpr auto kWordNames = [] {
    std::array<std::string_view, kWords<Enum>.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = kWords<Enum>[i].name;
    }
    return names;
}();

template <typename Member>
struct IsOptional : std::false_type {};
template <typename Value>
struct IsOptional<std::optional<Value>> : std::true_type {};

template <typename Member>
consteval Storage storageOf() {
    if constexpr (IsOptional<Member>::value) {
        return storageOf<typename Member::value_type>();
    } else if constexpr (std::is_same_v<Member, bool>) {
        return Storage::boolean;
    } else if constexpr (std::is_enum_v<Member>) {
        return Storage::word;
    } else if constexpr (std::is_integral_v<Member>) {
        return Storage::integer;
    } else if constexpr (std::is_same_v<Member, double>) {
        return Storage::decimal;
    } else if constexpr (std::is_same_v<Member, std::string>) {
        return Storage::text;
    } else if constexpr (std::is_same_v<Member, core::Duration>) {
        return Storage::duration;
    } else if constexpr (std::is_same_v<Member, std::vector<std::string>>) {
        return Storage::list;
    } else if constexpr (std::is_same_v<Member, std::map<std::string, std::string>>) {
        return Storage::map;
    } else {
        return Storage::section;
    }
}

template <typename Member>
Member fromValue(const core::ArgValue& value) {
    if constexpr (IsOptional<Member>::value) {
        return fromValue<typename Member::value_type>(value);
    } else if constexpr (storageOf<Member>() == Storage::word) {
        for (const auto& word : kWords<Member>) {
            if (word.name == std::get<std::string>(value)) {
                return word.meaning;
            }
        }
        return {};
    } else if constexpr (storageOf<Member>() == Storage::integer) {
        return static_cast<Member>(std::get<std::int64_t>(value));
    } else {
        return std::get<Member>(value);
    }
}

template <typename Member>
std::optional<core::ArgValue> toValue(const Member& member) {
    if constexpr (IsOptional<Member>::value) {
        return member ? toValue(*member) : std::nullopt;
    } else if constexpr (storageOf<Member>() == Storage::word) {
        for (const auto& word : kWords<Member>) {
            if (word.meaning == member) {
                return std::string(word.name);
            }
        }
        return std::nullopt;
    } else if constexpr (storageOf<Member>() == Storage::integer) {
        return static_cast<std::int64_t>(member);
    } else {
        return member;
    }
}

template <typename Plan, typename Member>
Plan planOf(Member Plan::*);

template <auto First, auto... Rest>
constexpr auto& memberOf(auto& plan) {
    if constexpr (sizeof...(Rest) == 0) {
        return plan.*First;
    } else {
        return memberOf<Rest...>(plan.*First);
    }
}

template <auto First, auto... Rest>
consteval auto fillMember() {
    using Plan = decltype(planOf(First));
    using Member = std::remove_cvref_t<decltype(memberOf<First, Rest...>(std::declval<Plan&>()))>;
    Fill<Plan> fill{.storage = storageOf<Member>()};
    if constexpr (storageOf<Member>() == Storage::section) {
        fill.read = [](const Field& field, const KeySpec& /*key*/, Plan& plan) {
            auto value = readMapping<Member>(field);
            if (value) {
                memberOf<First, Rest...>(plan) = std::move(*value);
            }
            return value.has_value();
        };
    } else {
        if constexpr (storageOf<Member>() == Storage::word) {
            fill.words = kWordNames<Member>;
        }
        fill.read = [](const Field& field, const KeySpec& key, Plan& plan) {
            KeySpec complete = key;
            if constexpr (storageOf<Member>() == Storage::word) {
                complete.words = kWordNames<Member>;
            }
            auto value = readValue(field, complete);
            if (value) {
                memberOf<First, Rest...>(plan) = fromValue<Member>(*value);
            }
            return value.has_value();
        };
        fill.get = [](const Plan& plan) { return toValue(memberOf<First, Rest...>(plan)); };
        fill.set = [](Plan& plan, const core::ArgValue& value) {
            memberOf<First, Rest...>(plan) = fromValue<Member>(value);
        };
    }
    return fill;
}

} // namespace detail

/// Stores the value in this member; with several, in a member of a member: member<&A::b, &B::c>().
template <auto... Path>
consteval auto member() {
    return detail::fillMember<Path...>();
}

/// The compiler of the mapping reads this key itself.
template <typename Plan>
consteval Fill<Plan> elsewhere() {
    return {.storage = Storage::elsewhere};
}

/// The value is checked but not stored.
template <typename Plan>
consteval Fill<Plan> checkedOnly() {
    return {.storage = Storage::elsewhere,
            .read = [](const Field& field, const KeySpec& key, Plan& /*plan*/) {
                return readValue(field, key).has_value();
            }};
}

[[nodiscard]] constexpr Storage storageFor(KeyType type) {
    switch (type) {
    case KeyType::text:
    case KeyType::plain:
    case KeyType::path:
    case KeyType::program:
    case KeyType::unitName:
        return Storage::text;
    case KeyType::integer:
    case KeyType::signal:
    case KeyType::byteSize:
        return Storage::integer;
    case KeyType::number:
    case KeyType::percentage:
        return Storage::decimal;
    case KeyType::seconds:
    case KeyType::milliseconds:
        return Storage::duration;
    case KeyType::boolean:
        return Storage::boolean;
    case KeyType::word:
        return Storage::word;
    case KeyType::textList:
    case KeyType::textOrList:
        return Storage::list;
    case KeyType::textMap:
    case KeyType::variables:
        return Storage::map;
    case KeyType::mapping:
        return Storage::section;
    case KeyType::mappings:
        return Storage::elsewhere;
    }
    return Storage::none;
}

} // namespace healer::config
