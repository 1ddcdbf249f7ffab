// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "archive/gzip.h"
#include "base/atomic_file.h"
#include "base/error_text.h"
#include "base/folder.h"
#include "base/parallel.h"
#include "base/user_error.h"
#include "embedded/export_caddy.h"
#include "embedded/export_nginx.h"
#include "hosting/export/catalog.h"
#include "hosting/export/catalog_scripts.h"
#include "hosting/export/graph_files.h"
#include "hosting/export/hub_content.h"
#include "hosting/export/hub_signing_files.h"
#include "hosting/export/output_location.h"
#include "hosting/export/previous_export.h"
#include "hosting/export/staging_path.h"
#include "manifest/hub_path.h"
#include "manifest/manifest.h"
#include "remote/peek.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
    throw UserError(path.string() + ": can't be written (" + error_text() +
                    "); free disk space, or choose another --to");
}

bool make_hard_link(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::create_hard_link(from, to, error);
    return !error;
}

/// Whether `path` is a regular file (not a link) with these bytes.
bool holds(const fs::path& path, const NamedFile& wanted,
           const std::function<void()>& check_interruption) {
    try {
        const auto source = open_file(path, path.string(), LastLink::refuse);
        return source->size_bytes() == wanted.size_bytes.value_or(source->size_bytes()) &&
               sha256_of(*source, check_interruption) == wanted.sha;
    } catch (const UserError&) {
        return false;  // removed, a link, or unreadable: it is written again
    }
}

/// The catalog page reads a larger manifest only if there is no index.
constexpr std::size_t largest_manifest = std::size_t{8} << 20;  // bytes

enum class Outcome { absent, kept, linked, copied };

std::optional<PreviousExport> find_earlier(const fs::path& to) {
    StagingPath::remove_abandoned(to, StagingPath::folder_of_export);
    return PreviousExport::find(to);
}

class Exporter {
public:
    Exporter(const LocalHub& hub, const ExportRequest& request)
        : hub_(hub), request_(request), earlier_(find_earlier(request.to)) {}

    ExportReport run() {
        const std::string text = request_.manifest ? *request_.manifest : hub_.manifest();
        const ManifestDocument manifest = read_manifest(text, hub_.manifest_name(), validate_hint);
        auto named = files_named_by(manifest, hub_.manifest_name());
        add_signatures(hub_, named);
        signing_ = signing_files_of(hub_.tree(), text);
        report_.unsigned_reason = signing_.problem;
        named.insert(signing_.files.begin(), signing_.files.end());
        for (const auto& file : named) files_.push_back(file);
        refuse_conflicts();
        prove_earlier_files();
        find_missing();
        if (!report_.missing.empty() && !request_.allows_missing) return std::move(report_);
        new_.emplace(request_.to, StagingPath::folder_of_export);
        place_files();
        write_graphs(manifest);
        write_texts(text, manifest);
        write_export_index(text);
        write_sums();
        carry_over();
        swap_into_place();
        return std::move(report_);
    }

private:
    /// Foreign files keep their path, so a conflict with an exported file is an error.
    void refuse_conflicts() {
        if (!earlier_) return;
        foreign_ = earlier_->foreign();
        std::set<std::string> needed = {std::string(manifest_file_name),
                                        std::string(manifest_file_name) + ".gz",
                                        export_names::page,
                                        std::string(export_names::page) + ".gz",
                                        export_names::nginx,
                                        export_names::caddy,
                                        export_names::no_jekyll,
                                        std::string(index_root_path)};
        for (const auto& [path, file] : files_) needed.insert(path);
        if (request_.has_graphs) {
            needed.insert(graph_version_path);
            for (const auto& [path, file] : files_) needed.insert(graph_path(file.sha));
        }
        for (const CatalogScript& script : catalog_scripts()) needed.insert(script.path);
        for (const std::string& path : foreign_) {
            bool is_in_the_way = needed.contains(path);
            const auto inside = needed.lower_bound(path + "/");
            const bool has_inside = inside != needed.end() && inside->starts_with(path + "/");
            std::error_code error;
            if (has_inside) {
                is_in_the_way = !fs::is_directory(fs::symlink_status(request_.to / path, error));
            }
            for (std::string_view above = parent_folder(path); !above.empty();
                 above = parent_folder(above)) {
                is_in_the_way |= needed.contains(std::string(above));
            }
            if (!is_in_the_way) continue;
            throw UserError((request_.to / path).string() +
                            ": is not part of the export, which needs this path; move it");
        }
    }

    void prove_earlier_files() {
        proven_.assign(files_.size(), 0);
        if (!earlier_) return;
        for_each_index(files_.size(), 0, [&](std::size_t i) {
            const auto& [path, wanted] = files_[i];
            if (earlier_->digest_of(path) != to_hex(wanted.sha)) return;
            proven_[i] = holds(earlier_->folder() / path, wanted, request_.check_interruption);
        });
    }

