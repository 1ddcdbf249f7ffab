// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_printer.h"

#include <fmt/format.h>

#include <ostream>

#include "base/escaping.h"
#include "base/quantity.h"
#include "base/user_error.h"
#include "cli/interruption.h"
#include "http/url.h"

namespace onnxhub {

std::string model_count(std::size_t count) {
    return fmt::format("{} model{}", count, count == 1 ? "" : "s");
}

HubPrinter::HubPrinter(const Streams& streams)
    : streams_(streams),
      draws_(streams.err_is_terminal && !streams.options.no_progress && !streams.options.quiet),
      progress_(streams.err, draws_),
      download_(streams.err, draws_),
      peek_(streams.err, draws_) {}

void HubPrinter::check_interruption() {
    onnxhub::check_interruption();
}

void HubPrinter::waiting_for_hub() {
    note(streams_, "waiting for another onnxhub process that is changing this hub");
    streams_.err.flush();
}

void HubPrinter::hub_without_locks(const std::filesystem::path& folder) {
    note(streams_, printable(folder.string()) +
                       ": this file system has no locks; run one onnxhub at a time here");
}

void HubPrinter::fetch_started(std::size_t files) {
    note(streams_, fmt::format("fetching {} file{}", files, files == 1 ? "" : "s"));
}

void HubPrinter::batch_started(const FetchBatch& batch) {
    const std::string which =
        batch.batches > 1 ? fmt::format(" (batch {} of {})", batch.number, batch.batches) : "";
    note(streams_, fmt::format("fetching {}, {}{}", model_count(batch.models),
                               human_bytes(batch.size_bytes), which));
}

void HubPrinter::model_too_large(const std::string& path, std::uint64_t size_bytes) {
    note(streams_, fmt::format("{} is larger than --max-disk ({}), so it is not fetched",
                               printable(path), human_bytes(size_bytes)));
}

void HubPrinter::resumed(std::size_t models, const std::string& resume_file) {
    note(streams_,
         fmt::format("resuming: {} done according to {}", model_count(models), resume_file));
}

void HubPrinter::started_again(const std::string& resume_file) {
    note(streams_,
         resume_file + " belongs to another shard or another state of the hub; starting again");
}

void HubPrinter::download_started(const std::string& url, std::optional<std::uint64_t> size_bytes) {
    download_.finish();
    note(streams_, fmt::format("downloading {}{}", shown_url(url),
                               size_bytes ? " (" + human_bytes(*size_bytes) + ")" : ""));
    download_.start(size_bytes);
}

void HubPrinter::downloaded(std::uint64_t bytes) {
    download_.set(bytes);
}

void HubPrinter::download_finished() {
    download_.finish();
}

void HubPrinter::peek_started(std::size_t models) {
    note(streams_, fmt::format("reading the graphs of {} from servers", model_count(models)));
    peek_.start(models);
}

void HubPrinter::peeked(std::size_t models, std::uint64_t requests, std::uint64_t bytes) {
    peek_.set(models, requests, bytes);
}

void HubPrinter::peek_finished() {
    peek_.finish();
}

void HubPrinter::git_message(const std::string& line, bool is_final) {
    if (draws_) streams_.err << "\r\033[K";
    if (is_final) {
        note(streams_, "git: " + shown(line));
    } else if (draws_) {
        streams_.err << "git: " << escaped_line(shown(line)) << std::flush;
    }
}

bool HubPrinter::wants_git_progress() const {
    return draws_;
}

void HubPrinter::run(const std::function<void(Diagnostics&)>& job) {
    Diagnostics diagnostics;
    try {
        job(diagnostics);
    } catch (const UserError&) {
        progress_.finish();
        print(streams_, diagnostics);  // they may explain the error, such as an unreadable README
        throw;
    }
    progress_.finish();
    print(streams_, diagnostics);
}

}  // namespace onnxhub
