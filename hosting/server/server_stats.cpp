// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/server_stats.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <string_view>

namespace onnxhub {
namespace {

/// Escapes characters that could end or forge a line, or move a terminal's cursor.
std::string loggable(std::string_view text) {
    std::string safe;
    for (const char c : text.substr(0, 2000)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\') {
            safe += fmt::format("\\x{:02x}", byte);
        } else {
            safe += c;
        }
    }
    return safe;
}

}  // namespace

void ServerStats::record(const LogEntry& entry) {
    metrics.count(entry.status, entry.bytes, entry.duration);
    write(entry);
}

void ServerStats::record_refused_connection(const SocketAddress& address) {
    metrics.count_refused_connection();
    write({address.text(), "-", 503, 0});
}

void ServerStats::write(const LogEntry& entry) {
    if (!log_) return;
    const std::time_t now = std::time(nullptr);
    const std::string line =
        fmt::format("{} - - [{:%d/%b/%Y:%H:%M:%S +0000}] \"{}\" {} {} \"{}\" \"{}\"", entry.address,
                    fmt::gmtime(now), loggable(entry.request), entry.status, entry.bytes,
                    loggable(entry.referer), loggable(entry.user_agent));
    const std::lock_guard lock(log_mutex_);
    log_(line);
}

}  // namespace onnxhub
