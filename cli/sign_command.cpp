// SPDX-License-Identifier: Apache-2.0
// `onnxhub sign`: sign a hub, its models, or a model's folder.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/escaping.h"
#include "base/new_file.h"
#include "base/parallel.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/hub_signing.h"
#include "cli/interruption.h"
#include "cli/key_options.h"
#include "hosting/scaffold/file_transaction.h"
#include "hosting/scaffold/hub_signatures.h"
#include "hosting/scaffold/signed_folder.h"
#include "repository/hub_location.h"
#include "trust/hub_statement.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct SignArguments {
    std::string location;
    std::vector<std::string> keys;
    std::vector<std::string> certificates;
    HubSigningArguments hub;
    bool signs_models = false;
    bool signs_folder = false;
    std::vector<std::string> only;
    std::optional<std::string> output;
    std::optional<std::string> signature;
    std::vector<std::string> ignored_paths;
    unsigned jobs = 0;
};

/// Each file waits for the disk, so that several are written at a time.
constexpr unsigned parallel_writes = 16;

/// Writes each signature to its place in the folder `output`.
void write_signatures(const fs::path& output, const std::vector<HubSignature>& signatures) {
    std::error_code error;
    fs::create_directories(output, error);
    for_each_index(signatures.size(), parallel_writes, [&](std::size_t i) {
        check_interruption();
        NewFile file(output, signatures[i].path);
        file.write(signatures[i].text);
        file.flush();
        file.rename_onto_destination();
    });
}

void print_signatures(const HubSignatures& signatures, const Streams& streams) {
    std::vector<std::string> paths;
    for (const HubSignature& made : signatures.made) paths.push_back(made.path);
    write_paths(streams, paths);
    note(streams, fmt::format("{} signed, {} kept with correct signatures, {} failed; the digests "
                              "of {} come from pointers or git's index",
                              model_count(signatures.made.size()), signatures.kept,
                              signatures.failed, signatures.from_pointers));
}

/// Models and directories are signed by one key.
ModelSigner signer_of(const SignArguments& arguments, const Streams& streams) {
    SignerArguments signer;
    if (!arguments.keys.empty()) signer.key = arguments.keys.front();
    signer.certificates = arguments.certificates;
    return read_signer(signer, streams);
}

ExitCode sign_models(const SignArguments& arguments, const Streams& streams) {
    const HubLocation location = locate_hub(arguments.location);
    if (location.reads_commit && !arguments.output) {
        throw UserError("command line: " + arguments.location +
                        " is a revision, which can't be changed; write the signatures to a "
                        "directory with --output DIR");
    }
    const ModelSigner signer = signer_of(arguments, streams);
    HubPrinter printer(streams);
    std::optional<HubLock> lock;
    std::optional<FileTransaction> change;
    if (!arguments.output) {
        lock.emplace(lock_hub(location.folder, printer));
        change.emplace(location.folder, check_interruption, &*lock);
    }
    const auto revision = location.reads_commit ? std::optional(location.ref) : std::nullopt;
    const HubFolder hub = open_hub(location.folder, revision);
    HubSignatures signatures;
    printer.run([&](Diagnostics& diagnostics) {
        signatures = sign_hub_models(hub, {arguments.only, arguments.jobs}, signer,
                                     &printer.progress(), diagnostics);
    });
    printer.progress().finish();
    if (arguments.output) {
        write_signatures(*arguments.output, signatures.made);
    } else {
        for (const HubSignature& made : signatures.made) {
            change->stage_text(made.path, made.text);
        }
        change->apply();
        change->keep();
    }
    print_signatures(signatures, streams);
    return signatures.failed == 0 ? ExitCode::done : ExitCode::findings;
}

ExitCode sign_one_folder(const SignArguments& arguments, const Streams& streams) {
    const ModelSigner signer = signer_of(arguments, streams);
    HubPrinter printer(streams);
    const SignedFolder folder(arguments.location, &printer.progress());
    const fs::path signature =
        arguments.signature ? fs::path(*arguments.signature)
                            : fs::path(arguments.location) / std::string(folder_signature_name);
    const FolderSigning options{paths_in(folder, arguments.ignored_paths), false, arguments.jobs};
    const std::string text = sign_folder(folder, signature, options, signer);
    printer.progress().finish();
    write_file_atomically(signature, text);
    write_paths(streams, {signature.string()});
    if (folder.pointers() > 0) {
        note(streams, fmt::format("the digests of {} of its files come from Git LFS pointers",
                                  folder.pointers()));
    }
    return ExitCode::done;
}

