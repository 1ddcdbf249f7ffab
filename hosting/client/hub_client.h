// SPDX-License-Identifier: Apache-2.0
// The client's view of a hub: list its models and load them, with one set of options.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/hub_identity.h"
#include "hosting/client/hub_manifest.h"
#include "hosting/client/hub_spec.h"
#include "hosting/client/local_hub.h"
#include "hosting/client/model_cache.h"
#include "hosting/client/model_download.h"
#include "hosting/client/model_query.h"
#include "hosting/client/pinned_manifest.h"
#include "hosting/client/signed_manifest.h"
#include "hosting/client/streamed_manifest.h"
#include "hosting/client/trust_store.h"
#include "hosting/client/user_config.h"
#include "http/http_client.h"
#include "index/index_reader.h"
#include "manifest/manifest.h"

namespace onnxhub {

struct RequiredSigners;

/// A download that needs the user's confirmation.
struct TrustQuestion {
    std::string hub;  ///< as to_text() writes it, or the user's own name for the hub
    std::optional<std::uint64_t> size_bytes;  ///< of the file to download; absent: not stated
    std::string other_host = {};              ///< set if the hub names another server for the file
};

struct ClientOptions {
    std::string hub = std::string(official_hub);  ///< a spec, or a name of the configuration
    std::vector<std::string> mirrors = {};        ///< specs, tried in order after the hub
    /// Specs, tried in order before the hub. They are trusted if the hub is.
    std::vector<std::string> first_sources = {};
    std::optional<std::filesystem::path> cache_folder = {};  ///< absent: default_cache_folder()
    bool is_offline = false;
    /// Files with public keys and root certificates: each model must have a signature by one of
    /// them. Empty: those of the hub in the configuration, if it has some.
    std::vector<std::filesystem::path> model_keys = {};
    StatementFloor floor = {};  ///< of a hub that the user pinned: from a lock file
    bool asks_always = false;   ///< calls is_trusted for every hub
    /// Called before a download from a hub that is neither the official one nor trusted by the
    /// configuration. Called from any thread, but never concurrently. Empty: the answer is no.
    std::function<bool(const TrustQuestion&)> is_trusted = {};
    /// Receives one line for the user, for example that the manifest is an old copy.
    std::function<void(const std::string&)> report = [](const std::string&) {};
    /// The client sets `policy`: requests and redirects go to public https servers, and to the
    /// hosts that the user names, in these options or in the configuration.
    HttpOptions http = {};
    Environment environment = process_environment;
};

/// A file to load, with its sources.
struct WantedFile {
    CacheKey key;
    std::vector<std::string> urls;  ///< in the order they are tried; empty for local hubs
    /// URLs from a lock file, tried last. They need trust of their own, since another author may
    /// have written the lock file.
    std::vector<std::string> locked_urls = {};
    /// Those of both lists that the manifest names because the bytes are not in the hub
    /// (`metadata.sources`). They get no token or password, and only allowed ones are requested.
    std::vector<std::string> elsewhere = {};
};

/// A model to load. It holds copies of the manifest's values, so it may outlive the client.
struct WantedModel {
    std::string model;
    std::int64_t opset = 0;
    std::vector<WantedFile> files;  ///< the model or its archive, followed by external data
    bool is_archive = false;
};

struct LoadOptions {
    bool force = false;  ///< ignores files in the cache
    std::function<void(const WantedFile&, std::uint64_t done)> progress = {};
    std::function<void(const WantedFile&, const LoadedFile&)> loaded = {};
    std::function<void()> check_interruption = [] {};
};

/// Thread-safe after construction: several models may be loaded at the same time.
class HubClient {
public:
    /// Reads the user's configuration, without any request. Throws UserError for an invalid hub.
    explicit HubClient(ClientOptions options);

    const std::string& name() const { return name_; }  ///< the complete spec, without passwords