    void find_missing() {
        for (std::size_t i = 0; i < files_.size(); ++i) {
            const auto& [path, wanted] = files_[i];
            if (proven_[i] || !find_bytes(hub_, path, wanted).empty()) continue;
            (wanted.is_elsewhere ? report_.elsewhere : report_.missing).push_back(path);
        }
    }

    void place_files() {
        std::vector<Outcome> outcomes(files_.size());
        for_each_index(files_.size(), 0, [&](std::size_t i) { outcomes[i] = place(i); });
        for (std::size_t i = 0; i < files_.size(); ++i) {
            if (outcomes[i] == Outcome::absent) continue;
            const auto& [path, wanted] = files_[i];
            sums_[path] = to_hex(wanted.sha);
            ++report_.files;
            std::error_code error;
            report_.bytes += wanted.size_bytes.value_or(fs::file_size(new_->path() / path, error));
            ++(outcomes[i] == Outcome::kept     ? report_.kept
               : outcomes[i] == Outcome::linked ? report_.linked
                                                : report_.copied);
        }
    }

    Outcome place(std::size_t i) const {
        request_.check_interruption();
        const auto& [path, wanted] = files_[i];
        if (std::ranges::binary_search(report_.missing, path) ||
            std::ranges::binary_search(report_.elsewhere, path)) {
            return Outcome::absent;
        }
        const fs::path to = new_->path() / path;
        std::error_code error;
        fs::create_directories(to.parent_path(), error);
        if (!proven_[i]) return place_from_hub(path, wanted, to);
        const fs::path earlier = earlier_->folder() / path;
        if (!(request_.copies && has_other_links(earlier)) && make_hard_link(earlier, to)) {
            return Outcome::kept;
        }
        if (!clone_file(earlier, to)) copy(*open_file(earlier, earlier.string()), to);
        if (!holds(to, wanted, request_.check_interruption)) {
            throw UserError(earlier.string() + ": was changed during the export; try again");
        }
        return Outcome::copied;
    }

    /// Uses the first source with the manifest's bytes: if a file was changed, the LFS store may
    /// still have the original.
    Outcome place_from_hub(const std::string& path, const NamedFile& wanted,
                           const fs::path& to) const {
        const auto places = find_bytes(hub_, path, wanted);
        if (places.empty()) throw UserError(path + ": was removed during the export; try again");
        for (const LocalHub::Bytes& bytes : places) {
            const bool is_file = !bytes.file.empty();
            const bool is_linked = is_file && !request_.copies && make_hard_link(bytes.file, to);
            if (!is_linked && !(is_file && clone_file(bytes.file, to))) copy(*bytes.source, to);
            if (holds(to, wanted, request_.check_interruption)) {
                return is_linked ? Outcome::linked : Outcome::copied;
            }
            std::error_code ignored;
            fs::remove(to, ignored);
        }
        const LocalHub::Bytes& first = places.front();
        fail_by_digest(first, sha256_of(*first.source, request_.check_interruption), wanted.sha);
    }

    void copy(const ByteSource& source, const fs::path& to) const {
        std::FILE* file = std::fopen(to.c_str(), "wbx");
        if (!file) fail(to);
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> owner(file, std::fclose);
        std::vector<std::byte> block(512 * 1024);
        for (std::uint64_t done = 0;;) {
            request_.check_interruption();
            const std::size_t count = source.read(done, block);
            if (count == 0) break;
            if (std::fwrite(block.data(), 1, count, file) != count) fail(to);
            done += count;
        }
        if (std::fflush(file) != 0) fail(to);
    }

    /// The graph of one digest.
    struct WantedGraph {
        std::string path;
        std::string model;                   ///< path of a model with this digest
        StatedContent content;               ///< of the model
        std::vector<std::string> urls = {};  ///< of the model, as the hub states them
        bool has_model = false;              ///< the export has the model's file
        std::string digest = {};             ///< of the graph; "": there is none
        bool is_written = false;             ///< the earlier export did not have it
    };

    std::vector<WantedGraph> wanted_graphs(const ManifestDocument& manifest) const {
        std::map<std::string, WantedGraph> wanted;  // by path of the graph
        for (const ManifestEntry& present : manifest.entries) {
            const Entry& entry = *present.entry;
            const std::string model = std::get<std::string>(check_hub_path(entry.model_path));
            const std::string path = graph_path(*entry.content.sha);
            WantedGraph& graph = wanted[path];
            if (graph.has_model) continue;
            graph = {path, model, entry.content, entry.sources, sums_.contains(model)};
        }
        std::vector<WantedGraph> list;
        for (auto& [path, graph] : wanted) list.push_back(std::move(graph));
        return list;
    }

