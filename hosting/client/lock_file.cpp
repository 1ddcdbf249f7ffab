// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/lock_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "hosting/client/hub_spec.h"
#include "manifest/hub_path.h"
#include "manifest/json.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr int lock_version = 1;

JsonValue to_json(const WantedFile& file) {
    JsonArray sources;
    // The URLs of a manifest are public, and their queries may be needed.
    const auto add = [&](const std::string& url) {
        const bool is_elsewhere = std::ranges::find(file.elsewhere, url) != file.elsewhere.end();
        sources.push_back(json_string(is_elsewhere ? url : shown_url(url)));
    };
    std::ranges::for_each(file.urls, add);
    std::ranges::for_each(file.locked_urls, add);
    const auto& size_bytes = file.key.size_bytes;
    JsonObject json = {{"path", json_string(file.key.hub_path)},
                       {"sha256", json_string(to_hex(file.key.sha))},
                       {"bytes", size_bytes ? json_unsigned(*size_bytes) : JsonValue()},
                       {"sources", json_array(std::move(sources))}};
    if (file.elsewhere.empty()) return json_object(std::move(json));
    JsonArray elsewhere;
    for (const std::string& url : file.elsewhere) elsewhere.push_back(json_string(url));
    json.push_back({"elsewhere", json_array(std::move(elsewhere))});
    return json_object(std::move(json));
}

JsonValue to_json(const std::optional<CommitId>& commit) {
    return commit ? json_string(*commit) : JsonValue();
}

/// The keys are named like the options of `lock`.
JsonObject members_of(const VersionConstraint& constraint) {
    JsonObject members;
    if (constraint.opset) members.push_back({"opset", json_integer(*constraint.opset)});
    if (constraint.max_opset) members.push_back({"max_opset", json_integer(*constraint.max_opset)});
    if (constraint.max_ir) members.push_back({"max_ir", json_integer(*constraint.max_ir)});
    return members;
}

JsonValue to_json(const LockedModel& model, const std::optional<CommitId>& hub_commit) {
    JsonObject json = {{"model", json_string(model.wanted.model)},
                       {"opset_version", json_integer(model.wanted.opset)},
                       {"with_test_data", json_bool(model.wanted.is_archive)}};
    if (JsonObject constraint = members_of(model.constraint); !constraint.empty()) {
        json.push_back({"constraints", json_object(std::move(constraint))});
    }
    if (model.commit != hub_commit) json.push_back({"commit", to_json(model.commit)});
    JsonArray files;
    for (const WantedFile& file : model.wanted.files) files.push_back(to_json(file));
    json.push_back({"files", json_array(std::move(files))});
    return json_object(std::move(json));
}

class LockReader {
public:
    explicit LockReader(const std::string& shown_name) : shown_name_(shown_name) {}

    LockFile read(const JsonDocument& document) {
        const JsonValue& json = document.root;
        if (!json.object()) fail(json, "is not a JSON object");
        if (!document.duplicate_keys.empty()) {
            const DuplicateKey& twice = document.duplicate_keys.front();
            fail(twice.line, "\"" + twice.key + "\" occurs twice");
        }
        if (number(json, "version") != lock_version) {
            fail(json, "\"version\" is not " + std::to_string(lock_version));
        }
        LockFile lock;
        lock.hub = text(json, "hub");
        lock.address = json.find("address") ? text(json, "address") : lock.hub;
        lock.commit = commit(json, value(json, "commit"));
        if (json.find("statement")) lock.statement = read_statement(value(json, "statement"));
        for (const JsonValue& model : list(json, "models")) {
            lock.models.push_back(read_model(model, lock.commit));
        }
        return lock;
    }

private:
    LockedModel read_model(const JsonValue& json, const std::optional<CommitId>& hub_commit) {
        LockedModel locked;
        WantedModel& model = locked.wanted;
        model.model = text(json, "model");
        model.opset = number(json, "opset_version");
        const JsonValue& archive = value(json, "with_test_data");
        const auto* is_archive = std::get_if<bool>(&archive.data);
        if (!is_archive) fail(archive, "\"with_test_data\" is not true or false");
        model.is_archive = *is_archive;
        if (json.find("constraints"))
            locked.constraint = read_constraint(value(json, "constraints"));
        const JsonValue* own = json.find("commit");
        locked.commit = own ? commit(json, *own) : hub_commit;
        for (const JsonValue& file : list(json, "files")) {
            model.files.push_back(read_file(file));
            // External data keeps its name, since the model refers to it.
            model.files.back().key.has_prefix = model.files.size() == 1;
        }
        if (model.files.empty()) fail(json, "\"files\" of \"" + model.model + "\" is empty");
        return locked;
    }

