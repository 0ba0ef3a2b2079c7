// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace healer::runtime {

/// The steps of the way to the new program that can fail.
enum class Step : std::int32_t { descriptors, session, limits, groups, user, workingDirectory, output, exec };

/// What the child says through the status pipe: once that it has descriptors of its own, and why it cannot
/// become the program if it cannot.
struct Message {
    Step step;
    std::int32_t error; ///< errno; 0: the descriptors are its own now
};

struct Limit {
    int resource;
    rlimit value;
};

/// All that the child needs, as plain pointers into memory that stays as it is until the child's exec or end.
struct ChildProgram {
    const char* path;
    char* const* arguments;
    char* const* environment;
    const char* workingDirectory;
    int output;             ///< above kStatusDescriptor; -1: outputPath, opened by the child as the user
    const char* outputPath; ///< null: /dev/null
    int status;             ///< write end of the status pipe, above kStatusDescriptor
    const Limit* limits;
    std::size_t limitCount;
    bool changeUser;
    uid_t uid;
    gid_t gid;
    const gid_t* groups;
    std::size_t groupCount;
};

/// The descriptor that carries the status pipe in the child, the only one besides 0, 1 and 2.
constexpr int kStatusDescriptor = 3;

/// Runs in the child, sharing the parent's memory and descriptors, with all signals blocked: takes copies of
/// the descriptors up to the ones it needs, writes the Message of that, and becomes the program, or writes
/// why not. Takes a ChildProgram*. Returns only on failure.
int becomeProgram(void* program);

} // namespace healer::runtime
