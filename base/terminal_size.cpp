// SPDX-License-Identifier: Apache-2.0
#include "base/terminal_size.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace onnxhub {

bool is_terminal(StandardStream stream) {
    switch (stream) {
        case StandardStream::input:
            return isatty(STDIN_FILENO) == 1;
        case StandardStream::output:
            return isatty(STDOUT_FILENO) == 1;
        case StandardStream::errors:
            return isatty(STDERR_FILENO) == 1;
    }
    return false;
}

std::optional<std::size_t> terminal_columns() {
    winsize size = {};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
    return size.ws_col;
}

}  // namespace onnxhub
