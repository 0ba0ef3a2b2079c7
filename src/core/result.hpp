// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace healer::core {

/// Why a client is refused; the bus maps each to a D-Bus error name.
enum class ErrorKind {
    failed,
    invalidConfig,
    noSuchProcess,
    recoveryFailed,
    busy,
    disabled,
    accessDenied,
    impeded, ///< something is missing at present, or the machine refused: it may work in a moment
};

/// An expected failure: a sentence (what, where, what to do) and its kind.
struct Error {
    std::string message;
    ErrorKind kind = ErrorKind::failed;

    /// The same failure, seen from one level up: "CONTEXT: message".
    [[nodiscard]] Error in(std::string_view context) const {
        return Error{std::string(context) + ": " + message, kind};
    }

    bool operator==(const Error&) const = default;
};

/// A value or an Error. Reading the alternative that is not there is a programming error
/// (std::bad_variant_access, which ends the daemon).
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {} // NOLINT(google-explicit-constructor)
    Result(Error error)
        : state_(std::in_place_index<1>, std::move(error)) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : state_(std::move(error)) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<std::monostate, Error> state_;
};

} // namespace healer::core
