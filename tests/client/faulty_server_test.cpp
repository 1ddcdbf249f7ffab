// SPDX-License-Identifier: Apache-2.0
// Downloads from servers that interrupt, stall or send wrong data: each ends with the right file or
// with an error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <charconv>
#include <chrono>

#include "base/user_error.h"
#include "hosting/client/model_download.h"
#include "hosting/client/partial_file.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::HttpServer;
using test::read_file;
using test::ReceivedRequest;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t block = 64 * 1024;

/// No two blocks alike, so that bytes in the wrong place are seen.
std::string make_model() {
    std::string bytes(8 * block + 1234, '\0');
    std::uint32_t state = 1;
    for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}

const std::string served_model = make_model();
const std::string etag = "\"v1\"";

/// Where the range of a request begins; 0 without one that holds.
std::size_t wanted_start(const ReceivedRequest& request, const std::string& tag = etag) {
    const std::string* range = request.header("range");
    const std::string* condition = request.header("if-range");
    if (!range || (condition && *condition != tag)) return 0;
    std::size_t start = 0;
    std::from_chars(range->data() + 6, range->data() + range->size(), start);
    return start;
}

/// What a well-behaved server sends.
Answer part_of(const std::string& bytes, const ReceivedRequest& request) {
    const std::size_t start = wanted_start(request);
    if (start == 0) return {200, bytes, {{"ETag", etag}}};
    const std::string range = "bytes " + std::to_string(start) + "-" +
                              std::to_string(bytes.size() - 1) + "/" + std::to_string(bytes.size());
    return {206, bytes.substr(start), {{"ETag", etag}, {"Content-Range", range}}};
}

class FaultyServer : public testing::Test {
protected:
    /// The right file is under its name afterwards, or nothing is and the result says why.
    std::string load(const HttpServer& server) { return load({server.url("/m")}); }

    std::string load(const std::vector<std::string>& urls) {
        HttpOptions http;
        http.max_attempts = 3;
        http.sleep = [](std::chrono::milliseconds) {};
        http.stall_timeout = std::chrono::seconds(1);
        http.min_rate = 1024;
        HttpClient client(http);
        const CacheKey key{"a/m.onnx", sha256_of(served_model), served_model.size(), true};
        FileSources sources;
        for (const std::string& url : urls) {
            FileSource source;
            source.request.url = url;
            sources.web.push_back(source);
        }
        std::string problem;
        try {
            load_file(key, sources, cache, {}, client);
        } catch (const UserError& error) {
            problem = error.what();
        }
        EXPECT_EQ(fs::exists(path), problem.empty()) << problem;
        if (problem.empty()) {
            EXPECT_EQ(read_file(path), served_model);
        }
        return problem;
    }

    /// Partial files and their origin files.
    std::vector<std::string> leftovers() {
        std::vector<std::string> names;
        if (!fs::exists(path.parent_path())) return names;
        for (const auto& file : fs::directory_iterator(path.parent_path())) {
            if (file.path() != path) names.push_back(file.path().filename());
        }
        return names;
    }

    TemporaryFolder folder;
    ModelCache cache{folder.path() / "cache", folder.path() / "state"};
    const fs::path path = folder.path() / "cache/a" / (to_hex(sha256_of(served_model)) + "_m.onnx");
};

TEST_F(FaultyServer, ACutAtAnyBlockIsGoneOnFromThere) {
    for (std::size_t cut = 0; cut <= served_model.size() / block; ++cut) {
        fs::remove(path);
        std::atomic<int> count = 0;
        HttpServer server([&](const ReceivedRequest& request) {
            Answer answer = part_of(served_model, request);
            if (++count == 1) answer.break_after = cut * block;
            return answer;
        });
        EXPECT_EQ(load(server), "") << cut;
        ASSERT_THAT(server.requests(), SizeIs(2)) << cut;
        if (cut > 0) {
            EXPECT_EQ(*server.requests()[1].header("range"),
                      "bytes=" + std::to_string(cut * block) + "-");
            EXPECT_EQ(*server.requests()[1].header("if-range"), etag);
        }
        EXPECT_THAT(leftovers(), IsEmpty());
    }
}

TEST_F(FaultyServer, ThatCutsEveryAnswerIsAskedAsLongAsItBringsMore) {
    HttpServer server([&](const ReceivedRequest& request) {
        Answer answer = part_of(served_model, request);
        answer.break_after = block;
        return answer;
    });
    EXPECT_EQ(load(server), "");
    EXPECT_THAT(server.requests(), SizeIs(9));
}

