// SPDX-License-Identifier: Apache-2.0
#include "generator/elsewhere_fetch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/unlinked_file.h"
#include "base/user_error.h"
#include "generator/elsewhere_record.h"
#include "http/head_fields.h"
#include "manifest/rule_ids.h"
#include "model/model_graph.h"

namespace onnxhub {
namespace {

/// Asks for the file unless it is still the known one. Sends no password.
HttpRequest request_of(const std::string& url, const std::optional<ElsewhereRecord>& known) {
    HttpRequest request;
    request.url = url;
    request.uses_netrc = false;
    if (known) request.headers.push_back({"If-None-Match", known->etag});
    return request;
}

/// Hashes the bytes while it writes them to a temporary file. Resumes an interrupted transfer if
/// the server promises that the bytes are the same.
class TemporaryCopy : public HttpSink {
public:
    TemporaryCopy(std::string url, std::optional<ElsewhereRecord> known, std::uint64_t limit,
                  FetchObserver& observer)
        : url_(std::move(url)),
          known_(std::move(known)),
          limit_(limit),
          observer_(observer),
          file_(open_unlinked_file()) {}

    ~TemporaryCopy() override {
        if (hasher_) observer_.download_finished();
    }

    std::vector<HttpHeader> resume_headers() const override {
        if (!can_resume()) return {};
        return {{"Range", fmt::format("bytes={}-", size_)}, {"If-Range", etag_}};
    }

    bool begin(const HttpHead& head) override {
        problem_.clear();
        if (head.status == 206 && can_resume() && range_start(head) == size_ &&
            strong_etag(head) == etag_ && !is_compressed(head)) {
            return true;
        }
        is_unchanged_ = known_ && is_known(head);
        if (is_unchanged_) return false;
        if (head.status != 200) {
            problem_ = fmt::format("answers with status {}", head.status);
        } else if (is_compressed(head)) {
            problem_ = "sends the model compressed, although that was not requested";
        } else if (content_length(head).value_or(0) > limit_) {
            problem_ = too_large();
        } else {
            start_over(head);
        }
        return problem_.empty();
    }

    bool data(std::span<const std::byte> block) override {
        observer_.check_interruption();
        if (block.size() > limit_ - size_) {
            problem_ = too_large();
            return false;
        }
        write_at(file_, size_, block);
        hasher_->update(block);
        size_ += block.size();
        transferred_ += block.size();
        observer_.downloaded(size_);
        return true;
    }

    bool can_restart() const override { return true; }
    std::uint64_t kept_bytes() const override { return can_resume() ? size_ : 0; }

    /// The server still has the known bytes, and sends none.
    bool is_unchanged() const { return is_unchanged_; }
    const std::string& problem() const { return problem_; }
    const std::string& etag() const { return etag_; }
    std::uint64_t transferred() const { return transferred_; }

    std::uint64_t size_bytes() const { return size_; }
    /// Both once, after the transfer.
    Sha256 finish_digest() { return hasher_->finish(); }
    std::unique_ptr<ByteSource> take_bytes() { return unlinked_source(std::move(file_), size_); }

private:
    bool is_known(const HttpHead& head) const {
        if (head.status == 304) return true;
        return head.status == 200 && strong_etag(head) == known_->etag &&
               content_length(head) == known_->size_bytes && !is_compressed(head);
    }

    void start_over(const HttpHead& head) {
        etag_ = strong_etag(head);
        size_ = 0;
        hasher_.emplace();
        observer_.download_started(url_, content_length(head));
    }

    bool can_resume() const { return size_ > 0 && !etag_.empty(); }

    std::string too_large() const {
        return fmt::format("is larger than the limit of {} bytes", limit_);
    }

