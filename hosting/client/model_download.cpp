// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_download.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/partial_file.h"
#include "http/head_fields.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Whether the text is a list of digests, like the one whose digest names the folder of a model
/// with external data. A file with that digest would have the same path as the folder.
bool is_list_of_digests(std::string_view head) {
    return head.size() > 64 && head[64] == ' ' && parse_sha256(head.substr(0, 64));
}

constexpr char sends_pointer[] = "sends a Git LFS pointer instead of the file";

/// Detects from the first bytes that a body is not a model; nullopt when it may be one.
std::optional<std::string> other_than_a_model(std::string_view head) {
    if (head.starts_with("version https://git-lfs.github.com/spec/")) {
        return sends_pointer;
    }
    for (const std::string_view mark : {"<!DOCTYPE", "<!doctype", "<html", "<HTML"}) {
        if (head.starts_with(mark)) return "sends a web page instead of the file";
    }
    if (is_list_of_digests(head)) return "sends a list of digests instead of the file";
    return std::nullopt;
}

/// A strong ETag, else the time of the last change; "" when the server sends neither.
std::string validator_of(const HttpHead& head) {
    if (std::string etag = strong_etag(head); !etag.empty()) return etag;
    const std::string* time = find_header(head.headers, "last-modified");
    return time ? *time : "";
}

/// Writes the bytes of one source to the partial file.
class Receiver : public HttpSink {
public:
    Receiver(const CacheKey& file, const std::string& source, PartialFile& partial,
             const DownloadOptions& options)
        : file_(file), source_(sha256_of(source)), partial_(partial), options_(options) {
        is_patchwork_ = can_resume();
    }

    std::vector<HttpHeader> resume_headers() const override {
        if (!can_resume()) return {};
        return {{"Range", fmt::format("bytes={}-", partial_.size_bytes())},
                {"If-Range", partial_.origin()->validator}};
    }

    bool begin(const HttpHead& head) override {
        problem_.reset();
        if (head.status == 206 && continues(head)) {
            is_patchwork_ = true;
            return true;
        }
        if (head.status == 206 || head.status == 416) {
            has_refused_parts_ = true;
            problem_ = "sends a different range than requested";
        } else if (head.status != 200) {
            problem_ = fmt::format("answers with status {}", head.status);
        } else if (is_compressed(head)) {
            problem_ = "sends the file compressed, although that was not requested";
        } else {
            partial_.start_over(TransferOrigin{source_, validator_of(head)});
        }
        return !problem_;
    }

    bool data(std::span<const std::byte> block) override {
        options_.check_interruption();
        if (partial_.size_bytes() == 0 && !block.empty()) {
            problem_ =
                other_than_a_model({reinterpret_cast<const char*>(block.data()), block.size()});
        }
        if (!problem_ && block.size() > size_limit() - partial_.size_bytes()) {
            problem_ =
                file_.size_bytes
                    ? fmt::format("sends more than the {} bytes of the manifest", size_limit())
                    : fmt::format("sends more than {} bytes, and the manifest has no size",
                                  size_limit());
        }
        if (problem_) {
            partial_.start_over(std::nullopt);
            return false;
        }
        partial_.write(block);
        if (options_.progress) options_.progress(partial_.size_bytes());
        return true;
    }

    bool can_restart() const override { return true; }
    std::uint64_t kept_bytes() const override { return can_resume() ? partial_.size_bytes() : 0; }

    /// Whether the partial file is complete and from this source.
    bool is_complete() const {
        return can_resume() && file_.size_bytes && partial_.size_bytes() == *file_.size_bytes;
    }

    /// Adds the access hint to the problem when the server requires credentials.
    void explain_refusal(const HttpHead& head, const FileSource& source) {
        const bool is_refusal = head.status == 401 || head.status == 403;
        if (!is_refusal || source.access_hint.empty() ||
            !same_origin(head.url, source.request.url)) {
            return;
        }
        problem_ = problem_.value_or("") + " (" + source.access_hint + ")";
    }

