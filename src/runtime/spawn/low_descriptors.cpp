// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/low_descriptors.hpp"

#include "runtime/spawn/child_program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace healer::runtime {

/// The numbers are always in use: by this placeholder while they are not leased.
struct LowDescriptors::Store {
    UniqueFd placeHolder;
    std::vector<int> free;

    ~Store() {
        for (const int number : free) {
            ::close(number);
        }
    }
};

LowDescriptors::LowDescriptors(int count) : store_(std::make_shared<Store>()) {
    constexpr int kLowest = kStatusDescriptor + 1;
    store_->placeHolder.reset(::open("/", O_PATH | O_CLOEXEC));
    for (int i = 0; i < count; ++i) {
        const int number = ::fcntl(store_->placeHolder.get(), F_DUPFD_CLOEXEC, kLowest);
        if (number < 0) {
            break;
        }
        store_->free.push_back(number);
    }
}

LowDescriptors::Lease LowDescriptors::lower(UniqueFd fd) {
    if (!fd || store_->free.empty()) {
        return {std::move(fd), nullptr};
    }
    const int number = store_->free.back();
    if (::dup3(fd.get(), number, O_CLOEXEC) < 0) {
        return {std::move(fd), nullptr};
    }
    store_->free.pop_back();
    return {UniqueFd(number), store_};
}

LowDescriptors::Lease::Lease(UniqueFd fd, std::shared_ptr<Store> store)
    : fd_(std::move(fd)), store_(std::move(store)) {}

LowDescriptors::Lease::Lease(Lease&& other) noexcept = default;

LowDescriptors::Lease& LowDescriptors::Lease::operator=(Lease&& other) noexcept {
    end();
    fd_ = std::move(other.fd_);
    store_ = std::move(other.store_);
    return *this;
}

LowDescriptors::Lease::~Lease() {
    end();
}

void LowDescriptors::Lease::end() {
    const auto store = std::exchange(store_, nullptr);
    if (!store || !fd_) {
        fd_.reset();
        return;
    }
    if (::dup3(store->placeHolder.get(), fd_.get(), O_CLOEXEC) >= 0) {
        store->free.push_back(fd_.release());
    } else {
        fd_.reset();
    }
}

} // namespace healer::runtime
