// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_reader.h"

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/json.h"
#include "manifest/manifest_repair.h"

namespace onnxhub {
namespace {

[[noreturn]] void refuse_manifest(const JsonSyntaxError& error, const std::string& shown_name,
                                  const std::string& hint) {
    throw UserError(shown_name + ":" + std::to_string(error.line) + ": " + error.message +
                    " (column " + std::to_string(error.column) + "); " + hint);
}

}  // namespace

ManifestDocument read_manifest(std::string_view text, const std::string& shown_name) {
    auto result = parse_manifest(std::string(text));
    if (const auto* error = std::get_if<JsonSyntaxError>(&result)) {
        const std::string hint = repair_hint(text, *error, shown_name);
        if (is_at_conflict_marker(text, *error)) {
            throw UserError(shown_name + ":" + std::to_string(error->line) + ": " +
                            conflict_in_manifest + "; " + hint);
        }
        refuse_manifest(*error, shown_name, hint);
    }
    return std::get<ManifestDocument>(std::move(result));
}

ManifestDocument read_manifest(std::string_view text, const std::string& shown_name,
                               const std::string& hint) {
    auto result = parse_manifest(std::string(text));
    if (const auto* error = std::get_if<JsonSyntaxError>(&result)) {
        refuse_manifest(*error, shown_name, hint);
    }
    return std::get<ManifestDocument>(std::move(result));
}

}  // namespace onnxhub
