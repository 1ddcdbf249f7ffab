// SPDX-License-Identifier: Apache-2.0
#include "tests/support/lfs_server.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace onnxhub::test {
namespace {

using nlohmann::json;

std::string oid_of(const ReceivedRequest& request) {
    return request.path.substr(request.path.rfind('/') + 1);
}

json batch_answer(const json& question, const std::string& address,
                  const std::map<std::string, std::string>& objects) {
    json answer = {{"transfer", "basic"}, {"objects", json::array()}};
    for (json object : question.at("objects")) {
        const std::string oid = object.at("oid");
        if (objects.contains(oid)) {
            object["actions"]["download"]["href"] = address + "/object/" + oid;
        } else {
            object["error"] = {{"code", 404}, {"message", "Object does not exist"}};
        }
        answer["objects"].push_back(object);
    }
    return answer;
}

}  // namespace

LfsServer::LfsServer()
    : server_([this](const ReceivedRequest& request) { return answer(request); }) {}

void LfsServer::add(const std::string& content) {
    objects_[to_hex(sha256_of(content))] = content;
}

void LfsServer::remove(const std::string& content) {
    objects_.erase(to_hex(sha256_of(content)));
}

void LfsServer::falsify(const std::string& content, const std::string& bytes) {
    objects_[to_hex(sha256_of(content))] = bytes;
}

std::vector<std::string> LfsServer::downloaded() const {
    std::vector<std::string> oids;
    for (const ReceivedRequest& request : server_.requests()) {
        if (request.method == "GET") oids.push_back(oid_of(request));
    }
    return oids;
}

Answer LfsServer::answer(const ReceivedRequest& request) const {
    if (request.method == "POST" && request.path == "/lfs/objects/batch") {
        return {
            200,
            batch_answer(json::parse(request.body), "http://" + *request.header("host"), objects_)
                .dump(),
            {{"Content-Type", "application/vnd.git-lfs+json"}}};
    }
    const auto found = objects_.find(oid_of(request));
    return found == objects_.end() ? Answer{404, "{}"} : Answer{200, found->second};
}

}  // namespace onnxhub::test
