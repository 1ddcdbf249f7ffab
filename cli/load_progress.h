// SPDX-License-Identifier: Apache-2.0
// Progress of a load: a status line on a terminal, lines in a log, or JSON Lines.
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
    /// Redraws one line on a terminal. Elsewhere, prints a line per ten percent of each transfer
    /// that takes longer than half a second. With `as_json`, prints JSON Lines to standard output
    /// instead, at least one a second, see docs/client.md.
    LoadProgress(const Streams& streams, bool as_json);

    void will_load(const WantedModel& model);
    void advanced(const WantedFile& file, std::uint64_t done);
    void loaded(const WantedFile& file, const LoadedFile& result);
    void finished(const WantedModel& model, const std::filesystem::path& path);
    /// Without a name: no model can be loaded.
    void failed(const std::optional<std::string>& model, const UserError& error);
    void finish();  ///< wipes the line

    /// Load options that report to this object.
    LoadOptions observing();

    /// Wraps `ask`: nothing is drawn while it asks.
    std::function<bool(const TrustQuestion&)> aside(std::function<bool(const TrustQuestion&)> ask);

private:
    using Clock = std::chrono::steady_clock;
    struct Transfer {
        Clock::time_point start;
        Clock::time_point shown;        ///< the last event in JSON
        std::uint64_t start_bytes = 0;  ///< left by an earlier, interrupted transfer
        std::uint64_t done = 0;
        unsigned shown_tenths = 0;
    };

    std::string status_text();
    void begin(const WantedFile& file, Transfer& transfer);
    static bool reaches_next_tenth(const WantedFile& file, Transfer& transfer);
    void print_event(const WantedFile& file, Transfer& transfer);
    void print_percent(const WantedFile& file, Transfer& transfer);
    void print_line(const std::string& text);
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
