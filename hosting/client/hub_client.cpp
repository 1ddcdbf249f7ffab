// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/required_signature.h"
#include "hosting/client/test_data_folder.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// The source of the official models since GitHub's downloads of the repository were disabled.
constexpr const char* official_mirror = "hf://onnxmodelzoo";
/// Has all files by the paths of the hub's last commit; before it, they were not in validated/.
constexpr const char* official_files = "/onnxmodelzoo/legacy_models/resolve/main";
constexpr const char* moved_folder = "/validated";

/// Sizes are optional for files from other servers: their sources rarely state them.
CacheKey key_of(const std::string& path, const StatedContent& content, bool is_elsewhere) {
    if (!content.sha || (!content.size_bytes && !is_elsewhere)) {
        throw HubError(HubProblem::entry,
                       fmt::format("{}: the manifest has no SHA-256{}, so the file cannot be "
                                   "verified; report this to the hub's maintainers",
                                   path, is_elsewhere ? "" : " and size"));
    }
    return {path, *content.sha, content.size_bytes, true};
}

void append(std::vector<std::string>& urls, std::vector<std::string> more) {
    for (std::string& url : more) {
        if (std::ranges::find(urls, url) == urls.end()) urls.push_back(std::move(url));
    }
}

/// Calls `work`. A UserError from it becomes a HubError with this problem.
auto naming_problem(HubProblem problem, const auto& work) {
    try {
        return work();
    } catch (const UserError& error) {
        throw HubError(problem, error.what());
    }
}

/// The complete spec, without user and password.
std::string shown_name(const HubSpec& spec) {
    std::string name = spec.kind == HubSpec::Kind::web ? shown_url(spec.base_url) : to_text(spec);
    while (name.ends_with('/') && spec.kind == HubSpec::Kind::web) name.pop_back();
    return name;
}

/// Whether the archive is unpacked in the cache.
bool is_unpacked(const ModelCache& cache, const WantedModel& model) {
    std::error_code error;
    return fs::is_directory(
        cache.path_of(model.files.front().key).replace_extension().replace_extension(), error);
}

/// The model with its paths in a cache.
WantedModel placed(WantedModel model) {
    if (model.files.empty()) throw UserError(model.model + ": has no files to load");
    if (model.is_archive && model.files.size() > 1) {
        throw UserError(model.files[1].key.hub_path +
                        ": is listed with an archive, which has no external data; report this to "
                        "the hub's maintainers");
    }
    std::vector<CacheKey> keys;
    for (WantedFile& file : model.files) keys.push_back(std::move(file.key));
    keys = place_files(std::move(keys));
    for (std::size_t i = 0; i < keys.size(); ++i) model.files[i].key = std::move(keys[i]);
    return model;
}

/// Checks the graph before external data is fetched. A downloaded model whose graph does not name
/// its files is deleted again.
void check_graph(const WantedModel& model, const LoadedFile& loaded) {
    if (model.files.size() < 2) return;
    std::vector<CacheKey> keys;
    for (const WantedFile& file : model.files) keys.push_back(file.key);
    try {
        check_graph_names_files(*open_file(loaded.path, loaded.path.string(), LastLink::refuse),
                                keys);
    } catch (const UserError&) {
        std::error_code error;
        if (!loaded.was_cached) fs::remove(loaded.path, error);
        if (!loaded.was_cached) fs::remove(loaded.path.parent_path(), error);
        throw;
    }
}

}  // namespace

HubClient::HubClient(ClientOptions options)
    : options_(std::move(options)),
      config_(read_user_config(options_.environment)),
      state_(default_state_folder(options_.environment)),
      trusted_hubs_(trust_folder(options_.environment)),
      cache_(options_.cache_folder ? *options_.cache_folder
                                   : default_cache_folder(options_.environment),
             state_, TrustedOwners(config_.trusted_cache_owners)) {
    const NamedHub* named = find_named();
    spec_ = parse(options_.hub);
    name_ = shown_name(spec_);
    is_trusted_ = !options_.asks_always && is_trusted(named);
    if (spec_.kind == HubSpec::Kind::folder) {
        local_ = naming_problem(HubProblem::manifest,
                                [&] { return std::make_unique<LocalHub>(spec_.folder); });
    }
    take_pin();
    for (const std::string& text : options_.first_sources) add_source(parse(text), first_sources_);
    const auto& keys =
        !options_.model_keys.empty() || !named ? options_.model_keys : named->model_keys;
    if (!keys.empty()) {
        signers_ = std::make_shared<const RequiredSigners>(read_required_signers(keys));
    }
    take_mirrors(named);
    take_tokens(named);
    take_address_policy();
    for (const fs::path& folder : config_.caches) {
        other_caches_.emplace_back(folder, state_, cache_.owners());
    }
}

