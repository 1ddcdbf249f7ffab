// SPDX-License-Identifier: Apache-2.0
// `onnxhub sign`: sign the models of a hub, or a model's folder.
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
#include "cli/interruption.h"
#include "cli/key_options.h"
#include "hosting/scaffold/file_transaction.h"
#include "hosting/scaffold/hub_signatures.h"
#include "hosting/scaffold/signed_folder.h"
#include "repository/hub_location.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct SignArguments {
    std::string location;
    SignerArguments signer;
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

ExitCode sign_models(const SignArguments& arguments, const Streams& streams) {
    const HubLocation location = locate_hub(arguments.location);
    if (location.reads_commit && !arguments.output) {
        throw UserError("command line: " + arguments.location +
                        " is a revision, which can't be changed; write the signatures to a "
                        "directory with --output DIR");
    }
    const ModelSigner signer = read_signer(arguments.signer, streams);
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
    const ModelSigner signer = read_signer(arguments.signer, streams);
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

ExitCode run_sign(const SignArguments& arguments, const Streams& streams) {
    catch_interruptions();
    return arguments.signs_folder ? sign_one_folder(arguments, streams)
                                  : sign_models(arguments, streams);
}

void check_sign_options(const SignArguments& arguments) {
    if (arguments.signs_models == arguments.signs_folder) {
        throw CLI::ValidationError(
            "what to sign is not given; use --models for each model of a hub, or --folder for all "
            "files of a directory");
    }
}

}  // namespace

void add_sign_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<SignArguments>();
    CLI::App* command = app.add_subcommand(
        "sign", "Sign models in the format of OpenSSF Model Signing (model_signing)");
    command
        ->add_option("DIR", arguments->location,
                     "Sign this hub or directory; with --models also a repository (also bare) with "
                     ":ref (default: the hub that contains the current directory; with --folder, "
                     "the current directory)")
        ->option_text("[DIR[:ref]]");
    CLI::Option* models = command->add_flag(
        "--models", arguments->signs_models,
        "Write x.onnx.sig beside each model x.onnx of the hub, for it and its external data");
    CLI::Option* folder =
        command->add_flag("--folder", arguments->signs_folder,
                          "Write model.sig into the directory, for all files in it");
    command
        ->add_option("--key", arguments->signer.key,
                     "Sign with this private key in PEM (default: the text in ONNXHUB_SIGNING_KEY)")
        ->type_name("FILE");
    command
        ->add_option("--certificate-chain", arguments->signer.certificates,
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
    command
        ->add_option("-o,--output", arguments->output,
                     "Write the signatures of the models into this directory instead of the hub")
        ->type_name("DIR")
        ->needs(models);
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
            if (arguments->signs_models) choose_hub_folder(arguments->location, streams);
            if (arguments->location.empty()) arguments->location = ".";
            return run_sign(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
