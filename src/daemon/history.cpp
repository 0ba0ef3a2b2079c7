// SPDX-License-Identifier: Apache-2.0
#include "daemon/history.hpp"

#include "daemon/json_field.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace healer::daemon {

namespace {

using nlohmann::json;

/// D-Bus types would be lost in JSON's one kind of number, so each value is tagged with the index of its
/// type.
core::FieldValue decodeValue(const json& tagged) {
    const auto index = numberIn<std::size_t>(tagged.at(0));
    if (index >= core::kFieldTypes.size()) {
        throw BadNumber("an unknown type");
    }
    return fieldIn(tagged.at(1), core::kFieldTypes[index]);
}

} // namespace

std::string encodeEvent(const bus::HistoryEntry& entry) {
    json value = json::object();
    for (const auto& [key, held] : entry) {
        value[key] = json::array({held.index(), toJson(held)});
    }
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<bus::HistoryEntry> decodeEvent(const std::string& line) {
    try {
        bus::HistoryEntry entry;
        const json value = json::parse(line);
        for (const auto& [key, tagged] : value.items()) {
            entry[key] = decodeValue(tagged);
        }
        return entry;
    } catch (const json::exception&) {
        return std::nullopt;
    } catch (const BadNumber&) {
        return std::nullopt;
    }
}

HistoryLine lineOf(const bus::HistoryEntry& entry) {
    const auto found = entry.find("time_usec");
    const auto* time = found == entry.end() ? nullptr : std::get_if<std::uint64_t>(&found->second);
    return {time == nullptr ? 0 : *time, encodeEvent(entry)};
}

void History::add(const std::string& name, HistoryLine line) {
    auto& lines = lines_[name];
    line.text.shrink_to_fit();
    // The wall clock may have been set back.
    if (!lines.empty()) {
        line.timeUsec = std::max(line.timeUsec, lines.back().timeUsec);
    }
    lines.push_back(std::move(line));
    if (lines.size() > kPerProcess) {
        lines.erase(lines.begin());
    }
}

std::vector<bus::HistoryEntry> History::newest(const std::string& name, std::size_t max) const {
    std::vector<const HistoryLine*> found;
    for (const auto& [owner, lines] : lines_) {
        if (name.empty() || owner == name) {
            std::transform(lines.rbegin(), lines.rend(), std::back_inserter(found),
                           [](const HistoryLine& line) { return &line; });
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto* left, const auto* right) { return left->timeUsec > right->timeUsec; });
    found.resize(std::min(max, found.size()));

    std::vector<bus::HistoryEntry> entries;
    entries.reserve(found.size());
    for (const HistoryLine* line : found) {
        if (auto entry = decodeEvent(line->text)) {
            entries.push_back(std::move(*entry));
        }
    }
    return entries;
}

const HistoryLines& History::of(const std::string& name) const {
    static const HistoryLines kNone;
    const auto found = lines_.find(name);
    return found == lines_.end() ? kNone : found->second;
}

} // namespace healer::daemon