/// Whether this hub needs no confirmation.
bool HubClient::is_trusted(const NamedHub* named) const {
    return is_official(spec_) || (named && named->is_trusted) ||
           std::ranges::any_of(config_.trusted,
                               [&](const std::string& trusted) { return parse(trusted) == spec_; });
}

/// The configuration's entry for the hub, if the hub was given by its name.
const NamedHub* HubClient::find_named() const {
    const auto found = config_.hubs.find(options_.hub);
    return found == config_.hubs.end() ? nullptr : &found->second;
}

HubSpec HubClient::parse(const std::string& text) const {
    const auto named = config_.hubs.find(text);
    auto parsed = parse_hub_spec(named == config_.hubs.end() ? text : named->second.spec);
    if (const auto* bad = std::get_if<BadHubSpec>(&parsed)) {
        std::string names;
        for (const auto& [name, hub] : config_.hubs) names += (names.empty() ? "" : ", ") + name;
        throw HubError(
            HubProblem::hub,
            "hub: " + bad->reason + (names.empty() ? "" : ", or one of your own: " + names));
    }
    return std::get<HubSpec>(std::move(parsed));
}

void HubClient::take_mirrors(const NamedHub* named) {
    std::vector<std::string> texts = options_.mirrors;
    if (named) texts.insert(texts.end(), named->mirrors.begin(), named->mirrors.end());
    texts.insert(texts.end(), config_.mirrors.begin(), config_.mirrors.end());
    if (is_official_repository(spec_)) {
        const std::string files = config_.endpoints.hugging_face + official_files;
        for (const std::string& mirror :
             {std::string(official_mirror), files, files + moved_folder}) {
            texts.push_back(mirror);
        }
    }
    for (const std::string& text : texts) add_source(parse(text), mirrors_);
}

/// Adds it to `remote`, or to the local mirrors.
void HubClient::add_source(const HubSpec& source, std::vector<HubSpec>& remote) {
    if (source.kind != HubSpec::Kind::folder) return remote.push_back(source);
    try {
        local_mirrors_.emplace_back(source.folder);
    } catch (const UserError& error) {
        options_.report(std::string("mirror skipped: ") + error.what());
    }
}

/// Hubs choose where redirects lead, so only the hosts that the user names are exempt from checks.
void HubClient::take_address_policy() {
    AddressPolicy policy = address_policy_of(config_);
    if (spec_.kind == HubSpec::Kind::web) policy.allow_origin_of(spec_.base_url);
    for (const HubSpec& mirror : mirrors_) {
        if (mirror.kind == HubSpec::Kind::web) policy.allow_origin_of(mirror.base_url);
    }
    options_.http.policy = std::move(policy);
}

/// Uses the first variable that is set.
void HubClient::add_token(const std::string& base_url, const std::vector<std::string>& variables) {
    Token token{base_url, fmt::format("{}", fmt::join(variables, " or ")), std::nullopt};
    for (const std::string& variable : variables) {
        if (!token.secret) token.secret = options_.environment(variable.c_str());
    }
    tokens_.push_back(std::move(token));
}

/// Each token is sent only to the server it belongs to: GitHub's not to a replaced address, and a
/// hub's not to its mirrors. The official hub is public and gets no token: with an expired one,
/// GitHub would reject the request.
void HubClient::take_tokens(const NamedHub* named) {
    using Names = std::vector<std::string>;
    const Endpoints& here = config_.endpoints;
    const Endpoints services;
    const auto add_github = [&](const std::string& endpoint, const std::string& service) {
        add_token(endpoint, endpoint == service
                                ? Names{"GH_TOKEN", "GITHUB_TOKEN"}
                                : Names{"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"});
    };
    if (!is_official(spec_)) {
        add_github(here.github_raw, services.github_raw);
        add_github(here.github_media, services.github_media);
        add_github(here.github_api, services.github_api);
    }
    add_token(here.hugging_face, Names{"HF_TOKEN"});
    if (spec_.kind == HubSpec::Kind::web) {
        add_token(spec_.base_url,
                  Names{named && named->token_variable ? *named->token_variable : "ONNXHUB_TOKEN"});
    }
}

/// The token for this address, even if its variable is not set; null when there is none.
const HubClient::Token* HubClient::token_for(const std::string& url) const {
    const auto found = std::ranges::find_if(tokens_, [&](const Token& token) {
        return url.starts_with(token.base_url + "/") && same_origin(url, token.base_url);
    });
    return found == tokens_.end() ? nullptr : &*found;
}

/// The remedy when the server at this address requires credentials: one clause, empty when only
/// ~/.netrc can help.
std::string HubClient::access_hint(const std::string& url) const {
    const Token* token = token_for(url);
    if (!token) return "";
    return token->secret ? "check the token in " + token->variables
                         : "set " + token->variables + " to a token";
}

