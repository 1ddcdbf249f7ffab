// SPDX-License-Identifier: Apache-2.0
// `onnxhub cache dir|list|verify|rm|prune`: manage downloaded files.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/escaping.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/interruption.h"
#include "cli/option_text.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "hosting/client/cache_inventory.h"
#include "hosting/client/cache_layout.h"
#include "hosting/client/cache_names.h"
#include "manifest/diagnostic.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct CacheArguments {
    std::optional<std::string> cache;
    std::string format = "table";
    bool removes_bad = false;
    std::optional<std::uint64_t> older_than_seconds;
    bool keeps_latest = false;
    std::optional<std::uint64_t> max_bytes;
    bool is_dry_run = false;
    std::vector<std::string> models;  ///< of `rm`
};

SystemTime now() {
    return std::chrono::system_clock::now();
}

StateFolder state_folder() {
    return default_state_folder(process_environment);
}

CacheInventory inventory_of(const fs::path& folder, SystemTime time) {
    return take_inventory(folder, state_folder(), time);
}

std::string to_text(SystemTime time, const char* format) {
    return fmt::format(fmt::runtime(format),
                       fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::uint64_t bytes_of(const std::vector<CachedFile>& files) {
    std::uint64_t bytes = 0;
    for (const CachedFile& file : files) bytes += file.size_bytes + file.unpacked_bytes;
    return bytes;
}

std::string counted(std::size_t count, const char* thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

/// The path below the cache folder, with the first digits of each SHA-256.
std::string short_path(const fs::path& folder, const fs::path& path) {
    constexpr std::size_t shown_digits = 12;
    std::string text;
    for (const fs::path& segment : path.lexically_relative(folder)) {
        std::string name = segment.string();
        if (split_cached_name(name)) name.replace(shown_digits, 64 - shown_digits, "…");
        text += (text.empty() ? "" : "/") + name;
    }
    return text;
}

/// As `list`, `prune` and `rm` show it: with --verbose the whole path.
std::string shown_path(const fs::path& folder, const fs::path& path, const Streams& streams) {
    return printable(streams.options.verbose ? path.string() : short_path(folder, path));
}

std::string shown_model(const CachedFile& file) {
    if (file.model.empty()) return "?";
    return printable(file.opset > 0 ? fmt::format("{}@{}", file.model, file.opset) : file.model);
}

std::string local_minute(SystemTime time) {
    return fmt::format("{:%Y-%m-%d %H:%M}",
                       fmt::localtime(std::chrono::system_clock::to_time_t(time)));
}

/// Paths come last because they may be long.
std::string cache_table(const std::vector<CachedFile>& files, const fs::path& folder,
                        const Streams& streams) {
    std::size_t hubs = 3, models = 5;
    for (const CachedFile& file : files) {
        hubs = std::max(hubs, columns_of(printable(file.hub)));
        models = std::max(models, columns_of(shown_model(file)));
    }
    const auto row = [&](const std::string& size, const std::string& used, const std::string& hub,
                         const std::string& model, const std::string& path) {
        return fmt::format("{:>9}  {:16}  {:{}}  {:{}}  {}\n", size, used, hub, hubs, model, models,
                           path);
    };
    std::string text = row("size", "last use", "hub", "model", "file");
    for (const CachedFile& file : files) {
        text += row(human_bytes(file.size_bytes + file.unpacked_bytes), local_minute(file.used),
                    file.hub.empty() ? "?" : printable(file.hub), shown_model(file),
                    shown_path(folder, file.path, streams));
    }
    return text;
}

JsonValue text_or_null(const std::string& text) {
    return text.empty() ? JsonValue() : json_string(text);
}

/// The digest of the file itself, or with `of_set` of a model with its external data.
JsonValue digest_of(const CachedFile& file, bool of_set) {
    return text_or_null(file.sha && file.has_folder == of_set ? to_hex(*file.sha) : "");
}

JsonValue to_json(const CachedFile& file) {
    return json_object({{"path", json_string(file.path.string())},
                        {"hub", text_or_null(file.hub)},
                        {"hub_path", json_string(file.hub_path)},
                        {"model", text_or_null(file.model)},
                        {"opset_version", file.opset > 0 ? json_integer(file.opset) : JsonValue()},
                        {"sha256", digest_of(file, false)},
                        {"set_sha256", digest_of(file, true)},
                        {"bytes", json_unsigned(file.size_bytes)},
                        {"unpacked_bytes", json_unsigned(file.unpacked_bytes)},
                        {"last_use", json_string(to_text(file.used, "{:%Y-%m-%dT%H:%M:%SZ}"))}});
}

std::string cache_json(const CacheInventory& inventory) {
    JsonArray files, leftovers;
    for (const CachedFile& file : inventory.files) files.push_back(to_json(file));
    for (const fs::path& path : inventory.leftovers) {
        leftovers.push_back(json_string(path.string()));
    }
    const JsonValue json =
        json_object({{"files", json_array(std::move(files))},
                     {"leftovers", json_array(std::move(leftovers))},
                     {"leftover_bytes", json_unsigned(inventory.leftover_bytes)}});
    return json_text(json, {.indent = 2}) + "\n";
}

void note_leftovers(const CacheInventory& inventory, const Streams& streams) {
    if (inventory.leftovers.empty()) return;
    note(streams, fmt::format("{} of interrupted transfers ({}); `onnxhub load` resumes them, "
                              "`onnxhub cache prune` removes them",
                              counted(inventory.leftovers.size(), "file"),
                              human_bytes(inventory.leftover_bytes)));
}

ExitCode show_folder(const CacheArguments& arguments, const Streams& streams) {
    write_paths(streams, {cache_folder_of(arguments.cache).string()});
    return ExitCode::done;
}

ExitCode list(const CacheArguments& arguments, const Streams& streams) {
    const fs::path folder = cache_folder_of(arguments.cache);
    CacheInventory inventory = inventory_of(folder, now());
    name_cached_files(inventory.files, state_folder());
    const bool as_json = arguments.format == "json";
    if (as_json) {
        write_json(streams, cache_json(inventory));
    } else {
        write_lines(streams, cache_table(inventory.files, folder, streams));
    }
    note(streams, fmt::format("{}, {}", counted(inventory.files.size(), "file"),
                              human_bytes(bytes_of(inventory.files))));
    note_leftovers(inventory, streams);
    return ExitCode::done;
}

std::string damage_of(const CachedFile& file) {
    if (file.has_folder) return "its directory is incomplete or altered";
    return "the SHA-256 is not " + (file.sha ? to_hex(*file.sha) : "known");
}

ExitCode verify_cache(const CacheArguments& arguments, const Streams& streams) {
    catch_interruptions();
    const fs::path folder = cache_folder_of(arguments.cache);
    const CacheInventory inventory = inventory_of(folder, now());
    std::string text;
    std::size_t bad = 0;
    for (const CachedFile& file : inventory.files) {
        if (is_intact(file, check_interruption)) continue;
        ++bad;
        if (arguments.removes_bad) remove_cached_file(folder, state_folder(), file);
        text += fmt::format("{}: {}; {}\n", printable(file.path.string()), damage_of(file),
                            arguments.removes_bad ? "removed" : "remove it with --remove");
    }
    write_lines(streams, text);
    note(streams, fmt::format("{} verified, {} bad", counted(inventory.files.size(), "file"), bad));
    return bad == 0 || arguments.removes_bad ? ExitCode::done : ExitCode::findings;
}

ExitCode prune(const CacheArguments& arguments, const Streams& streams) {
    const fs::path folder = cache_folder_of(arguments.cache);
    const SystemTime time = now();
    const CacheInventory inventory = inventory_of(folder, time);
    PruneLimits constraint = {{}, arguments.keeps_latest, arguments.max_bytes};
    if (arguments.older_than_seconds) {
        constraint.older_than = std::chrono::seconds(*arguments.older_than_seconds);
    }
    const std::vector<CachedFile> chosen = files_to_prune(inventory.files, constraint, time);
    std::string text;
    for (const CachedFile& file : chosen) {
        if (!arguments.is_dry_run) remove_cached_file(folder, state_folder(), file);
        text += shown_path(folder, file.path, streams) + "\n";
    }
    for (const fs::path& leftover : inventory.leftovers) {
        if (!arguments.is_dry_run) remove_leftover(leftover);
        text += shown_path(folder, leftover, streams) + "\n";
    }
    write_lines(streams, text);
    note(streams, fmt::format("{} {}, {}", arguments.is_dry_run ? "would remove" : "removed",
                              counted(chosen.size() + inventory.leftovers.size(), "file"),
                              human_bytes(bytes_of(chosen) + inventory.leftover_bytes)));
    return ExitCode::done;
}

ExitCode remove_models(const CacheArguments& arguments, const Streams& streams) {
    const fs::path folder = cache_folder_of(arguments.cache);
    CacheInventory inventory = inventory_of(folder, now());
    name_cached_files(inventory.files, state_folder());
    // All names are checked before anything is removed.
    const std::vector<CachedFile> chosen = files_named(inventory.files, arguments.models);
    std::string text;
    for (const CachedFile& file : chosen) {
        if (!arguments.is_dry_run) remove_cached_file(folder, state_folder(), file);
        text += shown_path(folder, file.path, streams) + "\n";
    }
    write_lines(streams, text);
    note(streams, fmt::format("{} {}, {}", arguments.is_dry_run ? "would remove" : "removed",
                              counted(chosen.size(), "file"), human_bytes(bytes_of(chosen))));
    return ExitCode::done;
}

using CacheAction = ExitCode (*)(const CacheArguments&, const Streams&);

CLI::App* add_cache_action(CLI::App& cache, const std::shared_ptr<CacheArguments>& arguments,
                           Command& chosen, const char* name, const char* help,
                           CacheAction action) {
    CLI::App* command = cache.add_subcommand(name, help);
    command
        ->add_option("--cache", arguments->cache,
                     "Use this cache directory instead of the shared one")
        ->type_name("DIR");
    command->callback([arguments, &chosen, action] {
        chosen = [arguments, action](const Streams& streams) {
            return action(*arguments, streams);
        };
    });
    return command;
}

}  // namespace

void add_cache_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<CacheArguments>();
    CLI::App* cache = app.add_subcommand("cache", "Show, verify and remove downloaded files");
    cache->require_subcommand(1);
    add_cache_action(*cache, arguments, chosen, "dir", "Print the path of the cache directory",
                     show_folder);
    CLI::App* list_action = add_cache_action(*cache, arguments, chosen, "list",
                                             "List files with size, last use, hub and model", list);
    CLI::Option* format =
        list_action
            ->add_option("--format", arguments->format, "Print as table or json (default: table)")
            ->type_name("table|json")
            ->check(CLI::IsMember({"table", "json"}));
    add_json_flag(*list_action, format, [arguments] { arguments->format = "json"; });
    CLI::App* verify_action =
        add_cache_action(*cache, arguments, chosen, "verify",
                         "Hash every file again and report damaged ones", verify_cache);
    verify_action->add_flag("--remove", arguments->removes_bad, "Remove damaged files");
    CLI::App* rm_action = add_cache_action(
        *cache, arguments, chosen, "rm",
        "Remove models from the cache, with their external data and test data", remove_models);
    rm_action
        ->add_option(
            "NAME", arguments->models,
            "Remove all cached files of these models: NAME, NAME@OPSET, or a path in a hub")
        ->option_text("NAME...")
        ->required();
    rm_action->add_flag("--dry-run", arguments->is_dry_run, "List the files; remove nothing");
    CLI::App* prune_action = add_cache_action(
        *cache, arguments, chosen, "prune",
        "Remove leftovers of interrupted transfers, and the files that options select", prune);
    const std::map<std::string, std::uint64_t> times = {
        {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    prune_action
        ->add_option("--older-than", arguments->older_than_seconds,
                     "Remove files not used for this time: 90min, 12h, 30d, 8w")
        ->type_name("TIME")
        ->transform(CLI::AsNumberWithUnit(times, CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"));
    prune_action->add_flag("--keep-latest", arguments->keeps_latest,
                           "Keep only the version loaded last of each hub file");
    prune_action
        ->add_option(
            "--max-size", arguments->max_bytes,
            "Remove the least recently used files until the cache is no larger: 20GiB, 500MB")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(true));
    prune_action->add_flag("--dry-run", arguments->is_dry_run, "List the files; remove nothing");
}

}  // namespace onnxhub
