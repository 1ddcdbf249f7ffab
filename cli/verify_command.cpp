// SPDX-License-Identifier: Apache-2.0
// `onnxhub verify`: check a signed hub, or a folder of files against the signature of a model.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/utc_time.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/hub_signing.h"
#include "cli/interruption.h"
#include "cli/key_options.h"
#include "hosting/scaffold/signed_folder.h"
#include "trust/sigstore_bundle.h"

namespace onnxhub {
namespace {

struct VerifyArguments {
    std::string folder;
    std::string signature;  ///< empty: verify a hub
    HubVerificationArguments hub;
    SignerArguments signer;
    std::vector<std::string> ignored_paths;
    bool ignores_unsigned_files = false;
    bool is_time_strict = false;
    unsigned jobs = 0;
};

AcceptedSigners accepted_signers(const VerifyArguments& arguments, const Streams& streams) {
    if (arguments.signer.key) {
        return AcceptedKeys{{read_public_key(*arguments.signer.key, streams)}};
    }
    return AcceptedRoots{read_certificates(arguments.signer.certificates),
                         {arguments.is_time_strict, seconds_since_1970()}};
}

VerifiedSignature verified_signature(const VerifyArguments& arguments, const Streams& streams) {
    const AcceptedSigners signers = accepted_signers(arguments, streams);
    const std::string text = read_file(arguments.signature, bundle_size_limit);
    auto checked = verify_model_signature(text, signers);
    if (const auto* refusal = std::get_if<Refusal>(&checked)) {
        throw UserError(arguments.signature + ": " + refusal->reason);
    }
    return std::get<VerifiedSignature>(std::move(checked));
}

ExitCode run_verify(const VerifyArguments& arguments, const Streams& streams) {
    catch_interruptions();
    HubPrinter printer(streams);
    const SignedFolder folder(arguments.folder, &printer.progress());
    const VerifiedSignature verified = verified_signature(arguments, streams);
    const FolderSigning options{paths_in(folder, arguments.ignored_paths),
                                arguments.ignores_unsigned_files, arguments.jobs};
    const auto differences =
        compare_folder(verified.statement, folder, arguments.signature, options);
    printer.progress().finish();
    if (folder.pointers() > 0) {
        warn(streams,
             fmt::format("{} of the files are Git LFS pointers: their content was not read",
                         folder.pointers()));
    }
    std::string text;
    for (const FileDifference& difference : differences) text += to_text(difference) + "\n";
    write_lines(streams, text);
    if (!differences.empty()) {
        print_error(
            streams.err,
            fmt::format("{}: {} {} from what {} signs", arguments.folder, differences.size(),
                        differences.size() == 1 ? "file differs" : "files differ",
                        arguments.signature));
        return ExitCode::findings;
    }
    note(streams, fmt::format("verified: {} signed by the key {}",
                              verified.statement.resources.size() == 1
                                  ? "1 file"
                                  : fmt::format("{} files", verified.statement.resources.size()),
                              verified.key.hint()));
    return ExitCode::done;
}

ExitCode verify_hub_of(VerifyArguments& arguments, const Streams& streams) {
    catch_interruptions();
    choose_hub_folder(arguments.folder, streams);
    arguments.hub.location = arguments.folder;
    arguments.hub.key = arguments.signer.key;
    arguments.hub.jobs = arguments.jobs;
    return verify_whole_hub(arguments.hub, streams);
}

/// CLI11 checks all other combinations.
void check_verify_options(const VerifyArguments& arguments) {
    if (arguments.signature.empty()) return;
    if (arguments.folder.empty()) {
        throw CLI::ValidationError("--signature requires the directory that it is about");
    }
    if (arguments.signer.key.has_value() != arguments.signer.certificates.empty()) {
        throw CLI::ValidationError(
            "who must have signed is not given; use --key with a public key, or "
            "--certificate-chain with root certificates");
    }
}

}  // namespace

void add_verify_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<VerifyArguments>();
    CLI::App* command = app.add_subcommand(
        "verify", "Check a signed hub, or a directory against a model's signature");
    command
        ->add_option("DIR", arguments->folder,
                     "Check this hub: a directory, a repository (also bare) with :ref, or a URL; "
                     "with --signature, a directory (default: the hub that contains the current "
                     "directory)")
        ->option_text("[DIR|URL]");
    CLI::Option* signature =
        command->add_option("--signature", arguments->signature,
                            "Read the signature of a model or directory from this file");
    signature->type_name("FILE");
    CLI::Option* key = command->add_option("--key", arguments->signer.key,
                                           "Accept signatures of this public key in PEM; for a "
                                           "hub, a root key of its newest root");
    key->type_name("FILE");
    command
        ->add_option("--root", arguments->hub.root,
                     "Trust this root of the hub, and those that follow from it")
        ->type_name("FILE")
        ->excludes(signature)
        ->excludes(key);
    command
        ->add_flag("--content", arguments->hub.checks_content,
                   "Compare the files of the hub with its manifest too")
        ->excludes(signature);
    command
        ->add_option("--certificate-chain", arguments->signer.certificates,
                     "Accept signers whose certificates lead to a root in this PEM file. May be "
                     "repeated")
        ->type_name("FILE")
        ->allow_extra_args(false)
        ->needs(signature);
    command
        ->add_option("--ignore-paths", arguments->ignored_paths,
                     "Ignore these files and directories, in addition to those in the signature")
        ->type_name("PATH...")
        ->needs(signature);
    command
        ->add_flag("--ignore-unsigned-files", arguments->ignores_unsigned_files,
                   "Allow other files in the directory")
        ->needs(signature);
    command
        ->add_flag("--strict-time", arguments->is_time_strict,
                   "Require certificates that are valid now, not only when they were issued")
        ->needs(signature);
    command
        ->add_option("-j,--jobs", arguments->jobs,
                     "Use N threads, 1 to 1024 (default: one per core)")
        ->type_name("N")
        ->check(CLI::Range(1u, 1024u));
    command->callback([arguments, &chosen] {
        check_verify_options(*arguments);
        chosen = [arguments](const Streams& streams) {
            return arguments->signature.empty() ? verify_hub_of(*arguments, streams)
                                                : run_verify(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
