#include "core/trace.h"

#include <algorithm>

namespace mien {

void Trace::add(const char* stage, std::int64_t duration_us) {
  auto found =
      std::find_if(stages_.begin(), stages_.end(), [&](const StageTime& s) { return s.stage == stage; });
  if (found == stages_.end()) found = stages_.insert(stages_.end(), StageTime{stage, 0, 0});
  found->duration_us += duration_us;
  ++found->calls;
}

}  // namespace mien