    std::string url_;
    std::optional<ElsewhereRecord> known_;
    std::uint64_t limit_;
    FetchObserver& observer_;
    Descriptor file_;
    std::optional<Sha256Hasher> hasher_;
    std::string etag_;
    std::uint64_t size_ = 0;
    std::uint64_t transferred_ = 0;
    std::string problem_;
    bool is_unchanged_ = false;
};

/// Why the bytes are not the stated ones; empty when they are.
std::string flaw_of(const StatedContent& content, const ElsewhereRequest& request) {
    if (request.size_bytes && content.size_bytes != request.size_bytes) {
        return fmt::format("sends {} bytes instead of the stated {}", *content.size_bytes,
                           *request.size_bytes);
    }
    if (request.sha && content.sha != request.sha) {
        return "sends other bytes than stated: their SHA-256 is " + to_hex(*content.sha);
    }
    return "";
}

}  // namespace

ElsewhereFetch::ElsewhereFetch(ElsewhereOptions options, FetchObserver& observer)
    : options_(std::move(options)), observer_(observer), client_(options_.http) {}

std::variant<FetchedElsewhere, Diagnostic> ElsewhereFetch::fetch(const ElsewhereRequest& request) {
    std::vector<std::string> problems;
    for (const std::string& url : request.urls) {
        observer_.check_interruption();
        Attempt attempt = fetch_from(url, request);
        if (auto* content = std::get_if<ElsewhereContent>(&attempt)) {
            return FetchedElsewhere{url, std::move(*content)};
        }
        problems.push_back(std::get<std::string>(std::move(attempt)));
    }
    return Diagnostic{Severity::error,
                      rule_id::fetch_failed,
                      request.file,
                      request.line,
                      fmt::format("the model cannot be downloaded: {}", fmt::join(problems, ", ")),
                      "correct the address, or state the model's SHA-256 and opset"};
}

/// The limit of a file that comes next.
std::uint64_t ElsewhereFetch::byte_limit(const ElsewhereRequest& request) const {
    std::uint64_t limit =
        std::min(options_.max_file_bytes, request.size_bytes.value_or(options_.max_file_bytes));
    if (options_.max_transfer_bytes) {
        limit = std::min(limit, *options_.max_transfer_bytes -
                                    std::min(*options_.max_transfer_bytes, transferred_));
    }
    return limit;
}

ElsewhereFetch::Attempt ElsewhereFetch::fetch_from(const std::string& url,
                                                   const ElsewhereRequest& request) {
    try {
        return download(url, request);
    } catch (const WorkerUnavailable&) {
        throw;                          // the model is not the cause
    } catch (const UserError& error) {  // such as a full disk
        return error.what();
    }
}

ElsewhereFetch::Attempt ElsewhereFetch::download(const std::string& url,
                                                 const ElsewhereRequest& request) {
    const auto& state = options_.state_folder;
    auto known = state ? read_elsewhere_record(*state, url) : std::nullopt;
    if (request.needs_graph || (known && request.sha.value_or(known->sha) != known->sha)) {
        known.reset();
    }
    TemporaryCopy copy(url, known, byte_limit(request), observer_);
    const auto result = client_.stream(request_of(url, known), copy);
    transferred_ += copy.transferred();
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        return failure->reason;
    }
    if (copy.is_unchanged()) return ElsewhereContent{known->sha, known->size_bytes, nullptr};
    const std::string server = shown_url(url) + " ";
    if (!copy.problem().empty()) return server + copy.problem();
    const StatedContent content{copy.finish_digest(), copy.size_bytes()};
    if (const std::string flaw = flaw_of(content, request); !flaw.empty()) return server + flaw;
    auto read = read_model_graph(*copy.take_bytes(), options_.inference, request.tensors);
    if (const auto* error = std::get_if<SkeletonError>(&read)) {
        return server + "does not send an ONNX model: " + error->reason;
    }
    if (state && !copy.etag().empty()) {
        write_elsewhere_record(*state, url, {copy.etag(), *content.size_bytes, *content.sha});
    }
    return ElsewhereContent{
        *content.sha, content.size_bytes,
        std::make_shared<const ModelGraph>(std::get<ModelGraph>(std::move(read)))};
}

}  // namespace onnxhub