    void write_graphs(const ManifestDocument& manifest) {
        if (!request_.has_graphs) return;
        std::vector<WantedGraph> wanted = wanted_graphs(manifest);
        const bool keeps = has_graphs_of_this_version();
        for_each_index(wanted.size(), 0, [&](std::size_t i) {
            request_.check_interruption();
            WantedGraph& graph = wanted[i];
            if (keeps && is_proven(graph)) graph.digest = kept_graph(graph.path);
            if (!graph.digest.empty() || !graph.has_model) return;
            const fs::path model = new_->path() / graph.model;
            write_graph(*open_file(model, model.string()), graph);
        });
        if (request_.peek) write_peeked_graphs(wanted);
        for (const WantedGraph& graph : wanted) {
            if (graph.digest.empty()) continue;
            add_sum(graph.path, graph.digest);
            ++report_.graphs;
            report_.written_graphs += graph.is_written;
        }
        if (report_.graphs > 0) write(graph_version_path, graph_version_text());
        find_models_without_graph(manifest);
    }

    void write_peeked_graphs(std::vector<WantedGraph>& wanted) const {
        std::vector<PeekTarget> targets;
        for (const WantedGraph& graph : wanted) {
            if (!graph.digest.empty() || graph.has_model || !graph.content.size_bytes) continue;
            targets.push_back(
                {graph.model, *graph.content.sha, *graph.content.size_bytes, graph.urls});
        }
        if (targets.empty()) return;
        const PeekedGraphs* peeked = request_.peek(targets);
        for (WantedGraph& graph : wanted) {
            if (!graph.digest.empty() || graph.has_model || !graph.content.size_bytes) continue;
            request_.check_interruption();
            const auto model = peeked->open(*graph.content.sha, *graph.content.size_bytes);
            if (model) write_graph(*model, graph);
        }
    }

    bool has_graphs_of_this_version() const {
        return earlier_ &&
               earlier_->digest_of(graph_version_path) == to_hex(sha256_of(graph_version_text()));
    }

    /// Whether the earlier export's graph follows from the bytes with this digest. Without the
    /// file, a server may have lied, so a graph of that time is not kept once the file is
    /// available.
    bool is_proven(const WantedGraph& graph) const {
        return !graph.has_model || earlier_->has_content(to_hex(*graph.content.sha));
    }

    /// The digest of a graph of the earlier export, which is linked, so that the model is not read.
    /// "": it must be written.
    std::string kept_graph(const std::string& path) const {
        const auto digest = earlier_->digest_of(path);
        if (!digest) return "";
        const fs::path earlier = earlier_->folder() / path;
        const fs::path to = new_->path() / path;
        const auto sha = parse_sha256(*digest);
        if (!sha || has_other_links(earlier) || !holds(earlier, {*sha}, [] {})) return "";
        std::error_code error;
        fs::create_directories(to.parent_path(), error);
        return make_hard_link(earlier, to) ? *digest : "";
    }

    /// Leaves the digest empty when the source is not an ONNX model.
    void write_graph(const ByteSource& model, WantedGraph& graph) const {
        const auto document = packed_graph(model);
        if (!document) return;
        const fs::path to = new_->path() / graph.path;
        std::error_code error;
        fs::create_directories(to.parent_path(), error);
        write_file_atomically(to, *document);
        graph.digest = to_hex(sha256_of(*document));
        graph.is_written = true;
    }

    void find_models_without_graph(const ManifestDocument& manifest) {
        std::set<std::string> paths;
        for (const ManifestEntry& present : manifest.entries) {
            const Entry& entry = *present.entry;
            if (sums_.contains(graph_path(*entry.content.sha))) continue;
            paths.insert(std::get<std::string>(check_hub_path(entry.model_path)));
        }
        without_graph_ = {paths.begin(), paths.end()};
    }

    void write_texts(const std::string& manifest_text, const ManifestDocument& manifest) {
        CatalogFacts facts = facts_of(hub_.tree(), manifest, request_.folder_name);
        if (request_.name) facts.name = *request_.name;
        facts.base_url = request_.base_url;
        facts.missing = report_.missing;
        facts.has_no_files = report_.files == 0 && !report_.missing.empty();
        facts.elsewhere = report_.elsewhere;
        facts.has_index = request_.index_roots > 0 &&
                          (!request_.has_manifest || manifest_text.size() > largest_manifest);
        facts.history = hub_history(request_.location);
        facts.has_graphs = report_.graphs > 0;
        if (facts.has_graphs) facts.without_graph = without_graph_;
        facts.signing = signing_.facts;
        if (request_.has_manifest) {
            write(std::string(manifest_file_name), manifest_text);
            write(std::string(manifest_file_name) + ".gz", gzip(manifest_text, 9));
        }
        for (const auto& [path, content] : catalog_files(facts)) {
            write(path, content);
            const std::string packed = gzip(content, 9);
            if (packed.size() < content.size()) write(path + ".gz", packed);  // images are packed
        }
        write(export_names::nginx, std::string(embedded::export_nginx));
        write(export_names::caddy, std::string(embedded::export_caddy));
        write(export_names::no_jekyll, "");
    }

