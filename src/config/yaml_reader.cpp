// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.hpp"

#include "config/syntax_fault.hpp"
#include "config/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace healer::config {
namespace {

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxNodes = 1'000'000; ///< each use of an alias counts

Place placeOf(const YAML::Mark& mark) {
    return mark.is_null() ? Place{} : Place{mark.line + 1, mark.column + 1};
}

std::size_t countNodes(const ConfigNode& node) {
    std::size_t count = 1;
    for (const ConfigNode& item : node.items) {
        count += countNodes(item);
    }
    for (const ConfigEntry& entry : node.entries) {
        count += countNodes(entry.value);
    }
    return count;
}

std::size_t depthOf(const ConfigNode& node) {
    std::size_t deepest = 0;
    for (const ConfigNode& item : node.items) {
        deepest = std::max(deepest, depthOf(item));
    }
    for (const ConfigEntry& entry : node.entries) {
        deepest = std::max(deepest, depthOf(entry.value));
    }
    return deepest + 1;
}

/// Builds the tree from the events of the parser. An error that makes it impossible to go on is thrown as a
/// parser error.
class TreeBuilder : public YAML::EventHandler {
public:
    explicit TreeBuilder(const std::string& file) : file_(file) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) {
            throw YAML::ParserException(mark, "a second document begins here; only one is allowed");
        }
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        ConfigNode node;
        node.place = placeOf(mark);
        attach(mark, std::move(node), anchor, 1);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            throw YAML::ParserException(mark, "an alias must not be part of its own anchor");
        }
        const std::size_t size = countNodes(found->second);
        if (nodes_ + size > kMaxNodes || open_.size() + depthOf(found->second) > kMaxDepth) {
            throw YAML::ParserException(mark, "the aliases expand to too many values");
        }
        ConfigNode node = found->second;
        node.place = placeOf(mark);
        attach(mark, std::move(node), 0, size);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        rejectTag(mark, tag, "tag:yaml.org,2002:str");
        if (value.find('\0') != std::string::npos) {
            report(mark, "the text contains a NUL character");
        }
        ConfigNode node;
        node.kind = NodeKind::scalar;
        node.place = placeOf(mark);
        node.text = value;
        node.quoted = tag != "?" && !tag.empty();
        attach(mark, std::move(node), anchor, 1);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        rejectTag(mark, tag, "tag:yaml.org,2002:seq");
        begin(mark, NodeKind::sequence, anchor);
    }
    void OnSequenceEnd() override { end(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        rejectTag(mark, tag, "tag:yaml.org,2002:map");
        begin(mark, NodeKind::mapping, anchor);
    }
    void OnMapEnd() override { end(); }

    ConfigNode takeRoot() { return std::move(root_); }
    std::vector<Diagnostic> takeErrors() { return std::move(errors_); }

private:
    /// A collection that has begun but not ended.
    struct Open {
        ConfigNode node;
        YAML::anchor_t anchor = 0;
        YAML::Mark mark;
        bool haveKey = false;
        bool dropValue = false;
        bool merges = false; ///< the key is <<
        ConfigEntry entry;   ///< of a mapping: a key without its value yet
        std::unordered_map<std::string, Place> keys;
        std::vector<ConfigNode> merged; ///< mappings whose keys count where they are not given here
    };

    void begin(const YAML::Mark& mark, NodeKind kind, YAML::anchor_t anchor) {
        if (open_.size() >= kMaxDepth) {
            throw YAML::ParserException(mark, "nested too deeply");
        }
        Open open;
        open.node.kind = kind;
        open.node.place = placeOf(mark);
        open.anchor = anchor;
        open.mark = mark;
        open_.push_back(std::move(open));
    }

    void end() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        mergeInto(closed);
        attach(closed.mark, std::move(closed.node), closed.anchor, 1);
    }

    void attach(const YAML::Mark& mark, ConfigNode node, YAML::anchor_t anchor, std::size_t size) {
        nodes_ += size;
        if (nodes_ > kMaxNodes) {
            throw YAML::ParserException(mark, "too many values");
        }
        if (anchor != 0) {
            anchors_[anchor] = node;
        }
        if (open_.empty()) {
            root_ = std::move(node);
        } else if (open_.back().node.kind == NodeKind::sequence) {
            open_.back().node.items.push_back(std::move(node));
        } else if (!open_.back().haveKey) {
            takeKey(mark, open_.back(), std::move(node));
        } else {
            takeValue(open_.back(), std::move(node));
        }
    }

    void takeKey(const YAML::Mark& mark, Open& open, ConfigNode node) {
        if (node.kind != NodeKind::scalar) {
            throw YAML::ParserException(mark, "a key must be plain text");
        }
        const auto [known, added] = open.keys.emplace(node.text, node.place);
        open.merges = node.text == "<<" && !node.quoted;
        if (!added) {
            report(mark,
                   "this key is already given in line " + std::to_string(known->second.line) +
                       (open.merges ? "; a list merges several: [*a, *b]" : ""),
                   node.text);
        }
        open.dropValue = !added;
        open.haveKey = true;
        open.entry.key = std::move(node.text);
        open.entry.place = node.place;
    }

    void takeValue(Open& open, ConfigNode node) {
        open.haveKey = false;
        if (open.merges) {
            takeMerge(open, std::move(node));
        } else if (!open.dropValue) {
            if (node.kind == NodeKind::null) {
                // The parser reports a missing value at the next token, often on a later line.
                node.place = open.entry.place;
            }
            open.entry.value = std::move(node);
            open.node.entries.push_back(std::move(open.entry));
            open.entry = ConfigEntry{};
        }
    }

    /// A merge key: a mapping, or a list of them of which the first counts.
    void takeMerge(Open& open, ConfigNode node) {
        std::vector<ConfigNode> mappings;
        if (node.kind == NodeKind::sequence) {
            mappings = std::move(node.items);
        } else {
            mappings.push_back(std::move(node));
        }
        for (ConfigNode& mapping : mappings) {
            if (mapping.kind != NodeKind::mapping) {
                errors_.push_back({file_,
                                   open.entry.place,
                                   "<<",
                                   "must be a mapping, or a list of mappings, to take keys from",
                                   {}});
                return;
            }
            open.merged.push_back(std::move(mapping));
        }
    }

    static void mergeInto(Open& open) {
        for (ConfigNode& mapping : open.merged) {
            for (ConfigEntry& entry : mapping.entries) {
                if (open.keys.emplace(entry.key, entry.place).second) {
                    open.node.entries.push_back(std::move(entry));
                }
            }
        }
    }

    void rejectTag(const YAML::Mark& mark, const std::string& tag, std::string_view allowed) {
        if (!tag.empty() && tag != "?" && tag != "!" && tag != allowed) {
            report(mark, "the tag " + quote(tag) + " is not supported");
        }
    }

    void report(const YAML::Mark& mark, std::string message, std::string key = {}) {
        errors_.push_back({file_, placeOf(mark), std::move(key), std::move(message), {}});
    }

    std::string file_;
    int documents_ = 0;
    std::size_t nodes_ = 0;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, ConfigNode> anchors_;
    ConfigNode root_;
    std::vector<Diagnostic> errors_;
};

Place placeOfOffset(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    return {static_cast<int>(line) + 1, static_cast<int>(offset - start) + 1};
}

} // namespace

YamlOutcome readYaml(const std::string& file, std::string_view text) {
    if (text.size() > kMaxFileBytes) {
        return {std::nullopt, {{file, {}, {}, "is larger than 4 MiB", {}}}};
    }
    if (const auto bad = firstBadByte(text)) {
        return {std::nullopt, {{file, placeOfOffset(text, *bad), {}, "not valid UTF-8 text", {}}}};
    }
    TreeBuilder builder(file);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& error) {
        std::vector<Diagnostic> errors = builder.takeErrors();
        const SyntaxFault fault = explainSyntax(error.msg, text, placeOf(error.mark));
        errors.push_back({file, fault.place, {}, fault.message, {}, fault.line});
        return {std::nullopt, std::move(errors)};
    } catch (const std::exception& error) {
        return {std::nullopt, {{file, {}, {}, std::string("cannot be parsed: ") + error.what(), {}}}};
    }
    return {ConfigDocument{file, builder.takeRoot()}, builder.takeErrors()};
}

} // namespace healer::config
