// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/draft.hpp"

namespace healer::config {

/// The `dependencies` list, short (a name) and long form. Whether the targets exist is checked later, when
/// all names are known.
void compileDependencies(const Field& field, ProcessDraft& draft);

} // namespace healer::config
