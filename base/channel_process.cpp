// SPDX-License-Identifier: Apache-2.0
#include "base/channel_process.h"

#include <utility>

namespace onnxhub {
namespace {

ProcessRequest request_over(std::vector<std::string> command, const Descriptor& socket) {
    ProcessRequest request{std::move(command)};
    request.input = ProcessStream::file(socket);
    request.output = ProcessStream::null();
    request.errors = ProcessStream::null();
    return request;
}

}  // namespace

ChannelProcess::ChannelProcess(std::vector<std::string> command)
    : ChannelProcess(std::move(command), SocketPair()) {}

ChannelProcess::ChannelProcess(std::vector<std::string> command, SocketPair sockets)
    : process_(request_over(std::move(command), sockets.theirs)),
      socket_(std::move(sockets.ours)) {}

}  // namespace onnxhub
