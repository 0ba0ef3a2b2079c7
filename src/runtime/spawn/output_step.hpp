// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// A step before a program that systemd starts: its output goes to a file that root must not open, as other
/// users can swap it. Healer's own program is executed first, as the user of the process, opens the file with
/// the rights of that user, and becomes the program. So it is the same at each start, whoever makes it.
namespace healer::runtime {

/// The first argument by which Healer's program is to be this step.
inline constexpr const char* kOutputStep = "--append-output";

/// What is to be executed for these arguments (argv, the path first). Empty where Healer's own program is not
/// known.
[[nodiscard]] std::vector<std::string> outputStepFor(const std::string& output,
                                                     const std::vector<std::string>& arguments);

/// The step itself: argv is what outputStepFor() made. Returns only on failure: the exit status, as systemd
/// gives it to a child of its own that fails there (systemd.exec(5)).
[[nodiscard]] int becomeWithOutput(int argc, char** argv);

} // namespace healer::runtime
