// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace healer::recovery::direct {

/// Where the way to the new program ended.
enum class Step : std::int32_t { session, descriptors, limits, groups, user, workingDirectory, output, exec };

/// What the child says through the status pipe when it cannot become the program.
struct Failure {
    Step step;
    std::int32_t error; ///< errno
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
    int input;              ///< all descriptors here are above kStatusDescriptor
    int output;             ///< -1: the child opens outputPath itself, as the user
    const char* outputPath; ///< used when output is -1
    int status;             ///< write end of the status pipe
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

/// Runs in the child, sharing the parent's memory, with all signals blocked: becomes the program, or writes a
/// Failure. Takes a ChildProgram*. Returns only on failure.
int becomeProgram(void* program);

} // namespace healer::recovery::direct
