// SPDX-License-Identifier: Apache-2.0
#include "base/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace onnxhub {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t native_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t native_architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t native_architecture = 0;
#endif

[[noreturn]] void fail(int error) {
    throw std::system_error(error, std::generic_category());
}

void set_limit(decltype(RLIMIT_AS) resource, std::uint64_t value) {
    const rlimit limit = {value, value};
    if (setrlimit(resource, &limit) != 0) fail(errno);
}

/// System calls that reach other machines or processes, change files without opening them, which
/// Landlock does not see, or would undo the sandbox.
constexpr std::uint32_t forbidden_calls[] = {
    __NR_socket,
    __NR_connect,
    __NR_bind,
    __NR_listen,
#ifdef __NR_fork
    __NR_fork,
    __NR_vfork,
#endif
#ifdef __NR_chmod
    __NR_chmod,
    __NR_chown,
    __NR_lchown,
    __NR_utime,
    __NR_utimes,
    __NR_futimesat,
#endif
    __NR_truncate,
    __NR_fchmod,
    __NR_fchmodat,
    __NR_fchown,
    __NR_fchownat,
    __NR_utimensat,
    __NR_setxattr,
    __NR_lsetxattr,
    __NR_fsetxattr,
    __NR_removexattr,
    __NR_lremovexattr,
    __NR_fremovexattr,
    __NR_shmget,
    __NR_msgget,
    __NR_semget,
    __NR_tkill,
    __NR_rt_sigqueueinfo,
    __NR_rt_tgsigqueueinfo,
    __NR_pidfd_open,
    __NR_pidfd_send_signal,
    __NR_pidfd_getfd,
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_io_uring_setup,
    __NR_bpf,
    __NR_perf_event_open,
    __NR_userfaultfd,
    __NR_add_key,
    __NR_request_key,
    __NR_keyctl,
    __NR_mount,
    __NR_umount2,
    __NR_unshare,
    __NR_setns,
    __NR_open_by_handle_at,
};

/// Assembles a filter of system calls.
/// Source: https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html
class FilterProgram {
public:
    FilterProgram() {
        load(offsetof(seccomp_data, arch));
        skip_unless_equal(native_architecture, 1);
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0));
        end(SECCOMP_RET_KILL_PROCESS);
        load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
        // The x32 ABI has other numbers for the same calls.
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
        end(SECCOMP_RET_KILL_PROCESS);
#endif
    }

    void forbid(std::uint32_t call, int error = EPERM) {
        skip_unless_equal(call, 1);
        end(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
    }

    /// Allows the call only if its first argument has a bit of `mask`.
    void allow_with_bits(std::uint32_t call, std::uint32_t mask) {
        allow_if(call, BPF_JSET, mask);
    }

    /// Allows the call only if its first argument is `value`.
    void allow_with_value(std::uint32_t call, std::uint32_t value) {
        allow_if(call, BPF_JEQ, value);
    }

    void install() {
        end(SECCOMP_RET_ALLOW);
        const sock_fprog program = {static_cast<unsigned short>(code_.size()), code_.data()};
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) fail(errno);
    }

private:
    void allow_if(std::uint32_t call, std::uint16_t comparison, std::uint32_t value) {
        skip_unless_equal(call, 4);
        load(offsetof(seccomp_data, args));
        code_.push_back(
            BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | BPF_K | comparison), value, 1, 0));
        end(SECCOMP_RET_ERRNO | EPERM);
        end(SECCOMP_RET_ALLOW);
    }
    /// The lower half of an argument on the machines above, which are little-endian.
    void load(std::size_t offset) {
        code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
    }
    void skip_unless_equal(std::uint32_t value, std::uint8_t count) {
        code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
    }
    void end(std::uint32_t action) {
        code_.push_back(BPF_STMT(BPF_RET | BPF_K, action));
    }

    std::vector<sock_filter> code_;
};

void forbid_calls() {
    if (native_architecture == 0) fail(ENOSYS);
    FilterProgram program;
    for (const std::uint32_t call : forbidden_calls) program.forbid(call);
    // The C library tries clone() next, whose flags a filter can read.
    program.forbid(__NR_clone3, ENOSYS);
    program.allow_with_bits(__NR_clone, CLONE_THREAD);
    const auto self = static_cast<std::uint32_t>(getpid());
    program.allow_with_value(__NR_kill, self);
    program.allow_with_value(__NR_tgkill, self);
    program.allow_with_value(__NR_prlimit64, 0);
    program.install();
}

/// An older kernel goes without; RLIMIT_FSIZE still bounds what is written.
void forbid_writing() {
    landlock_ruleset_attr rules = {};
    rules.handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                              LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                              LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                              LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                              LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    const long ruleset = syscall(__NR_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (ruleset < 0) return;
    syscall(__NR_landlock_restrict_self, ruleset, 0);
    ::close(static_cast<int>(ruleset));
}

}  // namespace

void enter_sandbox(const SandboxLimits& limits, int parent) {
    setsid();  // a Ctrl-C is for the parent
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(errno);
    if (getppid() != parent) fail(ESRCH);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_CPU, limits.computing_seconds);
    set_limit(RLIMIT_FSIZE, limits.file_bytes);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(errno);
    forbid_writing();
    forbid_calls();
    set_limit(RLIMIT_AS, limits.memory_bytes);  // last, since it may leave no memory for the rest
}

void replace_process(std::vector<std::string> command, int last_descriptor) {
    if (::chdir("/") != 0) fail(errno);
    if (syscall(__NR_close_range, last_descriptor + 1, ~0U, 0) != 0) fail(errno);
    std::vector<char*> arguments;
    for (std::string& text : command) arguments.push_back(text.data());
    arguments.push_back(nullptr);
    std::array<char*, 1> environment = {nullptr};
    ::execve(arguments.front(), arguments.data(), environment.data());
    fail(errno);
}

}  // namespace onnxhub
