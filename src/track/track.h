// One face over time: its steadied mesh, and how much of the fusion shows.
#pragma once

#include "face/mesh.h"
#include "mien/face.h"
#include "track/mesh_filter.h"

namespace mien {

inline constexpr int kFadeFrames = 3;  // over which a face comes and goes

class Track {
 public:
  // at_once: a new shot begins with this face, so it is shown fully from its first frame on.
  Track() = default;
  Track(int number, bool at_once) : number_(number), level_(at_once ? kFadeFrames : 0) {}

  int number() const { return number_; }

  // The face as measured in this frame. steady: whether to filter it. Shows a step more.
  void see(const Face& measured, float seconds, bool steady);
  // It was not found in this frame: stays where it was and shows a step less.
  void miss();

  // What to show: the face, steadied, and the share of the fusion, 0..1.
  const Face& face() const { return shown_; }
  float opacity() const { return static_cast<float>(level_) / kFadeFrames; }
  bool gone() const { return level_ == 0; }

  // Where to look for it in the next frame: the last measured mesh, moved on as it moved before.
  LevelSquare expected() const;

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(number_, level_, seen_, filter_, shown_, last_, before_);
  }

 private:
  int number_ = 0;
  int level_ = 0;
  bool seen_ = false;
  MeshFilter filter_;
  Face shown_;
  LevelSquare last_, before_;  // as measured in the last two frames
};

}  // namespace mien
