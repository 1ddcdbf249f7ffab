// SPDX-License-Identifier: Apache-2.0
#include "validator/verdict_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
#include <variant>

#include "manifest/json.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t verdict_size_limit = 64 * 1024;  // bytes
constexpr std::int64_t verdict_version = 1;

constexpr std::pair<RunOutcome, std::string_view> outcome_names[] = {
    {RunOutcome::passed, "passed"},
    {RunOutcome::differs, "differs"},
    {RunOutcome::failed, "failed"},
    {RunOutcome::inconclusive, "inconclusive"},
};

std::optional<double> real_in(const JsonValue& json, const char* key) {
    const JsonValue* value = json.find(key);
    const std::string* text = value ? value->string() : nullptr;
    double number = 0;
    if (!text) return std::nullopt;
    const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || stop != text->data() + text->size()) return std::nullopt;
    return number;
}

std::optional<RunVerdict> parse_verdict(const std::string& text) {
    const auto parsed = parse_json(text);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    if (!document || !document->root.object()) return std::nullopt;
    const JsonValue& json = document->root;
    const auto string_in = [&](const char* key) {
        const JsonValue* value = json.find(key);
        return value && value->string() ? *value->string() : std::string();
    };
    const JsonValue* version = json.find("version");
    const auto* outcome = std::ranges::find(outcome_names, string_in("outcome"),
                                            &std::pair<RunOutcome, std::string_view>::second);
    const auto difference = real_in(json, "largest_difference"), seconds = real_in(json, "seconds");
    if (!version || version->integer() != verdict_version || outcome == std::end(outcome_names) ||
        !difference || !seconds) {
        return std::nullopt;
    }
    return RunVerdict{outcome->first, string_in("message"), *difference, *seconds};
}

}  // namespace

VerdictCache::VerdictCache(std::optional<std::filesystem::path> folder)
    : files_(std::move(folder), ".json", kept_verdicts, verdict_size_limit) {}

std::optional<RunVerdict> VerdictCache::find(const Sha256& key) const {
    const auto text = files_.find(key);
    return text ? parse_verdict(*text) : std::nullopt;
}

void VerdictCache::keep(const Sha256& key, const RunVerdict& verdict) const {
    const auto* name = std::ranges::find(outcome_names, verdict.outcome,
                                         &std::pair<RunOutcome, std::string_view>::first);
    if (name == std::end(outcome_names)) return;
    const JsonValue json = json_object(
        {{"version", json_integer(verdict_version)},
         {"outcome", json_string(std::string(name->second))},
         {"message", json_string(verdict.message)},
         {"largest_difference", json_string(fmt::format("{}", verdict.largest_difference))},
         {"seconds", json_string(fmt::format("{}", verdict.seconds))}});
    files_.keep(key, json_text(json) + "\n");
}

}  // namespace onnxhub
