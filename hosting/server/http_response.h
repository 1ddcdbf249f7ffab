// SPDX-License-Identifier: Apache-2.0
// Responses as libmicrohttpd sends them, made of what a hub serves and of what a request asked for.
#pragma once

#include <microhttpd.h>

#include <string>
#include <utility>

#include "hosting/server/conditional_request.h"
#include "hosting/server/served_hub.h"

namespace onnxhub {

/// Owns one response. It can be queued for any number of connections.
class Response {
public:
    explicit Response(MHD_Response* response) : response_(response) {}
    Response(Response&& other) noexcept : response_(std::exchange(other.response_, nullptr)) {}
    ~Response() {
        if (response_) MHD_destroy_response(response_);
    }

    void header(const char* name, const std::string& value) {
        MHD_add_response_header(response_, name, value.c_str());
    }
    MHD_Response* get() const { return response_; }

private:
    MHD_Response* response_;
};

/// `text` is copied; `type` is a media type.
Response text_response(const std::string& text, const char* type);

/// What `plan` says of `file`, with the headers that tell of it: the whole, one range, several as
/// multipart/byteranges (RFC 9110, 14.6), or that there is nothing to send. Of files on disk the
/// kernel sends the bytes (sendfile). A file without content (a blob that was not inflated) is fit
/// for HEAD alone.
Response file_response(const ReplyPlan& plan, ServedFile file);

/// Whether files of this media type are sent as gzip to who takes that.
bool is_packed_kind(const std::string& type);

/// All bytes of the file. Throws UserError when they can't be read, or are fewer than when
/// it was opened.
std::string read_whole_file(const ServedFile& file);

}  // namespace onnxhub
