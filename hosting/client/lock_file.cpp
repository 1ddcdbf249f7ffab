// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/lock_file.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "base/environment_error.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

using Json = nlohmann::ordered_json;

constexpr int lock_version = 1;

Json to_json(const WantedFile& file) {
    Json sources = Json::array();
    for (const std::string& url : file.urls) sources.push_back(shown_url(url));
    return {{"path", file.key.hub_path},
            {"sha256", to_hex(file.key.sha)},
            {"bytes", file.key.size_bytes},
            {"sources", std::move(sources)}};
}

Json to_json(const WantedModel& model) {
    Json files = Json::array();
    for (const WantedFile& file : model.files) files.push_back(to_json(file));
    return {{"model", model.model},
            {"opset_version", model.opset},
            {"with_test_data", model.is_archive},
            {"files", std::move(files)}};
}

class LockReader {
public:
    explicit LockReader(const std::string& shown_name) : shown_name_(shown_name) {}

    LockFile read(const Json& json) {
        if (number(json, "version") != lock_version) {
            fail("\"version\" is another than " + std::to_string(lock_version));
        }
        LockFile lock;
        lock.hub = text(json, "hub");
        const Json& commit = value(json, "commit");
        if (!commit.is_null()) lock.commit = text(json, "commit");
        for (const Json& model : list(json, "models")) lock.models.push_back(read_model(model));
        return lock;
    }

private:
    WantedModel read_model(const Json& json) {
        WantedModel model;
        model.model = text(json, "model");
        model.opset = static_cast<std::int64_t>(number(json, "opset_version"));
        const Json& archive = value(json, "with_test_data");
        if (!archive.is_boolean()) fail("\"with_test_data\" is neither true nor false");
        model.is_archive = archive.get<bool>();
        for (const Json& file : list(json, "files")) {
            model.files.push_back(read_file(file));
            // Weights keep their name, by which the model finds them.
            model.files.back().key.has_prefix = model.files.size() == 1;
        }
        if (model.files.empty()) fail("\"files\" of \"" + model.model + "\" is empty");
        return model;
    }

    WantedFile read_file(const Json& json) {
        WantedFile file;
        file.key.hub_path = text(json, "path");
        const auto checked = check_hub_path(file.key.hub_path);
        if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
            fail("the path \"" + file.key.hub_path + "\" " + unsafe->reason);
        }
        const auto sha = parse_sha256(text(json, "sha256"));
        if (!sha) fail("\"sha256\" is not 64 lower-case hexadecimal digits");
        file.key.sha = *sha;
        file.key.size_bytes = number(json, "bytes");
        for (const Json& source : list(json, "sources")) {
            if (!source.is_string()) fail("\"sources\" holds something that is no text");
            file.locked_urls.push_back(source.get<std::string>());
        }
        return file;
    }

    const Json& value(const Json& json, const char* key) const {
        if (!json.is_object() || !json.contains(key)) fail(std::string("lacks \"") + key + '"');
        return json.at(key);
    }

    std::string text(const Json& json, const char* key) const {
        const Json& found = value(json, key);
        if (!found.is_string()) fail('"' + std::string(key) + "\" is no text");
        return found.get<std::string>();
    }

    std::uint64_t number(const Json& json, const char* key) const {
        const Json& found = value(json, key);
        if (!found.is_number_unsigned()) fail('"' + std::string(key) + "\" is no count");
        return found.get<std::uint64_t>();
    }

    const Json& list(const Json& json, const char* key) const {
        const Json& found = value(json, key);
        if (!found.is_array()) fail('"' + std::string(key) + "\" is no list");
        return found;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw EnvironmentError(shown_name_ + ": " + what + "; make it anew with `onnxhub lock`");
    }

    const std::string& shown_name_;
};

}  // namespace

std::string to_text(const LockFile& lock) {
    Json models = Json::array();
    for (const WantedModel& model : lock.models) models.push_back(to_json(model));
    const Json json = {{"version", lock_version},
                       {"hub", lock.hub},
                       {"commit", lock.commit ? Json(*lock.commit) : Json(nullptr)},
                       {"models", std::move(models)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

LockFile parse_lock_file(std::string_view text, const std::string& shown_name) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) {
        throw EnvironmentError(shown_name + ": is no JSON; make it anew with `onnxhub lock`");
    }
    return LockReader(shown_name).read(json);
}

}  // namespace onnxhub
