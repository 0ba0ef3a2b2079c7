// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include "config/nearest.hpp"
#include "config/scalar.hpp"
#include "config/unit_name.hpp"
#include "core/process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <utility>

namespace healer::config {
namespace {

constexpr std::array<std::string_view, 8> kUsualSignals = {"SIGTERM", "SIGINT",  "SIGQUIT", "SIGHUP",
                                                           "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGWINCH"};

bool onlySuspends(int signal) {
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

std::optional<std::int64_t> readSignal(const Field& field) {
    const std::optional<std::string> name = field.plain();
    if (!name) {
        return std::nullopt;
    }
    const std::optional<int> signal = core::signalFromName(*name);
    if (!signal) {
        field.error("unknown signal " + quote(*name), nearest(*name, kUsualSignals));
        return std::nullopt;
    }
    if (onlySuspends(*signal)) {
        field.error(*name + " suspends a process instead of ending it");
        return std::nullopt;
    }
    return *signal;
}

std::optional<core::Duration> readMilliseconds(const Field& field, Range range) {
    const auto value = field.integer(range);
    return value ? std::optional<core::Duration>(std::chrono::milliseconds(*value)) : std::nullopt;
}

bool isVariableName(std::string_view name) {
    const auto isLetter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && isLetter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
        return isLetter(c) || (c >= '0' && c <= '9');
    });
}

std::optional<std::map<std::string, std::string>> readVariables(const Field& field) {
    auto variables = field.textMap();
    if (!variables) {
        return std::nullopt;
    }
    for (const ConfigEntry& entry : field.node().entries) {
        if (!isVariableName(entry.key)) {
            reportError({field.site().file, entry.place, field.site().key + "." + entry.key},
                        "not the name of an environment variable (letters, digits and _, no digit first)",
                        field.findings());
        }
    }
    return variables;
}

template <typename Value>
std::optional<core::ArgValue> asArg(std::optional<Value> value) {
    return value ? std::optional<core::ArgValue>(std::move(*value)) : std::nullopt;
}

std::optional<core::ArgValue> convert(const Field& field, const KeySpec& key) {
    switch (key.type) {
    case KeyType::text:
        return asArg(field.text());
    case KeyType::plain:
        return asArg(field.plain());
    case KeyType::path:
    case KeyType::program:
        return asArg(field.absolutePath());
    case KeyType::integer:
        return asArg(field.integer(key.range));
    case KeyType::number:
        return asArg(field.number(key.range));
    case KeyType::seconds:
        return asArg(field.seconds(key.range));
    case KeyType::milliseconds:
        return asArg(readMilliseconds(field, key.range));
    case KeyType::boolean:
        return asArg(field.boolean());
    case KeyType::word:
        return asArg(field.word(key.words));
    case KeyType::signal:
        return asArg(readSignal(field));
    case KeyType::byteSize:
        return asArg(field.byteSize(key.range));
    case KeyType::percentage:
        return asArg(field.percentage(key.range));
    case KeyType::unitName:
        return asArg(readUnitName(field));
    case KeyType::textList:
        return asArg(field.textList());
    case KeyType::textOrList:
        return asArg(field.node().kind == NodeKind::scalar ? std::optional(std::vector{field.node().text})
                                                           : field.textList());
    case KeyType::textMap:
        return asArg(field.textMap());
    case KeyType::variables:
        return asArg(readVariables(field));
    case KeyType::mapping:
    case KeyType::mappings:
        break;
    }
    return std::nullopt;
}

std::string render(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) {
        text += (text.empty() ? "" : ", ") + item;
    }
    return "[" + text + "]";
}

std::string render(const std::map<std::string, std::string>& entries) {
    std::string text;
    for (const auto& [name, value] : entries) {
        text += text.empty() ? "" : ", ";
        text.append(name).append(": ").append(value);
    }
    return "{" + text + "}";
}

std::string render(core::Duration duration, KeyType type) {
    const double seconds = std::chrono::duration<double>(duration).count();
    return numberText(type == KeyType::milliseconds ? seconds * 1000 : seconds);
}

std::string render(std::int64_t number, KeyType type) {
    if (type == KeyType::signal) {
        return core::signalName(static_cast<int>(number));
    }
    return type == KeyType::byteSize ? byteSizeText(number) : std::to_string(number);
}

} // namespace

std::optional<core::ArgValue> readValue(const Field& field, const KeySpec& key) {
    auto value = convert(field, key);
    const auto fault = value && key.check != nullptr ? key.check(*value) : std::nullopt;
    if (fault) {
        field.error(*fault);
        return std::nullopt;
    }
    return value;
}

std::optional<core::ArgValue> defaultValue(const KeySpec& key) {
    if (!key.byDefault) {
        return std::nullopt;
    }
    ConfigNode node;
    node.kind = NodeKind::scalar;
    node.text = *key.byDefault;
    Findings unused;
    return readValue(Field(node, Site{}, unused), key);
}

std::string render(const core::ArgValue& value, KeyType type) {
    struct Renderer {
        KeyType type;
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t number) const { return render(number, type); }
        std::string operator()(double number) const {
            return numberText(number) + (type == KeyType::percentage ? "%" : "");
        }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(core::Duration duration) const { return render(duration, type); }
        std::string operator()(const std::vector<std::string>& items) const { return render(items); }
        std::string operator()(const std::map<std::string, std::string>& entries) const {
            return render(entries);
        }
    };
    return std::visit(Renderer{type}, value);
}

std::string_view typeName(KeyType type) {
    switch (type) {
    case KeyType::text:
    case KeyType::plain:
    case KeyType::signal:
    case KeyType::unitName:
        return "text";
    case KeyType::path:
    case KeyType::program:
        return "path";
    case KeyType::integer:
    case KeyType::number:
    case KeyType::milliseconds:
        return "number";
    case KeyType::seconds:
        return "seconds";
    case KeyType::boolean:
        return "boolean";
    case KeyType::word:
        return "word";
    case KeyType::byteSize:
        return "bytes";
    case KeyType::percentage:
        return "percentage";
    case KeyType::textList:
    case KeyType::textOrList:
    case KeyType::mappings:
        return "list";
    case KeyType::textMap:
    case KeyType::variables:
    case KeyType::mapping:
        return "mapping";
    }
    return {};
}

} // namespace healer::config
