// SPDX-License-Identifier: Apache-2.0
#include "cli/git_messages.h"

#include <ostream>

#include "base/escaping.h"

namespace onnxhub {

GitMessages git_messages(const Streams& streams) {
    const bool draws =
        streams.err_is_terminal && !streams.options.no_progress && !streams.options.quiet;
    const auto tell = [streams, draws](const std::string& line, bool is_final) {
        if (draws) streams.err << "\r\033[K";
        if (is_final) {
            note(streams, "git: " + shown(line));
        } else if (draws) {
            streams.err << "git: " << escaped_line(shown(line)) << std::flush;
        }
    };
    return {tell, draws};
}

}  // namespace onnxhub