    /// The name of this hub for its user and for ClientOptions::hub: the configuration's name if
    /// the hub was given by that name, else name().
    const std::string& hub_name() const { return find_named() ? options_.hub : name_; }

    const std::filesystem::path& cache_folder() const { return cache_.folder(); }

    /// The hub's manifest, fetched once. Throws UserError when it is not available, and when the
    /// user pinned the hub and no valid statement is about this manifest.
    const ManifestDocument& manifest();

    /// A part of the manifest that has all entries of this model, compared without case. Of a large
    /// hub with an index, little more is read; otherwise the manifest is read entry by entry. When
    /// the hub has no such model, the part has models with similar names, if there are some. Throws
    /// as manifest() does.
    const ManifestDocument& manifest_of(const std::string& model);

    /// Calls `visit` for the valid entries of the manifest in their order, until it returns false.
    /// Memory does not grow with their number. Throws as manifest() does, in the first call
    /// possibly after it called `visit`.
    void for_each_entry(const StreamedManifest::Visitor& visit);

    /// Asks the hub's index; nullopt when it has none, and manifest() must be searched instead.
    std::optional<IndexSearch> search_index(const std::vector<std::string>& words,
                                            std::size_t limit);
    std::optional<IndexSearch> find_tag_in_index(const std::string& tag, std::size_t limit);

    /// The number of entries in the hub, one for each name and opset.
    std::uint64_t entry_count();

    /// The statement of a pinned hub; nullptr before the manifest was read, and for other hubs.
    const HubStatement* statement() const { return statement_ ? &*statement_ : nullptr; }

    /// hub_identities() of this hub.
    std::vector<std::string> identities() const;

    /// The user's pin of the hub; nullptr: it is not pinned.
    const TrustRecord* pin_of_user() const { return pin_ ? &*pin_ : nullptr; }

    /// Whether pin_of_user() is of a hub that this one may be a branch of: RecordOfHub.
    bool is_pin_of_another() const { return is_pin_of_another_; }

    /// The hub as a record keeps it: with an absolute path for a folder.
    std::string recorded_name() const;

    /// The branch or tag to which the user's trust belongs; "" where there is none.
    const std::string& asked_ref() const { return asked_ref_; }

    /// The files that the hub publishes for its signature, at one commit where it has commits. The
    /// result must not outlive the client.
    std::unique_ptr<SignedHub> open_signed_hub();

    /// Resolves the hub's commit; from then on the client reads the hub at that commit. For GitHub,
    /// requests it from the API; where GitHub's addresses are replaced, only from a replaced API.
    /// Other web servers send it with the manifest, as `onnxhub serve` does (commit_header).
    /// nullopt for hubs without a commit and for a copy of the manifest. Must be called before
    /// manifest(). Throws UserError when GitHub's API does not answer.
    std::optional<CommitId> pin();

    /// The files of an entry of the manifest. A model elsewhere is requested from the hub, from
    /// mirrors, and then from its own sources. Throws UserError when the manifest does not state
    /// SHA-256 and size (only a model elsewhere needs no size), or has no test data for it.
    WantedModel resolve(const Entry& entry, bool with_test_data) const;

    /// The same for the files of a lock file, with the hub's own URLs first. `commit` is the commit
    /// they were locked at. For a web server that is trusted, its commits are trusted too. For
    /// GitHub, commits need confirmation, since GitHub shows commits of forks under the same
    /// address.
    WantedModel resolve(WantedModel locked, const std::optional<CommitId>& commit = {}) const;

    /// The requests for the model file, in the order in which they are tried, with the tokens that
    /// belong to their servers. None for local hubs and for hosts that the policy refuses.
    std::vector<HttpRequest> requests_for(const Entry& entry) const;

    /// With the policy for hosts.
    const HttpOptions& http_options() const { return options_.http; }
    const Endpoints& endpoints() const { return config_.endpoints; }