    /// The source does not support ranges, so the whole file must be requested.
    bool has_refused_parts() const { return has_refused_parts_; }
    /// The content is wrong, and was combined from several responses.
    bool is_patchwork() const { return is_patchwork_; }

    /// Why the content is not the requested file; nullopt when it is.
    std::optional<std::string> verdict() {
        if (!problem_ && file_.size_bytes && partial_.size_bytes() != *file_.size_bytes) {
            problem_ = fmt::format("sends {} bytes, the manifest says {}", partial_.size_bytes(),
                                   *file_.size_bytes);
        }
        if (!problem_) {
            const Sha256 digest = partial_.digest();
            if (digest == file_.sha) return std::nullopt;
            problem_ = fmt::format("sends other bytes: their SHA-256 is {}, the manifest says {}",
                                   to_hex(digest), to_hex(file_.sha));
            partial_.start_over(std::nullopt);
        }
        return problem_;
    }

private:
    std::uint64_t size_limit() const { return file_.size_bytes.value_or(unstated_size_limit); }

    bool can_resume() const {
        return partial_.size_bytes() > 0 && partial_.origin() &&
               partial_.origin()->source == source_;
    }

    /// Whether the response continues the same object at our offset.
    bool continues(const HttpHead& head) const {
        const std::string validator = validator_of(head);
        return can_resume() && range_start(head) == partial_.size_bytes() && !is_compressed(head) &&
               (validator.empty() || validator == partial_.origin()->validator);
    }

    const CacheKey& file_;
    const Sha256 source_;
    PartialFile& partial_;
    const DownloadOptions& options_;
    std::optional<std::string> problem_;
    bool has_refused_parts_ = false;
    bool is_patchwork_ = false;
};

class Loader {
public:
    Loader(const CacheKey& file, const FileSources& sources, const ModelCache& cache,
           const DownloadOptions& options, HttpClient& client)
        : file_(file), sources_(sources), cache_(cache), options_(options), client_(client) {}

    LoadedFile load() {
        const fs::path path = cache_.path_of(file_);
        std::string ignored;
        if (!options_.force && cache_.has(file_, &ignored)) return cached(path);
        if (options_.is_offline && sources_.local.empty()) fail_offline(ignored);
        if (!ignored.empty()) problems_.push_back(ignored + ", so it is loaded again");
        cache_.make_folder_of(file_);
        const ModelCache::Lock lock(cache_, file_, options_.check_interruption);
        // Another process may have downloaded it in the meantime.
        if (!options_.force && cache_.has(file_)) return cached(path);
        PartialFile partial(path, file_.sha, file_.size_bytes);
        if (!receive_from_any(partial)) fail();
        const std::uint64_t size_bytes = partial.size_bytes();
        partial.commit();
        return {path, size_bytes, false, source_, std::move(problems_)};
    }

private:
    LoadedFile cached(const fs::path& path) const {
        std::error_code error;
        const std::uintmax_t size_bytes = fs::file_size(path, error);
        return {path, error ? 0 : size_bytes, true};
    }

    bool receive_from_any(PartialFile& partial) {
        for (const LocalHub* hub : sources_.local) {
            for (const auto& bytes : hub->find(file_.hub_path, file_.sha, file_.size_bytes)) {
                if (!receive_from(bytes, partial)) continue;
                if (bytes.is_lfs_object) forget_pointers();
                return true;
            }
        }
        if (options_.is_offline) return false;
        return std::ranges::any_of(sources_.web, [&](const FileSource& source) {
            if (source.refusal) {
                problems_.push_back(shown_url(source.request.url) + ": not requested: it " +
                                    *source.refusal);
                return false;
            }
            if (source.needs_trust) ask();
            return receive_from(source, partial);
        });
    }

    /// In a repository, a pointer whose object follows is no problem.
    void forget_pointers() {
        std::erase_if(problems_,
                      [](const std::string& problem) { return problem.ends_with(sends_pointer); });
    }

    [[noreturn]] void fail_offline(const std::string& ignored) const {
        if (!ignored.empty()) {
            throw HubError(HubProblem::offline, file_.hub_path + ": " + ignored +
                                                    "; leave out --offline, or name its owner "
                                                    "under trusted_cache_owners in your "
                                                    "configuration");
        }
        throw HubError(
            HubProblem::offline,
            file_.hub_path + ": is not in the cache; leave out --offline to download it");
    }

