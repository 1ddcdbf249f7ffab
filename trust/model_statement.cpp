// SPDX-License-Identifier: Apache-2.0
#include "trust/model_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/escaping.h"
#include "manifest/hub_path.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

constexpr std::string_view statement_type = "https://in-toto.io/Statement/v1";
constexpr std::string_view model_predicate_type = "https://model_signing/signature/v1.0";
constexpr std::string_view old_predicate_type = "https://model_signing/Digests/v0.1";

[[noreturn]] void fail_statement(const std::string& reason) {
    throw Refused(RefusalKind::statement, "the signed statement " + reason);
}

void require_text(const JsonValue& object, const char* key, std::string_view wanted) {
    const std::string text = text_member(object, key);
    if (text == wanted) return;
    throw Refused(RefusalKind::unsupported,
                  fmt::format("the {} of the signed statement is \"{}\" instead of {}", key,
                              shown(text), wanted));
}

Sha256 digest_member(const JsonValue& object, const char* key) {
    const auto digest = parse_sha256(text_member(object, key));
    if (!digest) throw UnexpectedJson(std::string(key) + " is not a SHA-256 in hexadecimal digits");
    return *digest;
}

/// "path:begin:end", split at the last two colons.
SignedResource parse_shard(const std::string& name) {
    const std::size_t last = name.rfind(':');
    const std::size_t first =
        last == name.npos || last == 0 ? name.npos : name.rfind(':', last - 1);
    if (first == name.npos) fail_statement("names a part \"" + shown(name) + "\" without range");
    const auto begin = parse_decimal<std::uint64_t>(name.substr(first + 1, last - first - 1));
    const auto end = parse_decimal<std::uint64_t>(name.substr(last + 1));
    if (!begin || !end || *begin >= *end) {
        fail_statement("names a part \"" + shown(name) + "\" without a valid range");
    }
    return {name.substr(0, first), {}, *begin, *end};
}

SignedResource read_resource(const JsonValue& value, bool has_shards) {
    const std::string name = text_member(value, "name");
    const std::string algorithm = text_member(value, "algorithm");
    if (algorithm != "sha256") {
        throw Refused(RefusalKind::unsupported,
                      fmt::format("is made with the hash function \"{}\"; onnxhub supports sha256",
                                  shown(algorithm)));
    }
    SignedResource resource = has_shards ? parse_shard(name) : SignedResource{name, {}, 0, 0};
    resource.digest = digest_member(value, "digest");
    const auto checked = check_hub_path(resource.path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
        fail_statement(
            fmt::format("names the file \"{}\", which {}", shown(resource.path), unsafe->reason));
    }
    return resource;
}

void read_serialization(const JsonValue& value, ModelStatement& statement) {
    const std::string method = text_member(value, "method");
    if (method == "shards") {
        const std::int64_t most = INT64_MAX;
        const std::int64_t size = number_member(value, "shard_size", most);
        if (size == 0) throw UnexpectedJson("shard_size is 0");
        statement.shard_size = static_cast<std::uint64_t>(size);
    } else if (method != "files") {
        throw Refused(RefusalKind::unsupported,
                      fmt::format("has the serialization method \"{}\"; onnxhub supports files and "
                                  "shards",
                                  shown(method)));
    }
    const std::string hash = text_member(value, "hash_type");
    if (hash != "sha256") {
        throw Refused(RefusalKind::unsupported,
                      fmt::format("is made with the hash function \"{}\"; onnxhub supports sha256",
                                  shown(hash)));
    }
    if (value.find("allow_symlinks") && bool_member(value, "allow_symlinks")) {
        throw Refused(RefusalKind::unsupported,
                      "was made with --allow_symlinks; onnxhub does not follow symbolic links");
    }
    if (!value.find("ignore_paths")) return;
    for (const JsonValue& path : array_member(value, "ignore_paths", ignored_path_limit)) {
        if (!path.string()) throw UnexpectedJson("ignore_paths has an item that is not a string");
        statement.ignored_paths.push_back(*path.string());
    }
}

