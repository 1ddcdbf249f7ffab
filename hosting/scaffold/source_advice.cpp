// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/source_advice.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::string_view again = ", then add the model again";

bool has_wildcard(std::string_view text) {
    return text.find_first_of("*?[\\") != text.npos;
}

std::string place_of(const Settings& settings, const SourceSettings& source) {
    return fmt::format("{}:{}", settings.file, source.line);
}

std::string joined(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& item : texts) text += (text.empty() ? "" : ", ") + item;
    return text;
}

std::string keys_of(const SourceSettings& source) {
    std::vector<std::string> keys;
    for (const auto& [fact, key] : source.facts) keys.push_back(key);
    return joined(keys);
}

/// The path of a sidecar beside the model, if one glob names it: "a/facts.yaml", "a/net.yaml".
std::optional<std::string> sidecar_path(const SourceSettings& source,
                                        const std::string& model_path) {
    const std::string folder(parent_folder(model_path));
    std::string stem(file_name(model_path));
    stem.resize(stem.rfind('.'));
    for (const std::string& glob : source.paths) {
        std::string name(file_name(glob));
        if (name.starts_with("*.")) name.replace(0, 1, stem);
        if (has_wildcard(name)) continue;
        std::string path = folder.empty() ? name : folder + "/" + name;
        if (glob_matches_exactly(glob, path)) return path;
    }
    return std::nullopt;
}

std::optional<std::string> advice_on_sidecar(const Settings& settings, const SourceSettings& source,
                                             const std::string& model_path) {
    if (source.model.find('/') != source.model.npos) return std::nullopt;
    const auto path = sidecar_path(source, model_path);
    if (!path) return std::nullopt;
    const std::string keys = keys_of(source);
    return fmt::format("write {}{}{} ({}){}", *path, keys.empty() ? "" : " with ", keys,
                       place_of(settings, source), again);
}

std::optional<std::string> advice_on_record(const Settings& settings,
                                            const SourceSettings& source) {
    const auto path_key = source.facts.find(Fact::path);
    if (path_key == source.facts.end()) return std::nullopt;
    return fmt::format("add a record with its path as {} to {} ({}){}", path_key->second,
                       joined(source.paths), place_of(settings, source), again);
}

std::optional<std::string> advice_by(const Settings& settings, const SourceSettings& source,
                                     const std::string& model_path) {
    switch (source.kind) {
        case SourceKind::tables:
            return fmt::format("add a row that links it to a table ({}){}",
                               place_of(settings, source), again);
        case SourceKind::files:
            return fmt::format("choose a --class and a file name that match {}{} ({})",
                               joined(source.paths), source.pattern ? " and the pattern" : "",
                               place_of(settings, source));
        case SourceKind::sidecar:
            return advice_on_sidecar(settings, source, model_path);
        case SourceKind::records:
            return advice_on_record(settings, source);
        case SourceKind::links:  // describes models elsewhere only
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::string advice_on_undescribed(const Settings& settings, const std::string& model_path) {
    for (const SourceSettings& source : settings.sources) {
        if (const auto advice = advice_by(settings, source, model_path)) return *advice;
    }
    return fmt::format("add a [[source]] of the kind files to {}", settings.file);
}

}  // namespace onnxhub
