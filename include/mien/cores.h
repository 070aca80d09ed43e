// Which cores of a machine are for what, where they differ.
#pragma once

#include <vector>

namespace mien {

// Numbers of cores, as the system counts them. Both empty where all cores are alike, or nothing is known.
struct CoreGroups {
  std::vector<int> efficiency;   // slow and frugal: for the small networks that follow faces
  std::vector<int> performance;  // all others: for the fusion
};

// What Linux says in /sys about this machine. Elsewhere, and on machines whose cores are all alike: nothing.
CoreGroups cores_of_this_machine();

}  // namespace mien
