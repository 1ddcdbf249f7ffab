// SPDX-License-Identifier: Apache-2.0
#include "cli/load_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "base/escaping.h"
#include "hosting/client/cache_layout.h"
#include "hosting/client/hub_error.h"
#include "manifest/diagnostic.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

constexpr auto silent_time = std::chrono::milliseconds(500);
constexpr auto event_interval = std::chrono::seconds(1);

/// One line of the output, which begins with the name of the event.
std::string line_of(const char* event, JsonObject members) {
    members.insert(members.begin(), {"event", json_string(event)});
    return json_text(json_object(std::move(members)), {.indent = 0});
}

/// null if it is unknown.
JsonValue size_json(const CacheKey& key) {
    return key.size_bytes ? json_unsigned(*key.size_bytes) : JsonValue();
}

}  // namespace

LoadProgress::LoadProgress(const Streams& streams, bool as_json)
    : streams_(streams),
      as_json_(as_json),
      draws_(streams.err_is_terminal && !streams.options.no_progress && !streams.options.quiet &&
             !as_json),
      line_(streams.err, [this] { return status_text(); }) {}

void LoadProgress::will_load(const WantedModel& model) {
    const std::lock_guard lock(mutex_);
    numbers_.files += model.files.size();
    for (const WantedFile& file : model.files) numbers_.bytes += file.key.size_bytes.value_or(0);
}

void LoadProgress::advanced(const WantedFile& file, std::uint64_t done) {
    if (draws_) line_.start();
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = transfers_.try_emplace(file.key.hub_path);
    Transfer& transfer = place->second;
    if (is_new) begin(file, transfer);
    numbers_.bytes_done = numbers_.bytes_done - transfer.done + done;
    transfer.done = done;
    if (draws_ || Clock::now() - transfer.start <= silent_time) return;
    if (as_json_) return print_event(file, transfer);
    print_percent(file, transfer);
}

void LoadProgress::begin(const WantedFile& file, Transfer& transfer) {
    transfer.start = transfer.shown = Clock::now();
    if (!as_json_) return;
    event(line_of("start", {{"file", json_string(file.key.hub_path)},
                            {"place", json_string(place_of(file.key))},
                            {"total_bytes", size_json(file.key)}}));
}

/// True when ten more percent have arrived.
bool LoadProgress::reaches_next_tenth(const WantedFile& file, Transfer& transfer) {
    if (!file.key.size_bytes) return false;  // there are no percents of an unknown size
    const std::uint64_t total = std::max<std::uint64_t>(*file.key.size_bytes, 1);
    const auto tenths =
        static_cast<unsigned>(static_cast<double>(transfer.done) * 10 / static_cast<double>(total));
    if (tenths <= transfer.shown_tenths || tenths >= 10) return false;
    transfer.shown_tenths = tenths;
    return true;
}

void LoadProgress::print_event(const WantedFile& file, Transfer& transfer) {
    const bool is_due = Clock::now() - transfer.shown >= event_interval;
    if (!reaches_next_tenth(file, transfer) && !is_due) return;
    transfer.shown = Clock::now();
    event(line_of("progress", {{"file", json_string(file.key.hub_path)},
                               {"bytes", json_unsigned(transfer.done)},
                               {"total_bytes", size_json(file.key)}}));
}

void LoadProgress::print_percent(const WantedFile& file, Transfer& transfer) {
    if (!reaches_next_tenth(file, transfer)) return;
    const std::uint64_t total = *file.key.size_bytes;
    const std::chrono::duration<double> elapsed = Clock::now() - transfer.start;
    const std::string rate = rate_and_time_left({0, 1, transfer.done, total, elapsed.count()});
    print_line(fmt::format("{}: {} % of {}{}{}", printable(file.key.hub_path),
                           transfer.shown_tenths * 10, human_bytes(total), rate.empty() ? "" : ", ",
                           rate));
}

void LoadProgress::loaded(const WantedFile& file, const LoadedFile& result) {
    const std::lock_guard lock(mutex_);
    ++numbers_.files_done;
    if (result.was_cached) {
        numbers_.bytes -= std::min(numbers_.bytes, file.key.size_bytes.value_or(0));
    }
    for (const std::string& problem : result.problems) print_line(printable(problem));
    if (as_json_) {
        return event(line_of("file", {{"file", json_string(file.key.hub_path)},
                                      {"place", json_string(place_of(file.key))},
                                      {"path", json_string(result.path.string())},
                                      {"sha256", json_string(to_hex(file.key.sha))},
                                      {"bytes", json_unsigned(result.size_bytes)},
                                      {"cached", json_bool(result.was_cached)},
                                      {"source", json_string(result.source)}}));
    }
    if (result.was_cached) return;
    print_line(fmt::format("{}: {}, SHA-256 verified", printable(file.key.hub_path),
                           human_bytes(result.size_bytes)));
}

void LoadProgress::finished(const WantedModel& model, const std::filesystem::path& path) {
    if (!as_json_) return;
    const std::lock_guard lock(mutex_);
    event(line_of("model", {{"model", json_string(model.model)},
                            {"opset_version", json_integer(model.opset)},
                            {"path", json_string(path.string())}}));
}

void LoadProgress::failed(const std::optional<std::string>& model, const UserError& error) {
    if (!as_json_) return;
    const std::lock_guard lock(mutex_);
    event(line_of("error",
                  {{"model", model ? json_string(*model) : JsonValue()},
                   {"problem", json_string(std::string(name_of(to_hub_error(error).problem)))},
                   {"message", json_string(error.what())}}));
}

void LoadProgress::finish() {
    line_.finish();
}

LoadOptions LoadProgress::observing() {
    LoadOptions options;
    options.progress = [this](const WantedFile& file, std::uint64_t done) { advanced(file, done); };
    options.loaded = [this](const WantedFile& file, const LoadedFile& result) {
        loaded(file, result);
    };
    return options;
}

std::function<bool(const TrustQuestion&)> LoadProgress::aside(
    std::function<bool(const TrustQuestion&)> ask) {
    return [this, ask = std::move(ask)](const TrustQuestion& question) {
        bool answer = false;
        line_.step_aside([&] { answer = ask(question); });
        return answer;
    };
}

std::string LoadProgress::status_text() {
    const std::lock_guard lock(mutex_);
    numbers_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    return progress_line("loading", numbers_);
}

/// The caller holds the mutex. The thread that draws the status line needs it too, so waiting for
/// that thread here would be a deadlock. The thread redraws the status line below the new line.
void LoadProgress::print_line(const std::string& text) {
    if (streams_.options.json_messages) return note(streams_, text);
    if (streams_.options.quiet) return;
    streams_.err << (draws_ ? "\r\033[K" : "") << "onnxhub: " << escaped_line(text) << '\n'
                 << std::flush;
}

void LoadProgress::event(const std::string& json) {
    streams_.out << without_runner_commands(json, "\\u0023") << '\n' << std::flush;
}

}  // namespace onnxhub
