# SPDX-License-Identifier: Apache-2.0
# Completes onnxhub's commands in fish. The program says what fits; names of models and refs are only
# compared and quoted by fish, never evaluated.
function __onnxhub_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct | string unescape)
    set -l lines (command onnxhub __complete $words[2..-1] "$word" 2>/dev/null)
    set -l kind $lines[1]
    printf '%s\n' $lines[2..-1]
    set -l path (string replace -r -- '^--[^=]*=' '' "$word")
    set -l fixed (string replace -- "$path" '' "$word")
    switch "$kind"
        case files
            for found in (__fish_complete_path "$path")
                printf '%s\n' "$fixed$found"
            end
        case folders
            for found in (__fish_complete_directories "$path" '')
                printf '%s\n' "$fixed$found"
            end
    end
end
complete -c onnxhub -f -a '(__onnxhub_complete)'