    void write_export_index(const std::string& manifest_text) {
        if (request_.index_roots == 0) return;
        IndexFolderOptions options{
            new_->path(), {}, request_.index_roots, request_.check_interruption};
        if (earlier_) options.earlier = earlier_->folder();
        const auto source = memory_source(manifest_text);
        IndexFolder files(options);
        const IndexReport index = write_index(
            {source.get(), hub_.manifest_name(), 0, request_.check_interruption}, files);
        report_.index = files.finish(index);
        for (const auto& [path, digest] : files.sums()) add_sum(path, digest);
    }

    void write_sums() {
        std::string sums;
        for (const auto& [path, digest] : sums_) sums += digest + "  " + path + "\n";
        write(export_names::sums, sums);
    }

    void add_sum(const std::string& path, const std::string& digest) {
        if (sums_.try_emplace(path, digest).second) return;
        throw UserError(hub_.manifest_name() + ": a model's file is called \"" + path +
                        "\", which the export needs; rename it");
    }

    /// Keeps the earlier export's file if its content is the same, so that its time does not change
    /// and caches stay valid.
    void write(const std::string& path, const std::string& content) {
        const NamedFile wanted{sha256_of(content), content.size()};
        add_sum(path, to_hex(wanted.sha));
        const fs::path to = new_->path() / path;
        std::error_code error;
        fs::create_directories(to.parent_path(), error);
        if (earlier_) {
            const fs::path earlier = earlier_->folder() / path;
            const bool is_same = !has_other_links(earlier) && holds(earlier, wanted, [] {});
            if (is_same && make_hard_link(earlier, to)) return;
        }
        write_file_atomically(to, content);
    }

    /// Carries over the foreign files of the earlier export before it is deleted.
    void carry_over() {
        for (const std::string& path : foreign_) {
            const fs::path from = earlier_->folder() / path;
            const fs::path to = new_->path() / path;
            carry_folders(fs::path(path).parent_path());
            std::error_code error;
            const fs::file_status status = fs::symlink_status(from, error);
            if (fs::is_directory(status)) {
                fs::create_directory(to, from, error);
                continue;
            }
            if (!make_hard_link(from, to)) {
                fs::copy(from, to, fs::copy_options::copy_symlinks, error);
                if (error) fail(to);
            }
            ++report_.carried;
        }
    }

    void carry_folders(const fs::path& path) {
        fs::path done;
        std::error_code error;
        for (const fs::path& part : path) {
            done /= part;
            fs::create_directory(new_->path() / done, earlier_->folder() / done, error);
        }
    }

    /// At each moment there is either the old or the new folder, if the file system can exchange
    /// names.
    void swap_into_place() {
        if (!earlier_) return new_->move_to(request_.to);
        const fs::path made = new_->path();
        std::error_code error;
        fs::permissions(made, fs::status(request_.to).permissions(), error);
        if (exchange_names(made, request_.to)) return;  // new_ deletes the old folder
        const fs::path old = made.string() + ".old";
        if (std::rename(request_.to.c_str(), old.c_str()) != 0) fail(request_.to);
        if (std::rename(made.c_str(), request_.to.c_str()) != 0) {
            const int reason = errno;
            fs::rename(old, request_.to, error);
            errno = reason;
            fail(request_.to);
        }
        fs::remove_all(old, error);
    }

    const LocalHub& hub_;
    const ExportRequest& request_;
    const std::optional<PreviousExport> earlier_;
    std::vector<std::pair<std::string, NamedFile>> files_;  ///< in the order of their paths
    std::vector<std::string> foreign_;
    std::vector<char> proven_;  ///< whether the earlier export has exactly the bytes of files_[i]
    std::optional<StagingPath> new_;
    std::map<std::string, std::string> sums_;
    std::vector<std::string> without_graph_;  ///< paths of models, sorted
    ExportReport report_;
    HubSigningFiles signing_;
};

}  // namespace

ExportReport export_hub(const LocalHub& hub, const ExportRequest& request) {
    refuse_place_of_hub(request.hub_folder, request.to);
    return Exporter(hub, request).run();
}

}  // namespace onnxhub
