// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_download.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// What the beginning of a body says it is instead of a model; nothing when it may be one.
std::optional<std::string> other_than_a_model(std::string_view head) {
    if (head.starts_with("version https://git-lfs.github.com/spec/")) {
        return "sends a Git LFS pointer in place of the file";
    }
    for (const std::string_view mark : {"<!DOCTYPE", "<!doctype", "<html", "<HTML"}) {
        if (head.starts_with(mark)) return "sends a web page in place of the file";
    }
    return std::nullopt;
}

/// Takes the bytes of one source into the partial file.
class Receiver : public HttpSink {
public:
    Receiver(const CacheKey& file, PartialFile& partial, const DownloadOptions& options)
        : file_(file), partial_(partial), options_(options) {}

    bool begin(const HttpHead& head) override {
        partial_.start_over();
        trouble_.reset();
        if (head.status == 200) return true;
        trouble_ = fmt::format("answers with status {}", head.status);
        return false;
    }

    bool data(std::span<const std::byte> block) override {
        if (partial_.size_bytes() == 0 && !block.empty()) {
            trouble_ =
                other_than_a_model({reinterpret_cast<const char*>(block.data()), block.size()});
        }
        if (!trouble_ && partial_.size_bytes() + block.size() > file_.size_bytes) {
            trouble_ =
                fmt::format("sends more than the {} bytes of the manifest", file_.size_bytes);
        }
        if (trouble_) return false;
        options_.check_interruption();
        partial_.write(block);
        if (options_.progress) options_.progress(partial_.size_bytes(), file_.size_bytes);
        return true;
    }

    bool can_begin_again() const override { return true; }

    /// Why what came is not the file; nothing when it is.
    std::optional<std::string> verdict() {
        if (trouble_) return trouble_;
        if (partial_.size_bytes() != file_.size_bytes) {
            return fmt::format("sends {} bytes, the manifest says {}", partial_.size_bytes(),
                               file_.size_bytes);
        }
        const Sha256 digest = partial_.digest();
        if (digest == file_.sha) return std::nullopt;
        return fmt::format("sends other bytes: their SHA-256 is {}, the manifest says {}",
                           to_hex(digest), to_hex(file_.sha));
    }

private:
    const CacheKey& file_;
    PartialFile& partial_;
    const DownloadOptions& options_;
    std::optional<std::string> trouble_;
};

class Loader {
public:
    Loader(const CacheKey& file, const FileSources& sources, const ModelCache& cache,
           const DownloadOptions& options, HttpClient& client)
        : file_(file), sources_(sources), cache_(cache), options_(options), client_(client) {}

    LoadedFile load() {
        const fs::path path = cache_.path_of(file_);
        if (!options_.force && cache_.has(file_)) return {path, true, {}};
        const bool is_local = !sources_.folder.empty();
        if (options_.is_offline && !is_local) {
            throw EnvironmentError(file_.hub_path +
                                   ": is not in the cache; leave out --offline to get it");
        }
        if (!is_local && options_.before_download) options_.before_download(file_.size_bytes);
        const ModelCache::Lock lock(cache_, file_, options_.check_interruption);
        // Another process may have got it meanwhile.
        if (!options_.force && cache_.has(file_)) return {path, true, {}};
        PartialFile partial(path, file_.size_bytes);
        if (!receive_from_any(partial)) {
            throw EnvironmentError(
                fmt::format("{}: no source has it: {}; try again, or add a "
                            "--mirror",
                            file_.hub_path, fmt::join(troubles_, "; ")));
        }
        partial.commit();
        return {path, false, std::move(troubles_)};
    }

private:
    bool receive_from_any(PartialFile& partial) {
        if (!sources_.folder.empty()) {
            // A clone may have the pointer in its working tree and the object in its store.
            const std::string sha = to_hex(file_.sha);
            const fs::path object =
                fs::path(".git/lfs/objects") / sha.substr(0, 2) / sha.substr(2, 2) / sha;
            if (receive_from_folder(file_.hub_path, partial)) return true;
            if (receive_from_folder(object, partial)) return true;
        }
        if (options_.is_offline) return false;
        for (const std::string& url : sources_.urls) {
            if (receive_from(url, partial)) return true;
        }
        return false;
    }

    bool receive_from(const std::string& url, PartialFile& partial) {
        Receiver receiver(file_, partial, options_);
        HttpRequest request;
        request.url = url;
        const auto result = client_.stream(request, receiver);
        if (const auto* failure = std::get_if<HttpFailure>(&result)) {
            if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
            troubles_.push_back(failure->reason);
            return false;
        }
        return accepts(receiver, shown_url(url));
    }

    /// Only a file that is in the folder itself, whatever links there are.
    bool receive_from_folder(const fs::path& below, PartialFile& partial) {
        partial.start_over();
        const fs::path path = sources_.folder / below;
        std::error_code error;
        const fs::path real = fs::weakly_canonical(path, error);
        const fs::path root = fs::weakly_canonical(sources_.folder, error);
        const auto [end, ignored] =
            std::mismatch(root.begin(), root.end(), real.begin(), real.end());
        if (error || end != root.end() || !fs::is_regular_file(real, error)) {
            troubles_.push_back(path.string() + " is not there");
            return false;
        }
        Receiver receiver(file_, partial, options_);
        std::ifstream stream(real, std::ios::binary);
        const auto block = std::make_unique<std::array<char, 512 * 1024>>();
        while (stream) {
            stream.read(block->data(), block->size());
            const auto count = static_cast<std::size_t>(stream.gcount());
            if (!receiver.data(std::as_bytes(std::span(block->data(), count)))) break;
        }
        return accepts(receiver, path.string());
    }

    bool accepts(Receiver& receiver, const std::string& source) {
        const auto trouble = receiver.verdict();
        if (trouble) troubles_.push_back(source + " " + *trouble);
        return !trouble;
    }

    const CacheKey& file_;
    const FileSources& sources_;
    const ModelCache& cache_;
    const DownloadOptions& options_;
    HttpClient& client_;
    std::vector<std::string> troubles_;
};

}  // namespace

LoadedFile load_file(const CacheKey& file, const FileSources& sources, const ModelCache& cache,
                     const DownloadOptions& options, HttpClient& client) {
    return Loader(file, sources, cache, options, client).load();
}

}  // namespace onnxhub
