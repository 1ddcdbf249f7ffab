// SPDX-License-Identifier: Apache-2.0
#include "base/wake_up.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>

#include "base/error_text.h"
#include "base/user_error.h"

namespace onnxhub {

WakeUp::WakeUp() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_.is_open()) {
        throw UserError("threads: can't be woken (" + error_text() +
                        "); raise the limit of open files (ulimit -n)");
    }
}

void WakeUp::notify() const {
    eventfd_write(event_.get(), 1);
}

bool WakeUp::wait_for(const Descriptor& file) const {
    std::array<pollfd, 2> both = {{{file.get(), POLLIN, 0}, {event_.get(), POLLIN, 0}}};
    while (poll(both.data(), both.size(), -1) < 0) {
        if (errno != EINTR) return false;
    }
    return true;
}

}  // namespace onnxhub
