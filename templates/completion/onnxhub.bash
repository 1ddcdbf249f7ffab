# SPDX-License-Identifier: Apache-2.0
# Completes onnxhub's commands in bash. The program says what fits; names of models and refs are only
# compared and quoted here, never evaluated. bash's own quoting (compopt -o filenames) leaves "${" and
# "`" as they are, so it is not used.

# Sets `unquoted` to the word without its quotes, and `quote` to a quote that is open at its end.
_onnxhub_unquote() {
  local word=$1 i char
  unquoted='' quote=''
  for ((i = 0; i < ${#word}; i++)); do
    char=${word:i:1}
    if [[ $char == "$quote" ]]; then
      quote=''
    elif [[ -z $quote && $char == [\"\'] ]]; then
      quote=$char
    else
      if [[ $char == \\ && $quote != \' ]]; then
        ((++i))
        char=${word:i:1}
      fi
      unquoted+=$char
    fi
  done
}

# Sets `quoted` to the word as it stands in the command line, behind the open quote if there is one.
_onnxhub_quote() {
  local word=$1
  case $2 in
    \') quoted=${word//\'/\'\\\'\'} ;;
    \")
      word=${word//\\/\\\\}
      word=${word//\"/\\\"}
      word=${word//\$/\\\$}
      word=${word//\`/\\\`}
      quoted=${word//!/\"\'!\'\"} ;;
    *) printf -v quoted %q "$word" ;;
  esac
}

_onnxhub() {
  local line=${COMP_LINE:0:COMP_POINT} words=() word='' piece i lines=() unquoted quoted quote fixed
  # bash splits words at "=" and ":" too: pieces without a blank between them are one word.
  for ((i = 0; i < COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    line=${line#"$piece"}
    word+=$piece
    if [[ $line == [$' \t']* ]]; then
      _onnxhub_unquote "$word"
      words+=("$unquoted")
      word=''
      while [[ $line == [$' \t']* ]]; do line=${line#?}; done
    fi
  done
  _onnxhub_unquote "$word"
  fixed=$unquoted
  _onnxhub_unquote "$word$line"
  words+=("$unquoted")
  mapfile -t lines < <(command onnxhub __complete "${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  for word in "${lines[@]:1}"; do
    word=${word%%$'\t'*}
    _onnxhub_quote "${word:${#fixed}}" "$quote"
    COMPREPLY+=("$quoted")
  done
  case ${lines[0]-} in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
  esac
}
complete -F _onnxhub onnxhub
