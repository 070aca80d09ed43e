// Asking once whether the people shown agree.
#pragma once

#include "mien/status.h"

namespace mien::cli {

// Done when consent was stated: by the flag, by an earlier answer, or by answering yes on the terminal now
// (which is remembered in $XDG_CONFIG_HOME/mien/consent). kDeclined otherwise.
Done require_consent(bool stated_by_flag);

}  // namespace mien::cli