    /// Loads all files and returns the path of the model; for an archive, the path of the first
    /// folder in the unpacked archive. Uses the paths that place_files() sets. Rejects external
    /// data that the model's graph does not name, before fetching any of it. Where signatures are
    /// required, a model without a good one is refused before it is fetched. Throws UserError as
    /// load_file() does.
    std::filesystem::path load(const WantedModel& model, const LoadOptions& options) const;

private:
    struct Token {
        std::string base_url;
        /// The environment variables that may hold it: "GH_TOKEN or GITHUB_TOKEN"
        std::string variables;
        std::optional<std::string> secret;
    };

    const NamedHub* find_named() const;
    bool is_trusted(const NamedHub* named) const;
    HubSpec parse(const std::string& text) const;
    void take_mirrors(const NamedHub* named);
    void add_source(const HubSpec& source, std::vector<HubSpec>& remote);
    void take_tokens(const NamedHub* named);
    void take_address_policy();
    void add_token(const std::string& base_url, const std::vector<std::string>& variables);
    const Token* token_for(const std::string& url) const;
    HttpRequest request_of(const std::string& url) const;
    std::string access_hint(const std::string& url) const;
    bool has_commit_api(const HubSpec& spec) const;
    CommitId ask_commit(const HubSpec& spec) const;
    HubSpec spec_of_manifest();
    FileSources sources_of(const WantedFile& file) const;
    FileSource source_at(const std::string& url, const WantedFile& file) const;
    std::vector<std::string> urls_of(const HubSpec& spec, const std::string& hub_path,
                                     const std::vector<std::string>& elsewhere) const;
    const ModelCache& cache_for(const WantedModel& model, bool force) const;
    void need_trust(const WantedFile& file) const;
    void require_signature(const WantedModel& model, HttpClient& client) const;
    bool accepts_a_signature(const WantedFile& model, HttpClient& client,
                             const std::function<bool(const std::string&)>& accepts,
                             std::string& problem) const;
    LoadedFile load_one(const WantedFile& file, const ModelCache& cache, const LoadOptions& options,
                        HttpClient& client) const;
    void take_pin();
    void read_place(const GitHubPlace& place);
    bool is_spec_of(const std::string& text) const;
    IndexReader* index();
    std::optional<IndexReader> find_index();
    std::optional<std::uint64_t> known_manifest_bytes() const;
    void trying_index(const std::function<void()>& work);
    StreamedManifest& stream();
    ManifestDocument part_of(const std::string& model);
    HubManifest read_hub_manifest();
    PinnedRead pinned_read() const;
    HubManifest read_pinned_manifest();
    std::optional<Sha256> find_pinned_index();

    ClientOptions options_;
    UserConfig config_;
    HubSpec spec_;
    std::string name_;
    std::vector<HubSpec> first_sources_;
    std::vector<HubSpec> mirrors_;
    std::vector<Token> tokens_;
    bool is_trusted_ = false;
    std::shared_ptr<const RequiredSigners> signers_;  ///< null: no signature is required
    std::unique_ptr<LocalHub> local_;                 ///< set for a local hub
    std::vector<LocalHub> local_mirrors_;
    StateFolder state_;
    TrustStore trusted_hubs_;
    std::vector<std::string> identities_;  ///< of a hub whose spec_ was replaced
    bool is_pin_of_another_ = false;
    std::optional<TrustRecord> pin_;  ///< the user's record of this hub, if it has a root
    std::string asked_ref_;
    std::optional<HubStatement> statement_;
    ModelCache cache_;
    std::vector<ModelCache> other_caches_;
    std::optional<StreamedManifest> stream_;
    std::optional<ManifestDocument> manifest_;
    std::optional<IndexReader> index_;
    bool is_index_known_ = false;                    ///< whether index_ was asked for
    std::map<std::string, ManifestDocument> parts_;  ///< of the manifest, by lower-case name
    std::optional<CommitId> named_commit_;           ///< sent by the server with the manifest
    mutable std::mutex trust_;
};

}  // namespace onnxhub