HttpRequest HubClient::request_of(const std::string& url) const {
    HttpRequest request;
    request.url = url;
    const Token* token = token_for(url);
    if (token && token->secret) {
        request.headers.push_back({"Authorization", "Bearer " + *token->secret});
    }
    return request;
}

HubManifest HubClient::read_hub_manifest() {
    if (pin_) return read_pinned_manifest();
    if (local_) {
        return naming_problem(HubProblem::manifest, [&] {
            return hub_manifest(local_->open_manifest(), local_->manifest_name(),
                                local_manifest_limit);
        });
    }
    HttpClient client(options_.http);
    const std::string url = manifest_url(spec_, config_.endpoints);
    return fetch_manifest({request_of(url), state_, options_.is_offline, access_hint(url)}, client);
}

StreamedManifest& HubClient::stream() {
    if (stream_) return *stream_;
    const HubManifest manifest = read_hub_manifest();
    if (!manifest.note.empty()) options_.report(manifest.note);
    named_commit_ = manifest.commit;
    ManifestBytes bytes{manifest.bytes, manifest.shown_name};
    const bool is_own = local_ && !local_->commit();  // the user can repair the file
    if (!is_own) bytes.hint = "report this to the hub's maintainers";
    bytes.check_interruption = [this] {
        if (options_.http.is_stopped && options_.http.is_stopped()) throw Interrupted();
    };
    return stream_.emplace(std::move(bytes));
}

const ManifestDocument& HubClient::manifest() {
    if (!manifest_) manifest_ = stream().read_all();
    return *manifest_;
}

void HubClient::for_each_entry(const StreamedManifest::Visitor& visit) {
    stream().for_each(visit);
}

std::optional<CommitId> HubClient::pin() {
    if (local_) return local_->commit();
    if (spec_.kind == HubSpec::Kind::hugging_face) return std::nullopt;
    if (is_commit_id(spec_.ref)) return spec_.ref;
    if (has_commit_api(spec_)) {
        spec_.ref = ask_commit(spec_);
        return spec_.ref;
    }
    stream();
    if (named_commit_) spec_.ref = *named_commit_;
    return named_commit_;
}

/// Users who replaced GitHub's addresses for files do not want requests to GitHub.
bool HubClient::has_commit_api(const HubSpec& spec) const {
    const Endpoints github;
    const Endpoints& here = config_.endpoints;
    const bool is_replaced = here.github_api != github.github_api;
    const bool are_files_of_github =
        here.github_raw == github.github_raw && here.github_media == github.github_media;
    return spec.kind == HubSpec::Kind::github && !options_.is_offline &&
           (is_replaced || are_files_of_github);
}

CommitId HubClient::ask_commit(const HubSpec& spec) const {
    HttpRequest request = request_of(commit_url(spec, config_.endpoints));
    request.headers.push_back({"Accept", "application/vnd.github.sha"});
    HttpClient client(options_.http);
    const auto result = client.send(request, 64 * 1024);
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        throw UserError(failure->reason);
    }
    const auto& response = std::get<HttpResponse>(result);
    if (response.head.status != 200 || !is_commit_id(response.body)) {
        const std::string hint = access_hint(request.url);
        throw UserError(fmt::format(
            "{}: does not give the commit of {} (status {}); name the commit: {}/{}:COMMIT{}",
            shown_url(request.url), to_text(spec), response.head.status, spec.owner, spec.name,
            hint.empty() ? "" : ", or " + hint));
    }
    return response.body;
}

/// The user chose the hub and the mirrors, so they come before the servers that the hub names: a
/// hub behind an air gap may have the bytes, and cannot reach these servers.
std::vector<std::string> HubClient::urls_of(const HubSpec& spec, const std::string& hub_path,
                                            const std::vector<std::string>& elsewhere) const {
    std::vector<std::string> urls;
    for (const HubSpec& source : first_sources_) {
        append(urls, file_urls(source, config_.endpoints, hub_path));
    }
    append(urls, file_urls(spec, config_.endpoints, hub_path));
    for (const HubSpec& mirror : mirrors_) {
        append(urls, file_urls(mirror, config_.endpoints, hub_path));
    }
    append(urls, elsewhere);
    return urls;
}

WantedModel HubClient::resolve(const Entry& entry, bool with_test_data) const {
    WantedModel wanted{entry.model, entry.opset_version, {}, with_test_data};
    const auto add = [&](CacheKey key, const std::vector<std::string>& elsewhere = {}) {
        std::vector<std::string> urls = urls_of(spec_, key.hub_path, elsewhere);
        wanted.files.push_back({std::move(key), std::move(urls), {}, elsewhere});
    };
    if (with_test_data) {
        if (!entry.archive_path) {
            throw HubError(HubProblem::test_data,
                           entry.model +
                               ": the hub has no test data for it; leave out "
                               "--with-test-data");
        }
        add(key_of(*entry.archive_path, entry.archive, false));
        return wanted;
    }
    add(key_of(entry.model_path, entry.content, !entry.sources.empty()), entry.sources);
    for (const ExternalDataFile& weights : entry.external_data) {
        add({weights.path, weights.sha, weights.size_bytes, false});
    }
    return wanted;
}

