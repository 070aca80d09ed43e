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

  // Two looks, plain and mirrored, see more than one, but by nearly the same from frame to frame: what the
  // second adds is kept, relative to the face, and serves for a few frames. period: from one second look to
  // the next; 1: in every frame.
  bool wants_second_look() const { return frames_to_second_look_ <= 0; }
  void take_second_look(const Mesh& first, const Mesh& mean, int period);
  // A frame's first look with what the second would add.
  Mesh without_second_look(const Mesh& first);

  // Where to look for it in the next frame: the last measured mesh, moved on as it moved before.
  LevelSquare expected() const;

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(number_, level_, seen_, filter_, shown_, last_, before_, frames_to_second_look_, added_);
  }

 private:
  int number_ = 0;
  int level_ = 0;
  bool seen_ = false;
  MeshFilter filter_;
  Face shown_;
  LevelSquare last_, before_;  // as measured in the last two frames
  int frames_to_second_look_ = 0;
  Mesh added_{};  // by the second look; level, in sides of the square
};

}  // namespace mien
