#compdef onnxhub
# SPDX-License-Identifier: Apache-2.0
# Completes onnxhub's commands in zsh. The program says what fits; names of models and refs are only
# compared and quoted here, never evaluated.
_onnxhub() {
  local -a lines values shown
  local line value help
  lines=("${(@f)$(command onnxhub __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  for line in "${(@)lines[2,-1]}"; do
    value=${line%%$'\t'*}
    [[ -n $value ]] || continue
    help=''
    [[ $line == *$'\t'* ]] && help="  -- ${line#*$'\t'}"
    values+=("$value")
    shown+=("$value$help")
  done
  if (( $#values )); then
    compadd -l -d shown -a values
  fi
  case $lines[1] in
    files) compset -P '--*='; _files ;;
    folders) compset -P '--*='; _files -/ ;;
  esac
}
# Loaded as a function from a folder of fpath, or sourced.
if [[ $funcstack[1] == _onnxhub ]]; then
  _onnxhub "$@"
else
  compdef _onnxhub onnxhub
fi