WantedModel HubClient::resolve(WantedModel locked, const std::optional<CommitId>& commit) const {
    HubSpec spec = spec_;
    if (spec.kind == HubSpec::Kind::web && commit) spec.ref = *commit;
    for (WantedFile& file : locked.files) {
        file.urls = urls_of(spec, file.key.hub_path, {});
        std::erase_if(file.locked_urls, [&](const std::string& url) {
            return std::ranges::find(file.urls, url) != file.urls.end();
        });
    }
    return locked;
}

std::vector<HttpRequest> HubClient::requests_for(const Entry& entry) const {
    std::vector<HttpRequest> requests;
    for (FileSource& source : sources_of(resolve(entry, false).files.front()).web) {
        if (!source.refusal) requests.push_back(std::move(source.request));
    }
    return requests;
}

/// Uses a read-only cache only if it has all files of a model, since external data must be next to
/// the model.
const ModelCache& HubClient::cache_for(const WantedModel& model, bool force) const {
    const auto has_all = [&](const ModelCache& cache) {
        return std::ranges::all_of(model.files,
                                   [&](const WantedFile& file) { return cache.holds(file.key); });
    };
    if (force || has_all(cache_)) return cache_;
    const auto found = std::ranges::find_if(other_caches_, [&](const ModelCache& cache) {
        return has_all(cache) && (!model.is_archive || is_unpacked(cache, model));
    });
    return found == other_caches_.end() ? cache_ : *found;
}

FileSource HubClient::source_at(const std::string& url, const WantedFile& file) const {
    FileSource source;
    source.needs_trust = !is_trusted_;
    source.is_elsewhere = std::ranges::find(file.elsewhere, url) != file.elsewhere.end();
    if (!source.is_elsewhere) {
        source.request = request_of(url);
        source.access_hint = access_hint(url);
        return source;
    }
    source.request.url = url;
    source.request.uses_netrc = false;
    source.refusal = options_.http.policy->refusal(url);
    return source;
}

FileSources HubClient::sources_of(const WantedFile& file) const {
    FileSources sources;
    sources.is_elsewhere = !file.elsewhere.empty();
    if (local_) sources.local.push_back(local_.get());
    for (const LocalHub& mirror : local_mirrors_) sources.local.push_back(&mirror);
    for (const std::string& url : file.urls) sources.web.push_back(source_at(url, file));
    for (const std::string& url : file.locked_urls) {
        sources.web.push_back(source_at(url, file));
        sources.web.back().needs_trust = true;
    }
    return sources;
}

void HubClient::need_trust(const WantedFile& file) const {
    const std::lock_guard lock(trust_);
    const std::string host = file.elsewhere.empty() ? "" : host_of(file.elsewhere.front());
    if (options_.is_trusted && options_.is_trusted({name_, file.key.size_bytes, host})) return;
    throw UserError(name_ + ": this hub is not trusted; nothing was downloaded");
}

LoadedFile HubClient::load_one(const WantedFile& file, const ModelCache& cache,
                               const LoadOptions& options, HttpClient& client) const {
    DownloadOptions download;
    download.force = options.force;
    download.is_offline = options_.is_offline;
    download.before_download = [&] { need_trust(file); };
    download.check_interruption = options.check_interruption;
    if (options.progress) {
        download.progress = [&](std::uint64_t done) { options.progress(file, done); };
    }
    return load_file(file.key, sources_of(file), cache, download, client);
}

fs::path HubClient::load(const WantedModel& wanted, const LoadOptions& options) const {
    const WantedModel model = placed(wanted);
    const ModelCache& cache = cache_for(model, options.force);
    HttpClient client(options_.http);
    if (signers_) require_signature(model, client);
    fs::path path;
    bool is_new = false;
    for (const WantedFile& file : model.files) {
        const LoadedFile loaded = load_one(file, cache, options, client);
        if (path.empty()) check_graph(model, loaded);
        if (path.empty()) path = loaded.path;
        is_new |= !loaded.was_cached;
        if (options.loaded) options.loaded(file, loaded);
    }
    if (is_new) cache.remember(model.files.front().key, name_, model.model, model.opset);
    if (!model.is_archive) return path;
    const auto& check = options.check_interruption;
    if (auto found = find_unpacked_test_data(path, check, {}, cache.owners())) return *found;
    const ModelCache::Lock lock(cache, model.files.front().key, check);
    return unpack_test_data(path, check, {}, cache.owners());
}

}  // namespace onnxhub
