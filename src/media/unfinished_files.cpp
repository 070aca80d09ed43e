#include "media/unfinished_files.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "media/file_io.h"

namespace mien {
namespace {

enum class State { kFree, kFilling, kListed, kRemoving };

// Fixed memory, because a signal handler may not take locks or allocate; the state says who may touch the
// path.
struct Slot {
  std::atomic<State> state{State::kFree};
  std::array<char, 4096> path{};
};
static_assert(std::atomic<State>::is_always_lock_free);

constinit std::array<Slot, 32> slots;

bool change(Slot& slot, State from, State to) { return slot.state.compare_exchange_strong(from, to); }

}  // namespace

UnfinishedFile::UnfinishedFile(const std::filesystem::path& file) noexcept {
  const std::string& name = file.native();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    if (name.size() >= slot.path.size()) return;
    if (!change(slot, State::kFree, State::kFilling)) continue;
    std::memcpy(slot.path.data(), name.c_str(), name.size() + 1);
    slot.state.store(State::kListed);
    slot_ = static_cast<int>(i);
    return;
  }
}

UnfinishedFile::~UnfinishedFile() {
  if (slot_ < 0) return;
  // A handler on another thread may be deleting the file; the slot is not ours again until it is through.
  while (!change(slots[static_cast<std::size_t>(slot_)], State::kListed, State::kFree))
    std::this_thread::yield();
}

void remove_unfinished_files() noexcept {
  for (Slot& slot : slots) {
    if (!change(slot, State::kListed, State::kRemoving)) continue;
    if (::unlink(slot.path.data()) != 0) ::rmdir(slot.path.data());
    slot.state.store(State::kListed);
  }
}

}  // namespace mien
