// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <optional>
#include <utility>

namespace healer::runtime {

/// Whether an error of a call about a process is evidence that there is no such process. No other error is:
/// it is a refusal, and what was asked is unknown.
[[nodiscard]] constexpr bool meansGone(int error) {
    return error == ENOENT || error == ESRCH;
}

/// Whether a refusal is for now only, as Healer or the machine is out of descriptors or memory.
[[nodiscard]] constexpr bool isShortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS || error == EAGAIN;
}

/// What was read about a process: the value, or that there is none, or neither, as the machine refused.
/// Unknown is never taken for none: a second copy of a process that lives would be started.
template <typename T>
class [[nodiscard]] Reading {
public:
    Reading(T value) : value_(std::move(value)) {} // NOLINT(google-explicit-constructor)
    [[nodiscard]] static Reading none() { return Reading(Refusal{0}); }
    [[nodiscard]] static Reading unknown(int error) { return Reading(Refusal{error}); }
    /// None or unknown, by the errno.
    [[nodiscard]] static Reading failed(int error) { return meansGone(error) ? none() : unknown(error); }
    /// The reason why there is no value, for another type.
    template <typename Other>
    [[nodiscard]] static Reading as(const Reading<Other>& other) {
        return Reading(Refusal{other.error()});
    }

    explicit operator bool() const { return value_.has_value(); }
    [[nodiscard]] bool isUnknown() const { return !value_ && error_ != 0; }
    /// The errno of a refusal; 0 otherwise.
    [[nodiscard]] int error() const { return error_; }

    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return &*value_; }
    const T* operator->() const { return &*value_; }
    /// For where it does not matter why there is no value.
    [[nodiscard]] const std::optional<T>& orNone() const { return value_; }

    friend bool operator==(const Reading& reading, const T& value) { return reading.value_ == value; }

private:
    struct Refusal {
        int error = 0;
    };
    explicit Reading(Refusal refusal) : error_(refusal.error) {}

    std::optional<T> value_;
    int error_ = 0;
};

} // namespace healer::runtime
