// SPDX-License-Identifier: Apache-2.0
#include "cli/command_examples.h"

#include <map>

namespace onnxhub {
namespace {

using Examples = std::vector<CommandExample>;

const std::map<std::string_view, Examples>& all_examples() {
    static const std::map<std::string_view, Examples> all{
        {"add",
         {{"Add a model to a class of models",
           "onnxhub add mnist.onnx --class vision/classification/mnist"},
          {"Pack its test data, and describe the new class",
           "onnxhub add mnist.onnx --tags vision,digits --test-data test_data --description "
           "'Handwritten digits'"}}},
        {"bundle",
         {{"Write two models of the hub in this directory to one file",
           "onnxhub bundle create ResNet50 BERT --to models.tar"},
          {"Unpack it on a machine without internet access",
           "onnxhub bundle import models.tar --to hub"}}},
        {"cache",
         {{"See which models take space", "onnxhub cache list"},
          {"Hash every file again", "onnxhub cache verify"},
          {"Delete files that were not used for 90 days", "onnxhub cache prune --older-than 90d"}}},
        {"completion",
         {{"Complete commands in bash", "onnxhub completion bash > ~/.bash_completion"},
          {"Complete commands in fish",
           "onnxhub completion fish > ~/.config/fish/completions/onnxhub.fish"}}},
        {"diff",
         {{"Show what uncommitted changes do to the models", "onnxhub diff"},
          {"Show what a branch changes, as Markdown", "onnxhub diff main...HEAD --format markdown"},
          {"Compare two releases", "onnxhub diff v1..v2"}}},
        {"explain",
         {{"Explain a finding", "onnxhub explain model-sha-differs"},
          {"List all rules", "onnxhub validate --rules"}}},
        {"export",
         {{"Write a directory that any web server can host", "onnxhub export --to public"},
          {"Export a tag of a bare repository", "onnxhub export hub.git:v1 --to public"}}},
        {"generate",
         {{"Write the manifest of the hub in this directory", "onnxhub generate"},
          {"Print what would change, for a workflow", "onnxhub generate --check"},
          {"Describe a tag of a bare clone",
           "onnxhub generate hub.git --rev v1 --output manifest.json"}}},
        {"help",
         {{"Show the options of a command", "onnxhub help validate"},
          {"Show those of a command below another one", "onnxhub help cache prune"}}},
        {"info",
         {{"Show a model of the official hub", "onnxhub info ResNet50"},
          {"Show the version for opset 8 of another hub",
           "onnxhub info MNIST --hub owner/hub --opset 8"}}},
        {"init",
         {{"Create a hub", "onnxhub init my-hub --name 'My models'"},
          {"Make a hub of a repository that has models", "onnxhub init my-models --adopt"}}},
        {"inspect",
         {{"Show inputs, outputs, operators and size of a model", "onnxhub inspect model.onnx"},
          {"Check it by the rules of ONNX's operators", "onnxhub inspect model.onnx --check"},
          {"Show the shape of a tensor inside the graph",
           "onnxhub inspect model.onnx --tensor features"}}},
        {"key",
         {{"Create a key for signing", "onnxhub key create --output hub.pem"},
          {"Print its public key", "onnxhub key show hub.pem"}}},
        {"list",
         {{"List the models of the official hub", "onnxhub list"},
          {"List the vision models of another hub that have opset 12",
           "onnxhub list --hub owner/hub --tag vision --opset 12"}}},
        {"load",
         {{"Download a model, and print its path", "onnxhub load ResNet50"},
          {"Take the newest version for an older runtime", "onnxhub load ResNet50 --max-opset 12"},
          {"Load what the lock file says, without questions", "onnxhub load --locked --trust"}}},
        {"load-composite",
         {{"Put a tokenizer in front of a network",
           "onnxhub load-composite BERT Tokenizer --output model.onnx"},
          {"Take both from another hub",
           "onnxhub load-composite BERT Tokenizer --hub owner/hub --output model.onnx"}}},
        {"lock",
         {{"Record the versions of two models", "onnxhub lock ResNet50 BERT --hub owner/hub"},
          {"Move all of them to the newest versions", "onnxhub lock --update"}}},
        {"merge",
         {{"Join the shares of a manifest",
           "onnxhub merge part-1.json part-2.json --output ONNX_HUB_MANIFEST.json"},
          {"Print a report in another format", "onnxhub merge report.json --format markdown"}}},
        {"merge-driver",
         {{"Merge manifests entry by entry in this clone", "onnxhub merge-driver --install"},
          {"Merge three files as git does",
           "onnxhub merge-driver base.json ours.json theirs.json"}}},
        {"search",
         {{"Find models for a task", "onnxhub search object detection"},
          {"Find models of another hub, for a program",
           "onnxhub search yolo --hub owner/hub --json"}}},
        {"serve",
         {{"Serve the hub in this directory on this machine", "onnxhub serve"},
          {"Serve the tag of a repository to other machines",
           "onnxhub serve hub.git:v1 --bind 0.0.0.0 --token-file token"}}},
        {"sign",
         {{"Make a hub a signed one", "onnxhub sign --init --hub acme/models --key hub.pem"},
          {"Sign the manifest of the hub in this directory", "onnxhub sign --key hub.pem"},
          {"Sign every model of the hub in this directory", "onnxhub sign --models --key hub.pem"},
          {"Sign all files of a directory", "onnxhub sign my-model --folder --key hub.pem"}}},
        {"sources",
         {{"Show where the facts of each model come from", "onnxhub sources"},
          {"Show why models have no entry", "onnxhub sources --left-out"}}},
        {"validate",
         {{"Check the hub in this directory", "onnxhub validate"},
          {"Check what a branch changes", "onnxhub validate --changed-since main"},
          {"Check the manifest of a revision, for code scanning",
           "onnxhub validate --rev v1 --format sarif --output report.sarif"}}},
        {"verify",
         {{"Check a signed hub", "onnxhub verify https://example.org/hub --key hub.pub.pem"},
          {"Check a directory against its signature",
           "onnxhub verify my-model --signature my-model/model.sig --key hub.pub.pem"},
          {"Accept a signer with a certificate of a company",
           "onnxhub verify my-model --signature my-model/model.sig --certificate-chain root.pem"}}},
    };
    return all;
}

}  // namespace

std::vector<CommandExample> examples_of(std::string_view command) {
    const auto found = all_examples().find(command);
    return found == all_examples().end() ? Examples() : found->second;
}

}  // namespace onnxhub
