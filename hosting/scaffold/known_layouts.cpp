// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/known_layouts.h"

#include <array>

#include "embedded/layout_files.h"
#include "embedded/layout_genai.h"
#include "embedded/layout_genai_single.h"
#include "embedded/layout_hugging_face.h"
#include "embedded/layout_hugging_face_single.h"
#include "embedded/layout_links.h"
#include "embedded/layout_official_zoo_whole.h"
#include "embedded/layout_opencv_zoo.h"
#include "embedded/layout_rapidocr.h"
#include "embedded/layout_records.h"
#include "embedded/layout_tables.h"
#include "embedded/layout_triton.h"

namespace onnxhub {
namespace {

constexpr std::string_view source_table = "[[source]]";
constexpr std::string_view name_place = "@NAME@";

/// Escapes a name for a template within a basic string of TOML.
std::string template_text(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) continue;
        if (c == '"' || c == '\\') text += '\\';
        if (c == '{' || c == '}') text += c;
        text += c;
    }
    return text;
}

/// The text from the comment above the first [[source]].
std::string_view from_first_source(std::string_view text) {
    std::size_t begin = text.find(source_table);
    if (begin == text.npos) return {};
    while (begin >= 2) {
        const std::size_t line = text.rfind('\n', begin - 2) + 1;  // npos + 1 is 0
        if (text[line] != '#') break;
        begin = line;
        if (line == 0) break;
    }
    return text.substr(begin);
}

}  // namespace

std::span<const KnownLayout> known_layouts() {
    static const std::array layouts{
        KnownLayout{"tables", "tables of the official zoo", embedded::layout_tables},
        KnownLayout{"official-zoo-whole", "tables and turnkey sidecars of the official zoo",
                    embedded::layout_official_zoo_whole},
        KnownLayout{"opencv-zoo", "OpenCV Zoo", embedded::layout_opencv_zoo},
        KnownLayout{"triton", "Triton model repository", embedded::layout_triton},
        KnownLayout{"genai", "ONNX Runtime GenAI directories", embedded::layout_genai},
        KnownLayout{"genai-single", "one ONNX Runtime GenAI model", embedded::layout_genai_single},
        KnownLayout{"hugging-face", "Hugging Face exports", embedded::layout_hugging_face},
        KnownLayout{"hugging-face-single", "one Hugging Face export",
                    embedded::layout_hugging_face_single},
        KnownLayout{"rapidocr", "default_models.yaml of RapidOCR", embedded::layout_rapidocr},
        KnownLayout{"records", "models.yaml or models.json", embedded::layout_records},
        KnownLayout{"links", ".onnx.link files", embedded::layout_links},
        KnownLayout{"files", "all .onnx files", embedded::layout_files},
    };
    return layouts;
}

std::string source_text(const KnownLayout& layout, std::string_view hub_name) {
    std::string text(from_first_source(layout.text));
    const std::string name = template_text(hub_name);
    for (std::size_t at = text.find(name_place); at != text.npos; at = text.find(name_place, at)) {
        text.replace(at, name_place.size(), name);
        at += name.size();
    }
    return text;
}

}  // namespace onnxhub