    LockedStatement read_statement(const JsonValue& json) const {
        return {text(json, "hub"),
                {static_cast<std::uint64_t>(number(json, "root")),
                 static_cast<std::uint64_t>(number(json, "version"))}};
    }

    VersionConstraint read_constraint(const JsonValue& json) const {
        const auto optional_number = [&](const char* key) {
            return json.find(key) ? std::optional(number(json, key)) : std::nullopt;
        };
        if (!json.object()) fail(json, "\"constraints\" is not an object");
        return {optional_number("opset"), optional_number("max_opset"), optional_number("max_ir")};
    }

    WantedFile read_file(const JsonValue& json) {
        WantedFile file;
        file.key.hub_path = text(json, "path");
        const auto checked = check_hub_path(file.key.hub_path);
        if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
            fail(json, "the path \"" + file.key.hub_path + "\" " + unsafe->reason);
        }
        const auto sha = parse_sha256(text(json, "sha256"));
        if (!sha) fail(json, "\"sha256\" is not 64 lower-case hexadecimal digits");
        file.key.sha = *sha;
        if (!std::holds_alternative<std::nullptr_t>(value(json, "bytes").data)) {
            file.key.size_bytes = static_cast<std::uint64_t>(number(json, "bytes"));
        }
        file.locked_urls = texts(json, "sources");
        if (json.find("elsewhere")) file.elsewhere = texts(json, "elsewhere");
        if (!file.key.size_bytes && file.elsewhere.empty()) {
            fail(json, "\"bytes\" is null, which only a file with \"elsewhere\" may have");
        }
        return file;
    }

    std::vector<std::string> texts(const JsonValue& json, const char* key) const {
        std::vector<std::string> found;
        for (const JsonValue& item : list(json, key)) {
            if (!item.string()) {
                fail(item, '"' + std::string(key) + "\" contains a value that is not a string");
            }
            found.push_back(*item.string());
        }
        return found;
    }

    std::optional<CommitId> commit(const JsonValue& json, const JsonValue& commit) const {
        if (std::holds_alternative<std::nullptr_t>(commit.data)) return std::nullopt;
        const std::string id = text(json, "commit");
        if (!is_commit_id(id)) fail(commit, "\"commit\" is not 40 or 64 hexadecimal digits");
        return id;
    }

    const JsonValue& value(const JsonValue& json, const char* key) const {
        const JsonValue* found = json.object() ? json.find(key) : nullptr;
        if (!found) fail(json, std::string("lacks \"") + key + '"');
        return *found;
    }

    std::string text(const JsonValue& json, const char* key) const {
        const JsonValue& found = value(json, key);
        if (!found.string()) fail(found, '"' + std::string(key) + "\" is not a string");
        return *found.string();
    }

    /// An integer that is not negative.
    std::int64_t number(const JsonValue& json, const char* key) const {
        const JsonValue& found = value(json, key);
        const auto number = found.integer();
        if (!number || *number < 0)
            fail(found, '"' + std::string(key) + "\" is not a number of 0 or more");
        return *number;
    }

    const JsonArray& list(const JsonValue& json, const char* key) const {
        const JsonValue& found = value(json, key);
        if (!found.array()) fail(found, '"' + std::string(key) + "\" is not a list");
        return *found.array();
    }

    [[noreturn]] void fail(const JsonValue& at, const std::string& what) const {
        fail(at.line, what);
    }

    [[noreturn]] void fail(int line, const std::string& what) const {
        throw UserError(shown_name_ + ":" + std::to_string(line) + ": " + what +
                        "; remove the file and run `onnxhub lock` again");
    }

    const std::string& shown_name_;
};

bool equal_without_case(std::string_view one, std::string_view other) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(one, other, {}, lower, lower);
}

/// The folder of a hub that is given by a relative path, with its ":ref"; nullopt for other hubs.
std::optional<std::string> relative_folder(const std::string& hub) {
    const auto parsed = parse_hub_spec(hub);
    const auto* spec = std::get_if<HubSpec>(&parsed);
    if (!spec || spec->kind != HubSpec::Kind::folder || spec->folder.starts_with('/')) {
        return std::nullopt;
    }
    return spec->folder;
}

fs::path real_directory(const fs::path& directory) {
    std::error_code error;
    fs::path real = fs::weakly_canonical(fs::absolute(directory), error);
    return error ? directory : real;
}

