// SPDX-License-Identifier: Apache-2.0
// libmicrohttpd's responses, made from a served file and the plan for its reply.
#pragma once

#include <string>
#include <utility>

#include "hosting/server/conditional_request.h"
#include "hosting/server/microhttpd_library.h"
#include "hosting/server/served_hub.h"

namespace onnxhub {

/// Owns one response, which can be queued for any number of connections.
class Response {
public:
    explicit Response(MHD_Response* response) : response_(response) {}
    Response(Response&& other) noexcept : response_(std::exchange(other.response_, nullptr)) {}
    ~Response() {
        if (response_) mhd().destroy_response(response_);
    }

    void header(const char* name, const std::string& value) {
        mhd().add_response_header(response_, name, value.c_str());
    }
    MHD_Response* get() const { return response_; }

private:
    MHD_Response* response_;
};

/// `text` is copied; `type` is a media type.
Response text_response(const std::string& text, const char* type);

/// The part of `file` that `plan` asks for, with its headers: the whole file, one range, several as
/// multipart/byteranges (RFC 9110, 14.6), or nothing. The kernel sends files on disk (sendfile). A
/// file without content (a blob that was not inflated) can only answer HEAD.
Response file_response(const ReplyPlan& plan, ServedFile file);

/// Whether files of this media type are sent as gzip to clients that accept it.
bool is_packed_kind(const std::string& type);

/// All bytes of the file. Throws UserError when they cannot be read, or are fewer than when it was
/// opened.
std::string read_whole_file(const ServedFile& file);

}  // namespace onnxhub