ExitCode run_sign(SignArguments& arguments, const Streams& streams) {
    catch_interruptions();
    if (arguments.signs_folder) return sign_one_folder(arguments, streams);
    if (arguments.signs_models) return sign_models(arguments, streams);
    arguments.hub.location = arguments.location;
    arguments.hub.keys = arguments.keys;
    arguments.hub.output = arguments.output;
    return sign_whole_hub(arguments.hub, streams);
}

/// CLI11 checks all other combinations.
void check_sign_options(const SignArguments& arguments) {
    const HubSigningArguments& hub = arguments.hub;
    const bool signs_files = arguments.signs_models || arguments.signs_folder;
    if (signs_files && arguments.keys.size() > 1) {
        throw CLI::ValidationError("--key: models and directories are signed by one key; name one");
    }
    if (!signs_files && !arguments.certificates.empty()) {
        throw CLI::ValidationError("--certificate-chain requires --models or --folder");
    }
    const bool names_keys = !hub.added_root_keys.empty() || !hub.added_release_keys.empty() ||
                            hub.threshold || hub.release_threshold;
    if (names_keys && !hub.is_first && !hub.is_root) {
        throw CLI::ValidationError(
            "--add-root-key, --add-release-key, --threshold and --release-threshold require --init "
            "or --root");
    }
}

CLI::Option* add_keys(CLI::App* command, const char* name, std::vector<std::string>& keys,
                      const char* help) {
    return command->add_option(name, keys, help)->type_name("FILE")->allow_extra_args(false);
}

/// What to sign, besides models and directories.
struct HubModes {
    CLI::Option* first;
    CLI::Option* root;
    CLI::Option* cosign;
};

HubModes add_hub_modes(CLI::App* command, HubSigningArguments& hub, CLI::Option* models,
                       CLI::Option* folder) {
    HubModes modes{};
    modes.first = command
                      ->add_flag("--init", hub.is_first,
                                 "Make the hub a signed one: write root 1 for these keys")
                      ->excludes(models)
                      ->excludes(folder);
    command
        ->add_option("--hub", hub.hub_name,
                     "Name of the hub for its users, such as acme/models, with --init")
        ->type_name("NAME")
        ->needs(modes.first);
    modes.first->needs("--hub");
    modes.root = command
                     ->add_flag("--root", hub.is_root,
                                "Write the next root, which changes keys or thresholds")
                     ->excludes(models)
                     ->excludes(folder)
                     ->excludes(modes.first);
    modes.cosign = command
                       ->add_flag("--cosign", hub.is_cosigning,
                                  "Add a signature to the statement, or with --root to the root")
                       ->excludes(models)
                       ->excludes(folder)
                       ->excludes(modes.first);
    return modes;
}

void add_root_options(CLI::App* command, HubSigningArguments& hub, const HubModes& modes) {
    const auto number = [&](const char* name, std::optional<std::size_t>& value, const char* help) {
        command->add_option(name, value, help)
            ->type_name("N")
            ->check(CLI::Range(std::size_t{1}, role_key_limit))
            ->excludes(modes.cosign);
    };
    add_keys(command, "--add-root-key", hub.added_root_keys,
             "Let this public key sign roots. May be repeated")
        ->excludes(modes.cosign);
    add_keys(command, "--remove-root-key", hub.removed_root_keys,
             "Remove this root key: a file, or the beginning of its id. May be repeated")
        ->type_name("KEY")
        ->needs(modes.root)
        ->excludes(modes.cosign);
    add_keys(command, "--add-release-key", hub.added_release_keys,
             "Let this public key sign statements; with --init instead of the root keys. May be "
             "repeated")
        ->excludes(modes.cosign);
    add_keys(command, "--remove-release-key", hub.removed_release_keys,
             "Remove this release key: a file, or the beginning of its id. May be repeated")
        ->type_name("KEY")
        ->needs(modes.root)
        ->excludes(modes.cosign);
    number("--threshold", hub.threshold, "Require signatures by N root keys");
    number("--release-threshold", hub.release_threshold, "Require signatures by N release keys");
}

