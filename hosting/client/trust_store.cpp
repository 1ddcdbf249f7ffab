// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/trust_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/digest.h"
#include "base/file_lock.h"
#include "base/user_error.h"
#include "base/utc_time.h"
#include "manifest/json.h"
#include "manifest/json_members.h"
#include "trust/hub_root.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr const char* record_suffix = ".json";

std::optional<Sha256> digest_if_any(const JsonValue& object, const char* key) {
    const std::string text = text_member_if_any(object, key);
    if (text.empty()) return std::nullopt;
    const auto digest = parse_sha256(text);
    if (!digest) throw UnexpectedJson(std::string(key) + " is not a SHA-256");
    return digest;
}

std::int64_t time_member(const JsonValue& object, const char* key) {
    const auto time = parse_utc_time(text_member(object, key));
    if (!time) throw UnexpectedJson(std::string(key) + " is not a time");
    return *time;
}

SeenStatement read_seen(const JsonValue& json) {
    SeenStatement seen;
    seen.version = static_cast<std::uint64_t>(
        number_member(json, "version", static_cast<std::int64_t>(statement_version_limit)));
    const auto manifest = digest_if_any(json, "manifest");
    if (!manifest) throw UnexpectedJson("manifest is missing");
    seen.manifest = *manifest;
    seen.index = digest_if_any(json, "index");
    seen.branch = text_member_if_any(json, "branch");
    return seen;
}

TrustRecord read_record(const JsonValue& json) {
    TrustRecord record;
    record.identity = text_member(json, "identity");
    record.hub = text_member(json, "hub");
    record.added = time_member(json, "added");
    record.root = text_member_if_any(json, "root");
    record.allows_expired = bool_member(json, "allows_expired");
    for (const JsonValue& item : array_member(json, "seen", trust_refs_limit)) {
        record.seen.emplace(text_member(item, "ref"), read_seen(item));
    }
    return record;
}

JsonValue seen_json(const std::string& ref, const SeenStatement& seen) {
    JsonObject members{{"ref", json_string(ref)},
                       {"version", json_unsigned(seen.version)},
                       {"manifest", json_string(to_hex(seen.manifest))}};
    if (seen.index) members.push_back({"index", json_string(to_hex(*seen.index))});
    if (!seen.branch.empty()) members.push_back({"branch", json_string(seen.branch)});
    return json_object(std::move(members));
}

std::string record_text(const TrustRecord& record) {
    JsonArray seen;
    for (const auto& [ref, statement] : record.seen) seen.push_back(seen_json(ref, statement));
    return json_text(json_object({{"identity", json_string(record.identity)},
                                  {"hub", json_string(record.hub)},
                                  {"added", json_string(utc_time_text(record.added))},
                                  {"root", json_string(record.root)},
                                  {"allows_expired", json_bool(record.allows_expired)},
                                  {"seen", json_array(std::move(seen))}})) +
           '\n';
}

TrustRecord parse_record(const fs::path& path, const std::string& text) {
    const auto damaged = [&](const std::string& reason) {
        return UserError(path.string() + ": the record of a trusted hub is damaged (" + reason +
                         "); remove the file, and add the hub again with `onnxhub trust add`");
    };
    const auto parsed = parse_json(text);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    if (!document) throw damaged("it is not JSON");
    try {
        return read_record(document->root);
    } catch (const UnexpectedJson& error) {
        throw damaged(error.what());
    }
}

std::uint64_t root_number(const std::string& root) {
    return read_unverified_root(root).number;
}

/// Whether statements of the two roots have the same signers. Versions start again otherwise.
bool have_same_releases(const std::string& one, const std::string& other) {
    return is_same_role(read_unverified_root(one).releases, read_unverified_root(other).releases);
}

