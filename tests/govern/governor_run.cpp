// A simulated run of the governor, frame by frame.   governor_run SCENARIO
//   -> "# level: text" per level, "# in time: share", then seconds,level,ms,deadline_ms,celsius,load,why
#include <cstdio>
#include <exception>

#include "govern/simulated_run.h"

int main(int argc, char** argv) try {
  using namespace mien::testing;
  if (argc != 2) return 2;
  const SimulatedRun r = run(scenario_named(argv[1], std::string(MIEN_SOURCE_DIR) + "/tests/govern/traces"));
  for (const mien::WorkLevel& level : r.levels) std::printf("# level: %s\n", level.text().c_str());
  std::printf("# in time: %.4f\n", r.share_in_time());
  for (const SimulatedFrame& f : r.frames)
    std::printf("%.3f,%d,%.2f,%.2f,%.1f,%.2f,%s\n", f.at_seconds, f.level, f.ms, f.deadline_ms, f.celsius,
                f.load, f.why.c_str());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "governor_run: %s\n", error.what());
  return 1;
}
