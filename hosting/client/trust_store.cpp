// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/trust_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <system_error>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/digest.h"
#include "base/new_file.h"
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
constexpr const char* name_suffix = ".name";  // leads from another name to the record
constexpr std::int64_t record_version = 1;
constexpr std::size_t name_limit = 16;  // names of a hub

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
    if (number_member(json, "version", INT64_MAX) != record_version) {
        throw UnexpectedJson("a newer version of onnxhub wrote it");
    }
    for (const JsonValue& name : array_member(json, "identities", name_limit)) {
        if (!name.string()) throw UnexpectedJson("an identity is not a string");
        record.identities.push_back(*name.string());
    }
    if (record.identities.empty()) throw UnexpectedJson("identities is empty");
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
    JsonArray names;
    for (const std::string& name : record.identities) names.push_back(json_string(name));
    return json_text(json_object({{"version", json_integer(record_version)},
                                  {"identities", json_array(std::move(names))},
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
    const bool is_new_root = learned > known;
    if (is_new_root) {
        if (trust.has_new_releases || !have_same_releases(record.root, trust.root)) {
            record.seen.clear();
        }
        record.root = trust.root;
    }
    if (!trust.seen) return is_new_root;
    const auto present = record.seen.find(ref);
    if (present == record.seen.end() && record.seen.size() >= trust_refs_limit) return is_new_root;
    if (present != record.seen.end() && present->second.version >= trust.seen->version) {
        return is_new_root;
    }
    record.seen[ref] = *trust.seen;
    return true;
}

/// Waits at most ten seconds for another process.
LockWait with_limit(const LockWait& wait, const fs::path& folder) {
    LockWait limited = wait;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    limited.check_interruption = [wait, end, folder] {
        wait.check_interruption();
        if (std::chrono::steady_clock::now() > end) {
            throw UserError(folder.string() + ": is locked by another process; try again later");
        }
    };
    return limited;
}

constexpr unsigned private_file = 0600;

void write_private(const fs::path& path, const std::string& text) {
    NewFile file{path};
    file.set_permissions(private_file);
    file.write(text);
    file.flush();
    file.rename_onto_destination();
}

}  // namespace

HubTrust TrustRecord::of(const std::string& ref) const {
    const auto found = seen.find(ref);
    return {root, found == seen.end() ? std::nullopt : std::optional(found->second)};
}

std::optional<fs::path> trust_folder(const Environment& environment) {
    const auto state = environment("XDG_STATE_HOME");
    if (state && state->starts_with('/')) return fs::path(*state) / "onnxhub" / "trust";
    const auto home = environment("HOME");
    if (!home) return std::nullopt;
    return fs::path(*home) / ".local" / "state" / "onnxhub" / "trust";
}

fs::path TrustStore::path_of(const std::string& identity) const {
    return *folder_ / to_hex(sha256_of(identity));
}

bool TrustStore::has_file(const std::string& identity) const {
    std::error_code error;
    return fs::symlink_status(path_of(identity).concat(record_suffix), error).type() !=
           fs::file_type::not_found;
}

bool TrustStore::is_empty() const {
    if (!folder_) return true;
    std::error_code error;
    if (fs::symlink_status(*folder_, error).type() == fs::file_type::not_found) return true;
    if (fs::is_directory(*folder_, error)) return false;
    throw UserError(folder_->string() +
                    ": has the pins of signed hubs and can't be read; make it a directory again");
}

std::optional<std::string> TrustStore::name_of_record(
    const std::vector<std::string>& identities) const {
    if (is_empty()) return std::nullopt;
    for (const std::string& identity : identities) {
        if (has_file(identity)) return identity;
        const auto primary =
            read_file_if_possible(path_of(identity).concat(name_suffix), trust_record_limit);
        if (primary && has_file(*primary)) return *primary;
    }
    return std::nullopt;
}

bool TrustStore::has(const std::vector<std::string>& identities) const {
    return name_of_record(identities).has_value();
}

std::optional<TrustRecord> TrustStore::find(const std::vector<std::string>& identities) const {
    const auto name = name_of_record(identities);
    if (!name) return std::nullopt;
    const fs::path path = path_of(*name).concat(record_suffix);
    TrustRecord record = parse_record(path, read_file(path, trust_record_limit));
    if (record.identity() != *name) {
        throw UserError(path.string() + ": is the record of another hub; remove the file");
    }
    return record;
}

std::vector<std::variant<TrustRecord, DamagedRecord>> TrustStore::all() const {
    std::vector<TrustRecord> records;
    std::vector<std::variant<TrustRecord, DamagedRecord>> all;
    if (is_empty()) return all;
    std::vector<DamagedRecord> damaged;
    for (const fs::directory_entry& entry : fs::directory_iterator(*folder_)) {
        if (entry.path().extension() != record_suffix) continue;
        try {
            records.push_back(
                parse_record(entry.path(), read_file(entry.path(), trust_record_limit)));
        } catch (const UserError& error) {
            damaged.push_back({error.what()});
        }
    }
    std::ranges::sort(records, {}, &TrustRecord::identities);
    std::ranges::move(records, std::back_inserter(all));
    std::ranges::move(damaged, std::back_inserter(all));
    return all;
}

void TrustStore::write(const TrustRecord& record) const {
    write_private(path_of(record.identity()).concat(record_suffix), record_text(record));
}

void TrustStore::add(const TrustRecord& record) const {
    if (!folder_) {
        throw UserError(
            "environment: neither XDG_STATE_HOME nor HOME is set, so that no trust can be "
            "recorded; set HOME");
    }
    std::error_code error;
    if (fs::create_directories(*folder_, error)) {
        fs::permissions(*folder_, fs::perms::owner_all, error);
    }
    const FileLock lock = FileLock::take(*folder_, with_limit({}, *folder_));
    if (has(record.identities)) {
        throw UserError(record.hub +
                        ": is trusted already; see `onnxhub trust list`, or remove it first with "
                        "`onnxhub trust remove`");
    }
    // The record comes last: names that lead to none are ignored.
    for (const std::string& name : record.identities) {
        if (name == record.identity()) continue;
        write_private(path_of(name).concat(name_suffix), record.identity());
    }
    write(record);
}

bool TrustStore::remove(const std::vector<std::string>& identities) const {
    const auto name = name_of_record(identities);
    if (!name) return false;
    const FileLock lock = FileLock::take(*folder_, with_limit({}, *folder_));
    std::error_code error;
    const fs::path path = path_of(*name).concat(record_suffix);
    const bool is_removed = fs::remove(path, error);
    if (error) throw UserError(path.string() + ": " + error.message());
    return is_removed;
}

void TrustStore::learn(const std::string& identity, const std::string& ref, const HubTrust& trust,
                       const LockWait& wait) const {
    if (!folder_) return;
    const auto merged = [&]() -> std::optional<TrustRecord> {
        auto record = find({identity});
        if (!record || !record->is_pinned()) return std::nullopt;
        try {
            if (!merge(*record, ref, trust)) return std::nullopt;
        } catch (const Refused& error) {
            throw UserError(path_of(identity).string() +
                            ": the stored root can't be read: " + error.what());
        }
        return record;
    };
    if (!merged()) return;
    const FileLock lock = FileLock::take(*folder_, with_limit(wait, *folder_));
    if (const auto record = merged()) write(*record);
}

}  // namespace onnxhub