std::string joined(const fs::path& directory, const std::string& folder) {
    std::string path = (directory / folder).lexically_normal().string();
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

/// The hub as a file in the directory `to` names it. `hub` is what a file in `from` names. ":ref"
/// stays, since it is the end of the last segments.
std::string moved_hub(const std::string& hub, const fs::path& from, const fs::path& to) {
    const fs::path start = real_directory(from);
    const fs::path end = real_directory(to);
    const auto folder = relative_folder(hub);
    if (!folder || start == end) return hub;
    const std::string path = fs::path(joined(start, *folder)).lexically_relative(end).string();
    const bool is_above = path == "." || path == ".." || path.starts_with("../");
    return is_above ? path : "./" + path;
}

fs::path directory_of(const std::string& file) {
    const fs::path parent = fs::path(file).parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

void move_hub(LockFile& lock, const fs::path& from, const fs::path& to) {
    lock.hub = moved_hub(lock.hub, from, to);
    lock.address = moved_hub(lock.address, from, to);
}

/// A local hub by its real path, others as they are.
std::string complete(const std::string& hub) {
    const auto folder = relative_folder(hub);
    if (folder) return joined(real_directory("."), *folder);
    return hub.starts_with('/') ? joined("/", hub) : hub;
}

}  // namespace

std::string to_text(const LockFile& lock) {
    JsonArray models;
    for (const LockedModel& model : lock.models) models.push_back(to_json(model, lock.commit));
    const bool is_pinned = std::ranges::all_of(
        lock.models, [](const LockedModel& model) { return model.commit.has_value(); });
    JsonObject json = {{"version", json_integer(lock_version)}, {"hub", json_string(lock.hub)}};
    if (lock.address != lock.hub) json.push_back({"address", json_string(lock.address)});
    json.push_back({"commit", to_json(lock.commit)});
    json.push_back({"pinned", json_bool(is_pinned)});
    if (lock.statement) {
        json.push_back({"statement",
                        json_object({{"hub", json_string(lock.statement->hub)},
                                     {"root", json_unsigned(lock.statement->floor.root_number)},
                                     {"version", json_unsigned(lock.statement->floor.version)}})});
    }
    json.push_back({"models", json_array(std::move(models))});
    return json_text(json_object(std::move(json)), {.indent = 2, .is_ascii = false}) + "\n";
}

LockFile parse_lock_file(std::string_view text, const std::string& shown_name) {
    const auto parsed = parse_json(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        throw UserError(shown_name + ":" + std::to_string(error->line) + ": is not JSON (" +
                        error->message + "); remove it and run `onnxhub lock` again");
    }
    return LockReader(shown_name).read(std::get<JsonDocument>(parsed));
}

std::string to_text_at(const std::string& path, const LockFile& lock) {
    LockFile moved = lock;
    move_hub(moved, ".", directory_of(path));
    return to_text(moved);
}

LockFile read_lock_file(const std::string& path) {
    LockFile lock = parse_lock_file(read_file(path, lock_file_limit), path);
    move_hub(lock, directory_of(path), ".");
    return lock;
}

bool is_same_hub(const std::string& one, const std::string& other) {
    return one == other || complete(one) == complete(other);
}

std::string hub_of(const LockFile& lock, const UserConfig& config) {
    return config.hubs.contains(lock.hub) ? lock.hub : lock.address;
}

void take_statement(LockFile& lock, const HubClient& client, const std::string& shown_name) {
    if (const HubStatement* statement = client.statement()) {
        lock.statement =
            LockedStatement{statement->hub, {statement->root_number, statement->version}};
    } else if (lock.statement) {
        throw UserError(shown_name + ": was made from the signed hub \"" + lock.statement->hub +
                        "\", which is not pinned here; pin it with `onnxhub trust add " + lock.hub +
                        "`");
    }
}

bool is_named(const LockedModel& model, std::string_view name) {
    if (equal_without_case(model.wanted.model, name)) return true;
    const std::string version = model.wanted.model + "@" + std::to_string(model.wanted.opset);
    return equal_without_case(version, name);
}

bool is_same_model(const LockedModel& one, const LockedModel& other) {
    return one.wanted.is_archive == other.wanted.is_archive &&
           equal_without_case(one.wanted.model, other.wanted.model);
}

void put_model(LockFile& lock, LockedModel model) {
    const auto same = std::ranges::find_if(
        lock.models, [&](const LockedModel& locked) { return is_same_model(locked, model); });
    if (same == lock.models.end()) {
        lock.models.push_back(std::move(model));
    } else {
        *same = std::move(model);
    }
}

bool remove_model(LockFile& lock, std::string_view name) {
    return std::erase_if(lock.models,
                         [&](const LockedModel& locked) { return is_named(locked, name); }) > 0;
}

}  // namespace onnxhub
