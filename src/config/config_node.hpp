// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// A configuration file as a tree that records the place of each part, independent of the YAML library.
namespace healer::config {

/// A position in a file, counted from 1.
struct Place {
    int line = 0;
    int column = 0;

    bool operator==(const Place&) const = default;
};

enum class NodeKind { null, scalar, sequence, mapping };

struct ConfigEntry;

struct ConfigNode {
    NodeKind kind = NodeKind::null;
    Place place;
    std::string text;                 ///< of a scalar: valid UTF-8 without NUL
    bool quoted = false;              ///< a quoted or block scalar: always text, never a number or a boolean
    std::vector<ConfigNode> items;    ///< of a sequence
    std::vector<ConfigEntry> entries; ///< of a mapping, in file order, keys unique
};

struct ConfigEntry {
    std::string key;
    Place place; ///< of the key
    ConfigNode value;
};

/// One file that was read.
struct ConfigDocument {
    std::string file;
    ConfigNode root;
};

} // namespace healer::config
