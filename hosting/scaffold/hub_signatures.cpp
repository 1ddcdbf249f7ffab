// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_signatures.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "generator/describe.h"
#include "generator/generate.h"
#include "manifest/hub_path.h"
#include "manifest/manifest_reader.h"
#include "trust/signed_content.h"
#include "trust/sigstore_bundle.h"

namespace onnxhub {
namespace {

/// The files of one model, relative to its folder; nothing if it lacks a digest.
std::optional<ModelStatement> statement_of(const Entry& entry, std::string& problem) {
    const std::string folder(parent_folder(entry.model_path));
    ModelStatement statement;
    statement.ignored_paths = always_ignored_paths();
    const auto add = [&](const std::string& path, const std::optional<Sha256>& sha) {
        if (!folder.empty() && !path.starts_with(folder + "/")) {
            problem = "its external data \"" + path + "\" is outside of its directory";
        } else if (!sha) {
            problem = "the SHA-256 of \"" + path + "\" is unknown";
        } else {
            statement.resources.push_back(
                {folder.empty() ? path : path.substr(folder.size() + 1), *sha, 0, 0});
        }
    };
    add(entry.model_path, entry.content.sha);
    for (const ExternalDataFile& weights : entry.external_data) add(weights.path, weights.sha);
    if (!problem.empty()) return std::nullopt;
    statement.ignored_paths.push_back(std::string(file_name(entry.model_path)) +
                                      std::string(model_signature_suffix));
    return statement;
}

bool lists_the_same(ModelStatement one, ModelStatement other) {
    const auto by_path = [](const SignedResource& a, const SignedResource& b) {
        return a.path < b.path;
    };
    std::ranges::sort(one.resources, by_path);
    std::ranges::sort(other.resources, by_path);
    return std::ranges::equal(one.resources, other.resources,
                              [](const SignedResource& a, const SignedResource& b) {
                                  return a.path == b.path && a.digest == b.digest;
                              });
}

class HubSigner {
public:
    HubSigner(const HubFolder& hub, const ModelSigner& signer, Diagnostics& diagnostics)
        : hub_(hub), signer_(signer), diagnostics_(diagnostics) {}

    HubSignatures run(const HubSigningRequest& request, ContentObserver* observer) {
        std::set<std::string> signed_models;
        const std::set<std::string> wanted(request.models.begin(), request.models.end());
        std::set<std::string> found;
        for (const ModelDescription& model : describe(request, observer)) {
            const std::string& path = model.row->model_path;
            const bool is_named = wanted.contains(path) || wanted.contains(model.row->name);
            if (!wanted.empty() && !is_named) continue;
            found.insert(wanted.contains(path) ? path : model.row->name);
            if (signed_models.insert(path).second) sign(model);
        }
        for (const std::string& name : wanted) {
            if (found.contains(name)) continue;
            throw UserError("the hub has no model \"" + name + "\"; `onnxhub sources` lists them");
        }
        if (signed_models.empty()) {
            throw UserError(hub_.folder.string() + ": has no models to sign");
        }
        return std::move(signatures_);
    }

private:
    std::vector<ModelDescription> describe(const HubSigningRequest& request,
                                           ContentObserver* observer) {
        const std::string file(manifest_file_name);
        const auto text = read_hub_file(*hub_.tree, file, json_size_limit);
        if (text) present_ = read_manifest(*text, file);
        GenerateOptions options;
        // `generate` and `validate` report these. Models that they affect are reported below.
        Diagnostics ignored;
        options.settings = read_settings(*hub_.tree, {}, ignored);
        options.discover = options.settings.discover;
        options.jobs = request.jobs;
        options.present = present_ ? &*present_ : nullptr;
        GenerationPlan plan = plan_generation(*hub_.tree, options, ignored);
        if (present_) carried_ = CarriedPorts::from(*present_);
        const DescribeOptions describing{&options.settings, &carried_, nullptr,
                                         observer,          false,     request.jobs};
        return describe_models(*hub_.tree, plan.rows, describing).models;
    }

    void sign(const ModelDescription& model) {
        const std::string& path = model.row->model_path;
        if (!model.entry || !model.facts) {
            const bool is_elsewhere = model.elsewhere.has_value();
            report(path,
                   is_elsewhere ? "is not in the repository, so it is not signed"
                                : "can't be described, so it is not signed",
                   is_elsewhere ? Severity::note : Severity::error);
            for (const Diagnostic& problem : model.diagnostics.all()) diagnostics_.report(problem);
            return;
        }
        std::string problem;
        auto statement = statement_of(*model.entry, problem);
        if (!statement) return report(path, problem + ", so it is not signed", Severity::error);
        if (!model.graph && !carried_.find(model.facts->sha)) {
            report(path,
                   "its content is not available locally and the manifest does not describe it, so "
                   "the signature covers no external data that it may have",
                   Severity::warning, "run `onnxhub generate` with its content first");
        }
        statement->name = folder_name(path);
        if (model.facts->source != FactSource::hashed) ++signatures_.from_pointers;
        const std::string signature = signature_of_model(path);
        if (has_good_signature(signature, *statement)) {
            ++signatures_.kept;
        } else {
            signatures_.made.push_back({signature, sign_model(*statement, signer_)});
        }
    }

    void report(const std::string& path, std::string message, Severity severity,
                std::string hint = "") {
        if (severity == Severity::error) ++signatures_.failed;
        diagnostics_.report({severity, "", path, 0, std::move(message), std::move(hint)});
    }

    /// The base name of the folder with the model.
    std::string folder_name(const std::string& path) const {
        const std::string folder(file_name(parent_folder(path)));
        if (!folder.empty()) return folder;
        std::error_code error;
        return std::filesystem::weakly_canonical(hub_.folder, error).filename().string();
    }

    bool has_good_signature(const std::string& path, const ModelStatement& statement) const {
        const auto stat = hub_.tree->stat(path);
        if (!stat || stat->kind != FileKind::regular) return false;
        const auto text = read_hub_file(*hub_.tree, path, bundle_size_limit);
        if (!text || !signer_.chain.empty()) return false;
        const auto present =
            verify_model_signature(*text, AcceptedKeys{{signer_.key.public_key()}});
        const auto* verified = std::get_if<VerifiedSignature>(&present);
        return verified && lists_the_same(verified->statement, statement);
    }

    const HubFolder& hub_;
    const ModelSigner& signer_;
    Diagnostics& diagnostics_;
    std::optional<ManifestDocument> present_;
    CarriedPorts carried_;  ///< of present_
    HubSignatures signatures_;
};

}  // namespace

HubSignatures sign_hub_models(const HubFolder& hub, const HubSigningRequest& request,
                              const ModelSigner& signer, ContentObserver* observer,
                              Diagnostics& diagnostics) {
    return HubSigner(hub, signer, diagnostics).run(request, observer);
}

}  // namespace onnxhub
