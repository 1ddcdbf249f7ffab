// SPDX-License-Identifier: Apache-2.0
// What a load tells while it runs: a line on a terminal, lines in a log, or JSON Lines.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/progress.h"
#include "hosting/client/hub_client.h"

namespace onnxhub {

/// Thread-safe.
class LoadProgress {
public:
    /// On a terminal one line that is drawn again; elsewhere, for a transfer that takes longer
    /// than half a second, a line per ten percent. With `as_json` objects on standard output
    /// instead, one a line: see docs/cli.md.
    LoadProgress(const Streams& streams, bool as_json);

    void will_load(const WantedModel& model);
    void advanced(const WantedFile& file, std::uint64_t done);
    void loaded(const WantedFile& file, const LoadedFile& result);
    void finished(const WantedModel& model, const std::filesystem::path& path);
    /// Without a name no model at all can be had.
    void failed(const std::optional<std::string>& model, const std::string& message);
    void finish();  ///< wipes the line

    /// Options that tell all of this while models are loaded.
    LoadOptions observing();

    /// `ask`, with nothing drawn while it asks.
    std::function<bool(const TrustQuestion&)> aside(std::function<bool(const TrustQuestion&)> ask);

private:
    using Clock = std::chrono::steady_clock;
    struct Transfer {
        Clock::time_point start;
        std::uint64_t start_bytes = 0;  ///< that were there from an earlier one
        std::uint64_t done = 0;
        unsigned told_tenths = 0;
    };

    std::string status_text();
    void tell_percent(const WantedFile& file, Transfer& transfer);
    void tell(const std::string& text);
    void event(const std::string& json);

    const Streams& streams_;
    const bool as_json_;
    const bool draws_;
    std::mutex mutex_;
    const Clock::time_point start_ = Clock::now();
    std::map<std::string, Transfer> transfers_;  ///< by path in the hub
    ProgressNumbers numbers_;
    StatusLine line_;
};

}  // namespace onnxhub
