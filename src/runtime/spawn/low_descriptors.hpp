// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/unique_fd.hpp"

#include <memory>
#include <vector>

namespace healer::runtime {

/// A few low descriptor numbers, kept for what a child takes along: the highest of these numbers decides how
/// many of Healer's descriptors, of which there can be thousands, the kernel copies for it.
class LowDescriptors {
    struct Store;

public:
    /// A descriptor that gives its number back when it goes. May outlive the LowDescriptors.
    class Lease {
    public:
        Lease() = default;
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&& other) noexcept;
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease();

        /// Never gives the number back, nor closes it.
        void abandon() { (void)fd_.release(); }
        [[nodiscard]] int get() const { return fd_.get(); }
        explicit operator bool() const { return static_cast<bool>(fd_); }

    private:
        friend class LowDescriptors;
        Lease(UniqueFd fd, std::shared_ptr<Store> store);
        void end();

        UniqueFd fd_;
        std::shared_ptr<Store> store_; ///< where the number belongs; null: an ordinary one
    };

    /// Takes the `count` lowest free numbers above the standard ones and the child's status descriptor. Best
    /// made before anything else opens descriptors. Fewer, or none, are taken when the limit is near.
    explicit LowDescriptors(int count);

    /// The same file under a kept number, or as it is when none is left: then the start is only slower.
    [[nodiscard]] Lease lower(UniqueFd fd);

private:
    std::shared_ptr<Store> store_;
};

} // namespace healer::runtime
