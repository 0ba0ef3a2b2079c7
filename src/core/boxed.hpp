// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace healer::core {

/// What std::optional is, for a large value that few have at a time: without one it takes a pointer.
template <typename T>
class Boxed {
public:
    Boxed() = default;
    Boxed(std::nullopt_t /*none*/) {}                                 // NOLINT(google-explicit-constructor)
    Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {} // NOLINT(google-explicit-constructor)
    Boxed(const std::optional<T>& value)                              // NOLINT(google-explicit-constructor)
        : value_(value ? std::make_unique<T>(*value) : nullptr) {}
    Boxed(const Boxed& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
    Boxed(Boxed&& other) noexcept = default;
    Boxed& operator=(const Boxed& other) {
        if (this != &other) {
            *this = Boxed(other);
        }
        return *this;
    }
    Boxed& operator=(Boxed&& other) noexcept = default;
    ~Boxed() = default;

    explicit operator bool() const { return value_ != nullptr; }
    void reset() { value_.reset(); }

    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return value_.get(); }
    const T* operator->() const { return value_.get(); }

    friend bool operator==(const Boxed& left, const Boxed& right) {
        return left.value_ && right.value_ ? *left == *right : !left.value_ && !right.value_;
    }

private:
    std::unique_ptr<T> value_;
};

} // namespace healer::core
