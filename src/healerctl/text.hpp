// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Text for the terminal: pure functions from values to text.
namespace healer::healerctl {

/// The text with every control character (C0, DEL, C1) shown as an escape, so that nothing from the daemon
/// can steer the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// A sentence of several lines in one: each line break, with the indentation behind it, is shown as a space.
[[nodiscard]] std::string inOneLine(std::string_view text);
/// The same with its line breaks; further lines are indented, so that none can look like one of healerctl.
[[nodiscard]] std::string inLines(std::string_view text, std::size_t indent);
/// The text (already printable) cut to so many columns, with "..." at its end where something is missing.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t width);

/// A word that was typed, printable; '' where it is empty.
[[nodiscard]] std::string typed(std::string_view word);

/// How many columns a text takes on a terminal, counted in code points.
[[nodiscard]] std::size_t columns(std::string_view text);

/// The duration in the words of core::durationText.
[[nodiscard]] std::string durationText(std::uint64_t usec);
/// "14:03:05" on the same local day as now, else "2026-11-23 14:03:05".
[[nodiscard]] std::string clockText(std::uint64_t realtimeUsec, std::uint64_t nowUsec);
/// "2026-11-23 14:03:05", local time.
[[nodiscard]] std::string dateText(std::uint64_t realtimeUsec);
/// "3 min 2 s ago", or "in 5 s" for what is to come.
[[nodiscard]] std::string agoText(std::uint64_t realtimeUsec, std::uint64_t nowUsec);

/// An argument list as one would type it.
[[nodiscard]] std::string shellText(const std::vector<std::string>& arguments);

/// The candidate that is most like `word`, if one is near enough to be meant; else empty.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace healer::healerctl
