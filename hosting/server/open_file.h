// SPDX-License-Identifier: Apache-2.0
// An open file, closed by the destructor.
#pragma once

#include <unistd.h>

#include <utility>

namespace onnxhub {

class OpenFile {
public:
    explicit OpenFile(int fd = -1) : fd_(fd) {}
    OpenFile(OpenFile&& other) noexcept : fd_(other.release()) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        if (fd_ >= 0) close(fd_);
        fd_ = other.release();
        return *this;
    }
    ~OpenFile() {
        if (fd_ >= 0) close(fd_);
    }

    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }  ///< the caller closes it

private:
    int fd_;
};

}  // namespace onnxhub