TEST_F(FaultyServer, ThatIsCutAndNeverGoesOnIsGivenUpAndTheNextRunContinues) {
    std::atomic<bool> is_down = false;
    HttpServer server([&](const ReceivedRequest& request) {
        Answer answer = part_of(served_model, request);
        if (is_down) answer.drop = true;
        if (!is_down.exchange(true)) answer.break_after = 3 * block;
        return answer;
    });
    EXPECT_THAT(load(server), HasSubstr("the connection was interrupted"));
    EXPECT_THAT(leftovers(), SizeIs(2));
    is_down = false;
    const auto asked = server.requests().size();
    HttpServer again(
        [&](const ReceivedRequest& request) { return part_of(served_model, request); });
    EXPECT_EQ(load(again), "");  // another source: from the beginning
    EXPECT_EQ(again.requests()[0].header("range"), nullptr);
    EXPECT_THAT(server.requests(), SizeIs(asked));
    EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(FaultyServer, ALaterRunGoesOnWithWhatAnEarlierOneLeft) {
    std::atomic<bool> is_down = false;
    HttpServer server([&](const ReceivedRequest& request) {
        Answer answer = part_of(served_model, request);
        if (is_down) {
            answer.drop = true;
        } else if (wanted_start(request) == 0) {
            answer.break_after = 5 * block;
            is_down = true;
        }
        return answer;
    });
    EXPECT_THAT(load(server), HasSubstr("the connection was interrupted"));
    is_down = false;
    EXPECT_EQ(load(server), "");
    EXPECT_EQ(*server.requests().back().header("range"), "bytes=327680-");
    EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(FaultyServer, AnObjectThatChangedMeanwhileIsTakenFromTheBeginning) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        if (++count == 1) {
            Answer answer{200, std::string(served_model.size(), 'x'), {{"ETag", "\"v0\""}}};
            answer.break_after = 2 * block;
            return answer;
        }
        return part_of(served_model, request);  // If-Range "v0" doesn't hold: 200
    });
    EXPECT_EQ(load(server), "");
    EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(FaultyServer, ThatKeepsItsEtagAndChangesItsBytesIsFoundOutByTheHash) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        if (++count == 1) {
            Answer answer{200, std::string(served_model.size(), 'x'), {{"ETag", etag}}};
            answer.break_after = 2 * block;
            return answer;
        }
        return part_of(served_model, request);
    });
    EXPECT_EQ(load(server), "");
    EXPECT_THAT(server.requests(), SizeIs(3));  // cut, patchwork, afresh
}

TEST_F(FaultyServer, ThatIgnoresRangesIsTakenFromTheBeginning) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest&) {
        Answer answer{200, served_model, {{"ETag", etag}}};
        if (++count == 1) answer.break_after = 2 * block;
        return answer;
    });
    EXPECT_EQ(load(server), "");
}

TEST_F(FaultyServer, ThatSendsAnotherPartIsAskedForAllOfIt) {
    for (const char* range : {"bytes 0-10/20", "bytes 5-/", "lines 1-2", ""}) {
        fs::remove(path);
        std::atomic<int> count = 0;
        HttpServer server([&](const ReceivedRequest& request) {
            Answer answer{200, served_model, {{"ETag", etag}}};
            if (++count == 1) answer.break_after = 2 * block;
            if (request.header("range")) {
                answer.status = 206;
                answer.headers.push_back({"Content-Range", range});
            }
            return answer;
        });
        EXPECT_EQ(load(server), "") << range;
        EXPECT_EQ(server.requests().back().header("range"), nullptr);
    }
}

TEST_F(FaultyServer, ThatCannotSatisfyTheRangeIsAskedForAllOfIt) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        if (request.header("range")) return Answer{416, "no"};
        Answer answer{200, served_model, {{"ETag", etag}}};
        if (++count == 1) answer.break_after = 2 * block;
        return answer;
    });
    EXPECT_EQ(load(server), "");
}

TEST_F(FaultyServer, WithoutValidatorNothingIsContinued) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        EXPECT_EQ(request.header("range"), nullptr);
        Answer answer{200, served_model, {{"ETag", "W/\"weak\""}}};
        if (++count == 1) answer.break_after = 2 * block;
        return answer;
    });
    EXPECT_EQ(load(server), "");
}

TEST_F(FaultyServer, ThatResetsEveryConnectionIsGivenUp) {
    HttpServer server([](const ReceivedRequest&) {
        Answer answer;
        answer.drop = true;
        return answer;
    });
    EXPECT_THAT(load(server), HasSubstr("the connection was interrupted"));
    EXPECT_THAT(server.requests(), SizeIs(3));
    EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(FaultyServer, ThatStallsIsAskedToGoOn) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        Answer answer = part_of(served_model, request);
        if (++count == 1) answer.stall_after = 3 * block;
        return answer;
    });
    EXPECT_EQ(load(server), "");
    EXPECT_EQ(wanted_start(server.requests().back()), 3 * block);
}

Answer dripping(const ReceivedRequest& request) {
    Answer answer = part_of(served_model, request);
    answer.piece_bytes = 10;
    answer.pause = std::chrono::milliseconds(100);
    return answer;
}