void add_statement_options(CLI::App* command, HubSigningArguments& hub, const HubModes& modes,
                           CLI::Option* models, CLI::Option* folder) {
    command
        ->add_option_function<std::string>(
            "--expires",
            [&hub](const std::string& text) { hub.lifetime_seconds = parse_lifetime(text); },
            "Let the statement or root expire after this time, such as 90d or 12h (default: 90d; "
            "roots do not expire)")
        ->type_name("TIME")
        ->excludes(models)
        ->excludes(folder)
        ->excludes(modes.cosign);
    CLI::Option* branch = command->add_option(
        "--branch", hub.branch, "Sign for this branch (default: the one that is checked out)");
    CLI::Option* any = command->add_flag("--no-branch", hub.has_no_branch,
                                         "Sign for any branch or tag with this manifest");
    CLI::Option* version =
        command->add_option("--least-version", hub.least_version,
                            "Make the version at least N, if earlier statements were lost");
    CLI::Option* index = command->add_flag(
        "--index", hub.has_index,
        "Also sign the index of the manifest, which `onnxhub export --index` writes");
    branch->type_name("NAME")->excludes(any);
    version->type_name("N")->check(CLI::Range(std::uint64_t{1}, statement_version_limit - 1));
    for (CLI::Option* option : {branch, any, version, index}) {
        for (CLI::Option* mode : {models, folder, modes.first, modes.root, modes.cosign}) {
            option->excludes(mode);
        }
    }
}

}  // namespace

void add_sign_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<SignArguments>();
    CLI::App* command = app.add_subcommand(
        "sign", "Sign a hub's manifest, or models in the format of OpenSSF Model Signing");
    command
        ->add_option(
            "DIR", arguments->location,
            "Sign this hub or directory; also a repository (also bare) with :ref (default: "
            "the hub that contains the current directory; with --folder, the current "
            "directory)")
        ->option_text("[DIR[:ref]]");
    CLI::Option* models = command->add_flag(
        "--models", arguments->signs_models,
        "Write x.onnx.sig beside each model x.onnx of the hub, for it and its external data");
    CLI::Option* folder =
        command->add_flag("--folder", arguments->signs_folder,
                          "Write model.sig into the directory, for all files in it");
    const HubModes modes = add_hub_modes(command, arguments->hub, models, folder);
    add_keys(command, "--key", arguments->keys,
             "Sign with this private key in PEM (default: the text in ONNXHUB_SIGNING_KEY). For "
             "hubs, may be repeated");
    command
        ->add_option("--certificate-chain", arguments->certificates,
                     "Put these certificates into the signature, the signer's first, without the "
                     "root. May be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command
        ->add_option("--only", arguments->only,
                     "Sign only the model with this path or name. May be repeated")
        ->type_name("MODEL")
        ->allow_extra_args(false)
        ->needs(models);
    CLI::Option* output = command->add_option(
        "-o,--output", arguments->output,
        "Write the statement, or the signatures of the models, into this directory");
    output->type_name("DIR");
    for (CLI::Option* mode : {folder, modes.first, modes.root, modes.cosign}) {
        output->excludes(mode);
    }
    add_root_options(command, arguments->hub, modes);
    add_statement_options(command, arguments->hub, modes, models, folder);
    command
        ->add_option("--signature", arguments->signature,
                     "Write the signature of the directory to this file (default: DIR/model.sig)")
        ->type_name("FILE")
        ->needs(folder);
    command
        ->add_option("--ignore-paths", arguments->ignored_paths,
                     "Leave out these files and directories; the signature lists them")
        ->type_name("PATH...")
        ->needs(folder);
    command
        ->add_option("-j,--jobs", arguments->jobs,
                     "Use N threads, 1 to 1024 (default: one per core)")
        ->type_name("N")
        ->check(CLI::Range(1u, 1024u));
    command->callback([arguments, &chosen] {
        check_sign_options(*arguments);
        chosen = [arguments](const Streams& streams) {
            if (!arguments->signs_folder) choose_hub_folder(arguments->location, streams);
            if (arguments->location.empty()) arguments->location = ".";
            return run_sign(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
