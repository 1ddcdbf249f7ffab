// SPDX-License-Identifier: Apache-2.0
#include "base/terminal_size.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/descriptor.h"

namespace onnxhub {
namespace {

/// Replaces a standard stream as long as it lives.
class Replaced {
public:
    Replaced(int stream, const Descriptor& file)
        : stream_(stream), before_(Descriptor(dup(stream))) {
        dup2(file.get(), stream);
    }
    ~Replaced() { dup2(before_.get(), stream_); }

private:
    int stream_;
    Descriptor before_;
};

/// A terminal of its own (pty(7)).
struct Terminal {
    Descriptor master{posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    Descriptor end;

    Terminal() {
        if (grantpt(master.get()) != 0 || unlockpt(master.get()) != 0) return;
        end = Descriptor(open(ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    }

    void resize(unsigned short columns) const {
        const winsize size = {24, columns, 0, 0};
        ioctl(end.get(), TIOCSWINSZ, &size);
    }
};

TEST(TerminalSize, FilesAreNoTerminals) {
    const Descriptor file = open_to_write("/dev/null");
    const Replaced input(STDIN_FILENO, file), output(STDOUT_FILENO, file),
        errors(STDERR_FILENO, file);
    EXPECT_FALSE(is_terminal(StandardStream::input));
    EXPECT_FALSE(is_terminal(StandardStream::output));
    EXPECT_FALSE(is_terminal(StandardStream::errors));
    EXPECT_EQ(terminal_columns(), std::nullopt);
}

TEST(TerminalSize, IsThatOfStandardOutput) {
    const Terminal terminal;
    if (!terminal.end.is_open()) GTEST_SKIP() << "no pseudo-terminals here";
    const Descriptor file = open_to_write("/dev/null");
    const Replaced input(STDIN_FILENO, file), errors(STDERR_FILENO, file);
    const Replaced output(STDOUT_FILENO, terminal.end);
    EXPECT_FALSE(is_terminal(StandardStream::input));
    EXPECT_TRUE(is_terminal(StandardStream::output));
    EXPECT_FALSE(is_terminal(StandardStream::errors));
    terminal.resize(123);
    EXPECT_EQ(terminal_columns(), 123U);
    terminal.resize(0);
    EXPECT_EQ(terminal_columns(), std::nullopt) << "unknown";
}

}  // namespace
}  // namespace onnxhub
