// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/unique_fd.hpp"

#include <memory>
#include <vector>

namespace healer::runtime {

/// Reserves a few low descriptor numbers for the descriptors that a child needs: the highest of these numbers
/// determines how many of Healer's descriptors, of which there can be thousands, the kernel copies for it.
class LowDescriptors {
    struct Store;

public:
    /// A descriptor whose number is returned by the destructor. May outlive the LowDescriptors.
    class Lease {
    public:
        Lease() = default;
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&& other) noexcept;
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease();

        /// Neither returns the number nor closes it.
        void abandon() { (void)fd_.release(); }
        [[nodiscard]] int get() const { return fd_.get(); }
        explicit operator bool() const { return static_cast<bool>(fd_); }

    private:
        friend class LowDescriptors;
        Lease(UniqueFd fd, std::shared_ptr<Store> store);
        void end();

        UniqueFd fd_;
        std::shared_ptr<Store> store_; ///< owner of the number; null: an ordinary descriptor
    };

    /// Reserves the `count` lowest free numbers above the standard ones and the child's status descriptor;
    /// fewer, or none, when the limit is near. Construct it before other descriptors are opened.
    explicit LowDescriptors(int count);

    /// The same file under a reserved number, or unchanged when none is left: the start is then only slower.
    [[nodiscard]] Lease lower(UniqueFd fd);

private:
    std::shared_ptr<Store> store_;
};

} // namespace healer::runtime
