// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace healer::runtime {

/// The steps before the new program runs that can fail.
enum class Step : std::int32_t { descriptors, session, limits, groups, user, workingDirectory, output, exec };

/// A message through the status pipe: once that the child has its own descriptor table, and the error if it
/// cannot execute the program.
struct Message {
    Step step;
    std::int32_t error; ///< errno; 0: the child has its own descriptor table now
};

struct Limit {
    int resource;
    rlimit value;
};

/// The input of the child, as plain pointers into memory that does not change until the exec or end of the
/// child.
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

/// The status pipe in the child, its only descriptor besides 0, 1 and 2.
constexpr int kStatusDescriptor = 3;

/// Runs in the child, which shares memory and descriptors with the parent, with all signals blocked: unshares
/// the descriptor table, sends the Message about that, and executes the program, or sends the error. Takes a
/// ChildProgram*. Returns only on failure.
int becomeProgram(void* program);

} // namespace healer::runtime
