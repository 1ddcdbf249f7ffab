// SPDX-License-Identifier: Apache-2.0
// A hub as a user of its models meets it: what there is, and how to get it, by one set of options.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/hub_manifest.h"
#include "hosting/client/hub_spec.h"
#include "hosting/client/local_hub.h"
#include "hosting/client/model_cache.h"
#include "hosting/client/model_download.h"
#include "hosting/client/model_query.h"
#include "hosting/client/user_config.h"
#include "http/http_client.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// What is about to happen, to one who may say no.
struct TrustQuestion {
    std::string hub;               ///< as to_text() writes it, or the user's own name for it
    std::uint64_t size_bytes = 0;  ///< of the file that is wanted
};

struct ClientOptions {
    std::string hub = std::string(official_hub);  ///< a spec, or a name of the configuration
    std::vector<std::string> mirrors = {};        ///< specs, tried in order behind the hub
    std::optional<std::filesystem::path> cache_folder = {};  ///< absent: default_cache_folder()
    bool is_offline = false;
    /// Asked before bytes come from a hub that neither is the official one nor trusted by the
    /// configuration; called from any thread, one at a time. Empty: the answer is no.
    std::function<bool(const TrustQuestion&)> is_trusted = {};
    /// A line for the user, such as that the manifest is an old copy.
    std::function<void(const std::string&)> tell = [](const std::string&) {};
    HttpOptions http = {};
    Environment environment = process_environment;
};

/// A file to load and where from.
struct WantedFile {
    CacheKey key;
    std::vector<std::string> urls;  ///< in the order they are tried; hubs on this disk have none
    /// Of a lock file, tried last. Whoever wrote it may not be trusted as the hub is.
    std::vector<std::string> locked_urls = {};
};

/// A model to load. What the manifest says of it was copied, so it outlives the client.
struct WantedModel {
    std::string model;
    std::int64_t opset = 0;
    std::vector<WantedFile> files;  ///< the model, or its archive; behind it its weights
    bool is_archive = false;
};

struct LoadOptions {
    bool force = false;  ///< what is in the cache doesn't count
    std::function<void(const WantedFile&, std::uint64_t done)> progress = {};
    std::function<void(const WantedFile&, const LoadedFile&)> loaded = {};
    std::function<void()> check_interruption = [] {};
};

/// Thread-safe but for the constructor: several models may be loaded at once.
class HubClient {
public:
    /// Reads the user's configuration; asks nobody. Throws UserError for hubs that are none.
    explicit HubClient(ClientOptions options);

    const std::string& name() const { return name_; }  ///< the spec, complete, without passwords

    /// What names this hub to its user, and to ClientOptions::hub: the configuration's name if it
    /// was asked for by that, else name().
    const std::string& hub_name() const { return find_named() ? options_.hub : name_; }

    const std::filesystem::path& cache_folder() const { return cache_.folder(); }

    /// The hub's manifest, asked for once. Throws UserError when it can't be had.
    const ManifestDocument& manifest();

    /// The commit that is read; from then on the hub is that commit's. GitHub's API is asked for
    /// it; where GitHub's addresses are replaced, only a replaced API. Other web servers name it
    /// with the manifest, as `onnxhub serve` does (commit_header). Nothing for hubs that name no
    /// commit, and for a copy of the manifest. Call it before manifest(). Throws UserError
    /// when GitHub's API does not answer.
    std::optional<CommitId> pin();

    /// The files of an entry of the manifest. Throws UserError when the manifest doesn't
    /// state SHA-256 and size, or has no test data for it.
    WantedModel want(const Entry& entry, bool with_test_data) const;

    /// The same, with the hub's own addresses for the files of a lock file put first. `commit` is
    /// the one they were locked at: a web server that is trusted now is trusted at its commits,
    /// too; of GitHub they need trust, since it shows commits of forks under the same address.
    WantedModel want(WantedModel locked, const std::optional<CommitId>& commit = {}) const;

    /// Loads all files and gives the path of the model; for an archive that of the first folder in
    /// the unpacked one. Paths decide nothing: see place_files(). External data that the model's
    /// own graph does not name are refused before any of them is fetched. Throws UserError
    /// as load_file() does.
    std::filesystem::path load(const WantedModel& model, const LoadOptions& options) const;

private:
    struct Token {
        std::string base_url;
        std::string
            variables;  ///< of the environment, that may hold it: "GH_TOKEN or GITHUB_TOKEN"
        std::optional<std::string> secret;
    };

    const NamedHub* find_named() const;
    HubSpec parse(const std::string& text) const;
    void take_mirrors(const NamedHub* named);
    void take_tokens(const NamedHub* named);
    void add_token(const std::string& base_url, const std::vector<std::string>& variables);
    const Token* token_for(const std::string& url) const;
    HttpRequest request_of(const std::string& url) const;
    std::string access_hint(const std::string& url) const;
    bool has_commit_api() const;
    CommitId ask_commit() const;
    FileSources sources_of(const WantedFile& file) const;
    std::vector<std::string> urls_of(const HubSpec& spec, const std::string& hub_path) const;
    const ModelCache& cache_for(const WantedModel& model, bool force) const;
    void need_trust(std::uint64_t size_bytes) const;
    LoadedFile load_one(const WantedFile& file, const ModelCache& cache, const LoadOptions& options,
                        HttpClient& client) const;
    HubManifest read_manifest_text();

    ClientOptions options_;
    UserConfig config_;
    HubSpec spec_;
    std::string name_;
    std::vector<HubSpec> mirrors_;
    std::vector<Token> tokens_;
    bool is_trusted_ = false;
    std::unique_ptr<LocalHub> local_;  ///< where the hub is on this disk
    std::vector<LocalHub> local_mirrors_;
    StateFolder state_;
    ModelCache cache_;
    std::vector<ModelCache> other_caches_;
    std::optional<ManifestDocument> manifest_;
    std::optional<CommitId> named_commit_;  ///< by the server, with the manifest
    mutable std::mutex trust_;
};

}  // namespace onnxhub