TEST_F(FaultyServer, ThatDripsIsGivenUp) {
    HttpServer server(dripping);
    EXPECT_THAT(load(server), HasSubstr("fewer than 1024 bytes per second"));
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(FaultyServer, ThatDripsIsLeftForTheNextSource) {
    HttpServer slow(dripping);
    HttpServer mirror(
        [](const ReceivedRequest& request) { return part_of(served_model, request); });
    EXPECT_EQ(load({slow.url("/m"), mirror.url("/m")}), "");
    EXPECT_THAT(slow.requests(), SizeIs(1));
    EXPECT_THAT(mirror.requests(), SizeIs(1));
    EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(FaultyServer, ThatDripsOnAfterAGoodStartIsLeftToo) {
    HttpServer slow([](const ReceivedRequest& request) {
        Answer answer = dripping(request);
        if (wanted_start(request) > 0) return answer;
        answer.piece_bytes = block;
        answer.break_after = 3 * block;
        return answer;
    });
    HttpServer mirror(
        [](const ReceivedRequest& request) { return part_of(served_model, request); });
    EXPECT_EQ(load({slow.url("/m"), mirror.url("/m")}), "");
    EXPECT_THAT(slow.requests(), SizeIs(2));
}

TEST_F(FaultyServer, ThatIsSlowButSteadyIsWaitedFor) {
    HttpServer server([](const ReceivedRequest& request) {
        Answer answer = part_of(served_model, request);
        answer.piece_bytes = block;
        answer.pause = std::chrono::milliseconds(10);
        return answer;
    });
    EXPECT_EQ(load(server), "");
}

TEST_F(FaultyServer, WrongLengthsAreRefused) {
    for (const std::string& bytes : {served_model.substr(1), served_model + "m", std::string()}) {
        HttpServer server([&](const ReceivedRequest& request) { return part_of(bytes, request); });
        EXPECT_THAT(load(server), AllOf(HasSubstr("sends"), HasSubstr("manifest"))) << bytes.size();
    }
}

TEST_F(FaultyServer, WrongBytesAreRefusedWithBothHashes) {
    std::string other = served_model;
    other[block] ^= 1;
    HttpServer server([&](const ReceivedRequest& request) { return part_of(other, request); });
    EXPECT_THAT(load(server), AllOf(HasSubstr(to_hex(sha256_of(other))),
                                    HasSubstr(to_hex(sha256_of(served_model)))));
    EXPECT_THAT(server.requests(), SizeIs(1));
    EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(FaultyServer, RedirectLoopsAndRedirectsOutOfHttpEnd) {
    for (const char* target : {"/m", "file:///etc/passwd", "ftp://127.0.0.1/m", "//"}) {
        HttpServer server([&](const ReceivedRequest&) {
            return Answer{302, "", {{"Location", target}}};
        });
        EXPECT_THAT(load(server), HasSubstr("redirects")) << target;
    }
}

TEST_F(FaultyServer, ThatAsksForPatienceGetsIt) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        if (++count == 1) return Answer{429, "", {{"Retry-After", "1"}}};
        if (count == 2) return Answer{408, ""};
        return part_of(served_model, request);
    });
    EXPECT_EQ(load(server), "");
    EXPECT_EQ(count, 3);
}

TEST_F(FaultyServer, CompressedAnswersAreRefused) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{200, "\x1f\x8b\x08 cut off", {{"Content-Encoding", "gzip"}, {"ETag", etag}}};
    });
    EXPECT_THAT(load(server), HasSubstr("compressed"));
    EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(FaultyServer, PointersAndWebPagesAreNamed) {
    HttpServer pointer([](const ReceivedRequest&) {
        return Answer{200, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"};
    });
    EXPECT_THAT(load(pointer), HasSubstr("Git LFS pointer instead of the file"));
    HttpServer page([](const ReceivedRequest&) {
        return Answer{200, "<!DOCTYPE html><title>Sign in</title>"};
    });
    EXPECT_THAT(load(page), HasSubstr("web page instead of the file"));
}

TEST(PartialFile, AbandonedOnesThatAreOfNoUseGo) {
    TemporaryFolder folder;
    const Sha256 sha = sha256_of(served_model);
    const std::string prefix = "." + to_hex(sha) + ".1-";
    test::write_file(folder.path() / (prefix + "0.part"), "no origin");
    test::write_file(folder.path() / (prefix + "1.part"), std::string(100, 'x'));
    test::write_file(folder.path() / (prefix + "1.part.from"), to_hex(sha) + "\n\"v\"\n");
    fs::create_symlink("/etc/hostname", folder.path() / (prefix + "2.part"));
    PartialFile partial(folder.path() / "m", sha, 50);  // 100 bytes are too many
    EXPECT_EQ(partial.size_bytes(), 0u);
    EXPECT_FALSE(fs::exists(folder.path() / (prefix + "0.part")));
    EXPECT_FALSE(fs::exists(folder.path() / (prefix + "1.part")));
    EXPECT_FALSE(fs::exists(folder.path() / (prefix + "1.part.from")));
}

TEST(PartialFile, OneInUseIsNotTakenOver) {
    TemporaryFolder folder;
    const Sha256 sha = sha256_of(served_model);
    PartialFile first(folder.path() / "m", sha, served_model.size());
    first.start_over(TransferOrigin{sha, "\"v\""});
    first.write(std::as_bytes(std::span(served_model).first(100)));
    PartialFile second(folder.path() / "m", sha, served_model.size());
    EXPECT_EQ(second.size_bytes(), 0u);
}

}  // namespace
}  // namespace onnxhub
