// SPDX-License-Identifier: Apache-2.0
// Answers the requests of one daemon: who may ask, what is at the path, how it is sent.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hosting/server/allowed_hosts.h"
#include "hosting/server/contents.h"
#include "hosting/server/http_response.h"
#include "hosting/server/request.h"
#include "hosting/server/response_cache.h"
#include "hosting/server/server_options.h"
#include "hosting/server/server_stats.h"

namespace onnxhub {

/// Thread-safe: all connections of a daemon share one.
class RequestHandler {
public:
    RequestHandler(ServedHub& hub, const ServerOptions& options, ServerStats& stats,
                   Contents& contents);

    /// Answers the request, or suspends it until its content is prepared. Then libmicrohttpd
    /// calls this again.
    void answer(MHD_Connection* connection, Request& request);

    /// Refuses a request because of its head and closes the connection.
    void refuse(MHD_Connection* connection, Request& request, const HeadFlaw& flaw);

private:
    using PageFiles = std::map<std::string, std::string>;

    /// The catalog page. A background task may still make it when the daemon ends.
    struct IndexPage {
        explicit IndexPage(std::function<PageFiles()> maker) : make(std::move(maker)) {}

        /// Keeps the previous page when making one fails.
        void make_for(const std::string& etag);

        const std::function<PageFiles()> make;
        std::mutex mutex;
        std::shared_ptr<const PageFiles> files;  ///< null: not made yet
        std::optional<std::string> manifest;     ///< ETag of the manifest they were made from
    };

    void add_common_headers(Response& response) const;
    void send(MHD_Connection* connection, Request& request, int status, Response response,
              std::uint64_t bytes);
    void send_text(MHD_Connection* connection, Request& request, int status,
                   const std::string& text);

    void refuse_without_token(MHD_Connection* connection, Request& request, bool is_root);
    bool is_authorized(MHD_Connection* connection) const;
    bool is_addressed(MHD_Connection* connection) const;

    void route(MHD_Connection* connection, Request& request);
    void answer_options(MHD_Connection* connection, Request& request);
    void answer_path(MHD_Connection* connection, Request& request, const std::string& path,
                     bool is_root);
    bool answer_index(MHD_Connection* connection, Request& request, const std::string& path);
    void answer_graph(MHD_Connection* connection, Request& request, const std::string& sha256);
    void answer_page(MHD_Connection* connection, Request& request, const std::string& path,
                     const NotServed& missing);

    void wait_for(MHD_Connection* connection, Request& request, const std::string& key,
                  BackgroundTasks::Work work);
    void send_file(MHD_Connection* connection, Request& request, ServedFile file);
    void send_packed(MHD_Connection* connection, Request& request,
                     const ConditionalHeaders& headers, ServedFile file);
    void send_planned(MHD_Connection* connection, Request& request, const ReplyPlan& plan,
                      ServedFile file);
    void send_small(MHD_Connection* connection, Request& request, ServedFile file);
    bool fill(MHD_Connection* connection, Request& request, ServedFile& file);

    ServedHub& hub_;
    const ServerOptions options_;
    ServerStats& stats_;
    Contents& contents_;
    const bool is_open_to_all_;
    const AllowedHosts hosts_;
    const std::shared_ptr<IndexPage> page_;
    const std::shared_ptr<const ModelGraphSource> graphs_;
    ResponseCache ready_;
};

}  // namespace onnxhub
