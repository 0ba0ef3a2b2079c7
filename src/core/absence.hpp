// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace healer::core {

/// When nothing is there, of all observers of one process together: all of them must have said so since they
/// were asked last, and each question has one answer.
class Absence {
public:
    explicit Absence(std::size_t observers) : absent_(observers) {}

    /// All observers are asked.
    void ask() {
        absent_.assign(absent_.size(), false);
        answered_ = false;
    }
    /// This one sees nothing. True: that answers the question.
    [[nodiscard]] bool report(std::size_t observer) {
        absent_[observer] = true;
        const bool all = std::all_of(absent_.begin(), absent_.end(), [](bool absent) { return absent; });
        const bool answer = all && !answered_;
        answered_ = answered_ || all;
        return answer;
    }

private:
    std::vector<bool> absent_; ///< by observer
    bool answered_ = false;
};

} // namespace healer::core
