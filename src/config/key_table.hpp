// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/fill.hpp"
#include "config/key.hpp"
#include "config/section.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

/// Tables of keys: each row declares a key and names the member of the plan that it fills.
namespace healer::config {

template <typename Plan>
struct Key {
    KeySpec spec;
    Fill<Plan> fills;
};

template <typename Plan>
using KeyTable = std::span<const Key<Plan>>;

/// The table of the mapping that this struct is filled from; specialized in plan_keys.hpp.
template <typename Plan>
[[nodiscard]] KeyTable<Plan> keysOf();

/// Reads all keys of the section into the plan. Reports all errors, including unknown keys; a key that is
/// missing or wrong leaves its default.
template <typename Plan>
void readKeys(Section& section, KeyTable<Plan> keys, Plan& plan) {
    std::vector<bool> wrong;
    for (const Key<Plan>& key : keys) {
        const auto field = section.take(key.spec);
        wrong.push_back(field && key.fills.read != nullptr && !key.fills.read(*field, key.spec, plan));
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Key<Plan>& key = keys[i];
        if (key.spec.atLeast.empty() || wrong[i]) {
            continue;
        }
        for (const Key<Plan>& other : keys.first(i)) {
            if (other.spec.name != key.spec.atLeast || !(key.fills.get(plan) < other.fills.get(plan))) {
                continue;
            }
            if (const auto field = section.find(key.spec)) {
                field->error("must not be smaller than " + std::string(other.spec.name));
            } else {
                key.fills.set(plan, *other.fills.get(plan));
            }
        }
    }
    section.rejectUnknownKeys();
}

template <typename Plan>
[[nodiscard]] std::optional<Plan> readMapping(const Field& field) {
    auto section = Section::open(field);
    if (!section) {
        return std::nullopt;
    }
    Plan plan;
    readKeys(*section, keysOf<Plan>(), plan);
    return plan;
}

/// To be used in a static_assert below each table. An incomplete row does not compile; the compiler shows the
/// reason.
template <typename Plan, std::size_t Count>
consteval bool sound(const Key<Plan> (&keys)[Count]) {
    for (std::size_t i = 0; i < Count; ++i) {
        const KeySpec& key = keys[i].spec;
        const Storage storage = keys[i].fills.storage;
        if (key.name.empty() || key.since.empty() || !key.help.ends_with('.')) {
            throw "a key needs a name, a version and a sentence of help";
        }
        if (storage == Storage::none) {
            throw "a key needs the member that it fills";
        }
        if (storage != Storage::elsewhere && storage != storageFor(key.type)) {
            throw "the type of a key does not fit the member that it fills";
        }
        if ((storage == Storage::integer || storage == Storage::decimal || storage == Storage::duration) &&
            key.type != KeyType::signal && key.range == Range{}) {
            throw "a number needs a range";
        }
        const bool fillsMember = storage != Storage::section && storage != Storage::elsewhere;
        if (fillsMember && key.byDefault) {
            throw "the default of this key is the initializer of its member";
        }
        if (key.type == KeyType::word && key.words.empty() && keys[i].fills.words.empty()) {
            throw "the enumeration that a key fills needs its words, kWords";
        }
        bool foundLimit = key.atLeast.empty();
        for (std::size_t j = 0; j < i; ++j) {
            if (keys[j].spec.name == key.name) {
                throw "a key stands twice in its table";
            }
            foundLimit = foundLimit || keys[j].spec.name == key.atLeast;
        }
        if (!foundLimit) {
            throw "the lower limit of a key is not a key further up in its table";
        }
    }
    return true;
}

} // namespace healer::config
