// SPDX-License-Identifier: Apache-2.0
#include "cli/version_report.h"

#include <cmark-gfm_version.h>
#include <fmt/format.h>
#include <git2.h>
#include <openssl/crypto.h>
#include <toml++/toml.h>
#include <yaml.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <variant>

#include "archive/archive_library_version.h"
#include "cli/command.h"
#include "cli/command_list.h"
#include "hosting/server/server_library_version.h"
#include "http/http_library_version.h"
#include "model/onnx_worker.h"

namespace onnxhub {
namespace {

std::string libgit2_version() {
    int major = 0, minor = 0, revision = 0;
    git_libgit2_version(&major, &minor, &revision);
    return fmt::format("libgit2 {}.{}.{}", major, minor, revision);
}

std::string worker_library_versions() {
    const WorkerResult result = OnnxWorkers().run(OnnxTask::library_versions, "", {});
    if (const auto* failure = std::get_if<WorkerFailure>(&result)) {
        throw UserError("the ONNX worker: " + failure->reason);
    }
    return std::get<std::string>(result) + " (ONNX worker)";
}

std::string text_or_problem(const std::function<std::string()>& text) {
    try {
        return escaped_line(text());
    } catch (const UserError& error) {
        return escaped_line(error.what());
    }
}

}  // namespace

std::string version_report(const char* commit) {
    std::string report = fmt::format("{}\ncommit {}\n", program_version, commit);
    const std::function<std::string()> libraries[] = {
        [] { return fmt::format("CLI11 {}", CLI11_VERSION); },
        [] { return fmt::format("cmark-gfm {}", CMARK_GFM_VERSION_STRING); },
        [] {
            return fmt::format("fmt {}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                               FMT_VERSION % 100);
        },
        archive_library_version,
        http_library_version,
        libgit2_version,
        server_library_version,
        worker_library_versions,
        [] { return fmt::format("libyaml {}", yaml_get_version_string()); },
        [] {
            return fmt::format("nlohmann-json {}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                               NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
        },
        [] { return std::string(OpenSSL_version(OPENSSL_VERSION)); },
        [] {
            return fmt::format("toml++ {}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH);
        },
        [] { return fmt::format("zlib {}", zlibVersion()); },
    };
    for (const auto& library : libraries) report += text_or_problem(library) + "\n";
    return report;
}

}  // namespace onnxhub