    [[noreturn]] void fail() const {
        if (options_.is_offline && sources_.is_elsewhere) fail_offline("");
        const bool is_local = sources_.web.empty() && !sources_.local.empty();
        const std::string text = fmt::format(
            "{}: no source has it: {}; {}", file_.hub_path, fmt::join(problems_, "; "),
            is_local ? "run `git lfs pull`, or add a --mirror" : "try again, or add a --mirror");
        throw HubError(first_problem_.value_or(HubProblem::unreachable), text, first_status_);
    }

    /// Throws unless a download over the network is allowed.
    void ask() {
        if (options_.before_download && !std::exchange(has_asked_, true)) {
            options_.before_download();
        }
    }

    bool receive_from(const FileSource& source, PartialFile& partial) {
        if (receive_once(source, partial)) return true;
        if (!needs_fresh_start_) return false;
        partial.start_over(std::nullopt);
        return receive_once(source, partial);
    }

    bool receive_once(const FileSource& source, PartialFile& partial) {
        const HttpRequest& request = source.request;
        Receiver receiver(file_, request.url, partial, options_);
        needs_fresh_start_ = false;
        if (!receiver.is_complete()) {
            const auto result = client_.stream(request, receiver);
            if (const auto* failure = std::get_if<HttpFailure>(&result)) {
                if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
                problems_.push_back(failure->reason);
                note_first(HubProblem::unreachable);
                return false;
            }
            const auto& head = std::get<HttpHead>(result);
            const bool may_lack_it = sources_.is_elsewhere && !source.is_elsewhere;
            if (may_lack_it && head.status == 404) return false;
            receiver.explain_refusal(head, source);
            note_first(head.status >= 400 ? HubProblem::unreachable : HubProblem::content,
                       head.status);
        }
        needs_fresh_start_ = receiver.has_refused_parts();
        if (needs_fresh_start_) return false;
        if (accepts(receiver, shown_url(request.url))) return true;
        needs_fresh_start_ = receiver.is_patchwork();
        return false;
    }

    bool receive_from(const LocalHub::Bytes& bytes, PartialFile& partial) {
        if (!bytes.source) {
            if (!sources_.is_elsewhere) problems_.push_back(bytes.shown_name + " does not exist");
            return false;
        }
        partial.start_over(std::nullopt);
        Receiver receiver(file_, bytes.shown_name, partial, options_);
        const auto block = std::make_unique<std::array<std::byte, 512 * 1024>>();
        for (std::uint64_t done = 0; done < bytes.source->size_bytes();) {
            const std::size_t count = bytes.source->read(done, *block);
            if (count == 0 || !receiver.data(std::span(*block).first(count))) break;
            done += count;
        }
        return accepts(receiver, bytes.shown_name);
    }

    bool accepts(Receiver& receiver, const std::string& source) {
        const auto problem = receiver.verdict();
        if (problem) problems_.push_back(source + " " + *problem);
        source_ = source;
        return !problem;
    }

    /// The first source is the hub itself, so its problem is the one to report as a value.
    void note_first(HubProblem problem, std::optional<long> status = {}) {
        if (first_problem_) return;
        first_problem_ = problem;
        first_status_ = status;
    }

    const CacheKey& file_;
    const FileSources& sources_;
    const ModelCache& cache_;
    const DownloadOptions& options_;
    HttpClient& client_;
    std::optional<HubProblem> first_problem_;
    std::optional<long> first_status_;
    bool has_asked_ = false;
    bool needs_fresh_start_ = false;  ///< the last source should be asked again, for the whole file
    std::string source_;
    std::vector<std::string> problems_;
};

}  // namespace

LoadedFile load_file(const CacheKey& file, const FileSources& sources, const ModelCache& cache,
                     const DownloadOptions& options, HttpClient& client) {
    return Loader(file, sources, cache, options, client).load();
}

}  // namespace onnxhub
