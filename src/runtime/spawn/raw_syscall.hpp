// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

/// System calls that use only registers: the child, which shares Healer's memory until its exec while Healer
/// runs, must not even write errno.
namespace healer::runtime {

#if defined(__x86_64__)

constexpr bool kRawSystemCalls = true;

/// The result of the kernel: a negative errno on failure.
inline long rawSyscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
    long result = number;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    asm volatile("syscall"
                 : "+a"(result)
                 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                 : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

constexpr bool kRawSystemCalls = true;

inline long rawSyscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}

#elif defined(__riscv) && __riscv_xlen == 64

constexpr bool kRawSystemCalls = true;

inline long rawSyscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
    register long a7 asm("a7") = number;
    register long a0 asm("a0") = a;
    register long a1 asm("a1") = b;
    register long a2 asm("a2") = c;
    register long a3 asm("a3") = d;
    register long a4 asm("a4") = e;
    asm volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4) : "memory");
    return a0;
}

#else

/// Without them Healer has to stop until the exec of the child, as with vfork(2).
constexpr bool kRawSystemCalls = false;

inline long rawSyscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
    const long result = ::syscall(number, a, b, c, d, e);
    return result < 0 ? -errno : result;
}

#endif

template <typename T>
long rawArgument(T* pointer) {
    return reinterpret_cast<long>(pointer);
}

} // namespace healer::runtime
