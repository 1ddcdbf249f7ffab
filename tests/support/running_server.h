// SPDX-License-Identifier: Apache-2.0
// Runs `onnxhub serve` as a separate process for the life of the object.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace onnxhub::test {

class RunningServer {
public:
    /// Serves `hub` on a free port, with additional `options`. Output goes to serve.out and
    /// access.log in `work`.
    RunningServer(const std::filesystem::path& hub, const std::filesystem::path& work,
                  const std::vector<std::string>& options = {});
    ~RunningServer() { stop(); }
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    const std::string& url() const { return url_; }  ///< empty if it did not start
    pid_t pid() const { return pid_; }
    void hang_up() const;  ///< SIGHUP
    int stop();            ///< sends SIGTERM and returns the exit status

private:
    pid_t pid_ = 0;
    std::string url_;
};

}  // namespace onnxhub::test
