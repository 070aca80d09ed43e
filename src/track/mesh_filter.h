// Steadies the mesh of one face over time.
#pragma once

#include <vector>

#include "mien/face.h"
#include "track/one_euro.h"

namespace mien {

// The similarity (place, size, roll) and the shape that remains are filtered apart: a head that turns fast
// may keep a still mouth, and a speaking mouth does not shake the head. Speeds count in face sizes a second;
// lids, irises and lips are let through faster.
class MeshFilter {
 public:
  // seconds since the last call; the first call returns its mesh unchanged.
  Mesh next(const Mesh& mesh, float seconds);

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(started_, reference_, centre_, turn_, points_);
  }

 private:
  struct Similarity {
    float x = 0, y = 0;  // of the centre, pixels
    float a = 1, b = 0;  // pixels per face size, turned: (a, b) = size * (cos roll, sin roll)
  };
  Similarity fit(const Mesh& mesh) const;

  bool started_ = false;
  Mesh reference_{};  // the first mesh: centred, in face sizes
  OneEuro<2> centre_, turn_;
  std::vector<OneEuro<3>> points_;
};

}  // namespace mien