/// Adds what `trust` has to the record. Returns whether that changed it.
bool merge(TrustRecord& record, const std::string& ref, const HubTrust& trust) {
    const std::uint64_t known = root_number(record.root);
    const std::uint64_t learned = root_number(trust.root);
    if (learned < known) return false;
    bool is_changed = false;
    if (learned > known) {
        if (!have_same_releases(record.root, trust.root)) record.seen.clear();
        record.root = trust.root;
        is_changed = true;
    }
    if (!trust.seen) return is_changed;
    const auto present = record.seen.find(ref);
    if (present == record.seen.end() && record.seen.size() >= trust_refs_limit) {
        throw UserError(
            fmt::format("{}: versions of {} branches are remembered; remove the hub "
                        "with `onnxhub trust remove`, and add it again",
                        record.hub, trust_refs_limit));
    }
    if (present != record.seen.end() && present->second.version >= trust.seen->version) {
        return is_changed;
    }
    record.seen[ref] = *trust.seen;
    return true;
}

}  // namespace

HubTrust TrustRecord::of(const std::string& ref) const {
    const auto found = seen.find(ref);
    return {root, found == seen.end() ? std::nullopt : std::optional(found->second)};
}

TrustStore::TrustStore(const std::optional<fs::path>& state_folder) {
    if (state_folder) folder_ = *state_folder / "trust";
}

fs::path TrustStore::path_of(const std::string& identity) const {
    return *folder_ / (to_hex(sha256_of(identity)) + record_suffix);
}

bool TrustStore::has(const std::string& identity) const {
    std::error_code error;
    return folder_ &&
           fs::symlink_status(path_of(identity), error).type() != fs::file_type::not_found;
}

std::optional<TrustRecord> TrustStore::find(const std::string& identity) const {
    if (!has(identity)) return std::nullopt;
    const fs::path path = path_of(identity);
    TrustRecord record = parse_record(path, read_file(path, trust_record_limit));
    if (record.identity != identity) {
        throw UserError(path.string() + ": is the record of another hub; remove the file");
    }
    return record;
}

bool TrustStore::is_empty() const {
    std::error_code error;
    return !folder_ || fs::symlink_status(*folder_, error).type() == fs::file_type::not_found;
}

std::vector<TrustRecord> TrustStore::all() const {
    std::vector<TrustRecord> records;
    std::error_code error;
    if (!folder_ || !fs::is_directory(*folder_, error)) return records;
    for (const fs::directory_entry& entry : fs::directory_iterator(*folder_)) {
        if (entry.path().extension() != record_suffix) continue;
        records.push_back(parse_record(entry.path(), read_file(entry.path(), trust_record_limit)));
    }
    std::ranges::sort(records, {}, &TrustRecord::identity);
    return records;
}

void TrustStore::write(const TrustRecord& record) const {
    write_file_atomically(path_of(record.identity), record_text(record));
}

void TrustStore::add(const TrustRecord& record) const {
    if (!folder_) {
        throw UserError(
            "environment: none of XDG_STATE_HOME, XDG_CACHE_HOME and HOME is set, so that no trust "
            "can be recorded; set HOME");
    }
    std::error_code error;
    fs::create_directories(*folder_, error);
    const FileLock lock = FileLock::take(*folder_, {});
    if (find(record.identity)) {
        throw UserError(record.hub +
                        ": is trusted already; see `onnxhub trust list`, or remove it first with "
                        "`onnxhub trust remove`");
    }
    write(record);
}

bool TrustStore::remove(const std::string& identity) const {
    std::error_code error;
    if (!folder_ || !fs::is_directory(*folder_, error)) return false;
    const FileLock lock = FileLock::take(*folder_, {});
    const bool is_removed = fs::remove(path_of(identity), error);
    if (error) throw UserError(path_of(identity).string() + ": " + error.message());
    return is_removed;
}

void TrustStore::learn(const std::string& identity, const std::string& ref,
                       const HubTrust& trust) const {
    if (!folder_) return;
    const FileLock lock = FileLock::take(*folder_, {});
    auto record = find(identity);
    if (!record || !record->is_pinned()) return;
    try {
        if (merge(*record, ref, trust)) write(*record);
    } catch (const Refused& error) {
        throw UserError(path_of(identity).string() +
                        ": the stored root can't be read: " + error.what());
    }
}

}  // namespace onnxhub
