// SPDX-License-Identifier: Apache-2.0
#include "validator/repository_change.h"

namespace onnxhub {

RepositoryChange::RepositoryChange(const HubFolder& hub, const CommitId& commit)
    : base(commit),
      repository(GitRepository::find(hub.folder)),
      before(repository->tree_of(commit, "")),
      now(hub.commit ? repository->tree_of(*hub.commit, "") : repository->working_tree("")),
      files(*before, *now, FileAspect::content) {}

}  // namespace onnxhub