/// The parts of a file follow one another from its beginning, and all but the last have the
/// same size.
void check_parts(const ModelStatement& statement) {
    std::vector<const SignedResource*> sorted;
    for (const SignedResource& resource : statement.resources) sorted.push_back(&resource);
    std::ranges::sort(sorted, [](const SignedResource* a, const SignedResource* b) {
        return std::tie(a->path, a->begin, a->end) < std::tie(b->path, b->begin, b->end);
    });
    const std::uint64_t size = statement.shard_size.value_or(0);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const SignedResource& part = *sorted[i];
        const bool is_first = i == 0 || sorted[i - 1]->path != part.path;
        const bool is_last = i + 1 == sorted.size() || sorted[i + 1]->path != part.path;
        if (!statement.shard_size) {
            if (!is_first) fail_statement("lists \"" + shown(part.path) + "\" twice");
            continue;
        }
        const std::uint64_t length = part.end - part.begin;
        if (part.begin != (is_first ? 0 : sorted[i - 1]->end) || length > size ||
            (!is_last && length != size)) {
            fail_statement("does not cover \"" + shown(part.path) + "\" without gaps");
        }
    }
}

ModelStatement read_statement(const JsonValue& root) {
    require_text(root, "_type", statement_type);
    if (text_member(root, "predicateType") == old_predicate_type) {
        throw Refused(RefusalKind::unsupported, old_statement_reason);
    }
    require_text(root, "predicateType", model_predicate_type);
    const JsonArray& subjects = array_member(root, "subject", 1);
    if (subjects.size() != 1) throw UnexpectedJson("subject does not have one item");
    const JsonValue& predicate = json_member(root, "predicate");
    ModelStatement statement;
    statement.name = text_member(subjects.front(), "name");
    read_serialization(json_member(predicate, "serialization"), statement);
    const JsonArray& resources = array_member(predicate, "resources", resource_limit);
    statement.resources.reserve(resources.size());
    for (const JsonValue& resource : resources) {
        statement.resources.push_back(read_resource(resource, statement.shard_size.has_value()));
    }
    if (statement.resources.empty()) fail_statement("lists no files");
    check_parts(statement);
    const Sha256 stated = digest_member(json_member(subjects.front(), "digest"), "sha256");
    if (stated != digest_of(statement.resources)) {
        fail_statement("has a digest of its subject that differs from its files");
    }
    return statement;
}

}  // namespace

Sha256 digest_of(const std::vector<SignedResource>& resources) {
    Sha256Hasher hasher;
    for (const SignedResource& resource : resources) {
        hasher.update(std::as_bytes(std::span(resource.digest.bytes)));
    }
    return hasher.finish();
}

bool is_old_statement(std::string_view payload) {
    const auto parsed = parse_json(payload);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    const JsonValue* type = document ? document->root.find("predicateType") : nullptr;
    return type && type->string() && *type->string() == old_predicate_type;
}

ModelStatement parse_model_statement(std::string_view payload) {
    const std::string what = "the signed statement";
    const JsonValue root = parse_strict_json(payload, what);
    try {
        return read_statement(root);
    } catch (const UnexpectedJson& error) {
        throw Refused(RefusalKind::statement, what + ": " + error.what());
    }
}

std::string model_statement_text(ModelStatement statement) {
    std::ranges::sort(statement.resources, {}, &SignedResource::path);
    JsonArray resources;
    for (const SignedResource& resource : statement.resources) {
        resources.push_back(json_object({{"name", json_string(resource.path)},
                                         {"algorithm", json_string("sha256")},
                                         {"digest", json_string(to_hex(resource.digest))}}));
    }
    JsonArray ignored;
    for (const std::string& path : statement.ignored_paths) ignored.push_back(json_string(path));
    const JsonValue digest =
        json_object({{"sha256", json_string(to_hex(digest_of(statement.resources)))}});
    const JsonValue serialization = json_object({{"method", json_string("files")},
                                                 {"hash_type", json_string("sha256")},
                                                 {"allow_symlinks", json_bool(false)},
                                                 {"ignore_paths", json_array(std::move(ignored))}});
    const JsonValue root = json_object(
        {{"_type", json_string(std::string(statement_type))},
         {"subject",
          json_array({json_object({{"name", json_string(statement.name)}, {"digest", digest}})})},
         {"predicateType", json_string(std::string(model_predicate_type))},
         {"predicate", json_object({{"serialization", serialization},
                                    {"resources", json_array(std::move(resources))}})}});
    return json_text(root, {.indent = 2});
}

}  // namespace onnxhub
