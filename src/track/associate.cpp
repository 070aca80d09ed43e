#include "track/associate.h"

#include <algorithm>

namespace mien {

float overlap(const Box& a, const Box& b) {
  const float w = std::min(a.x1, b.x1) - std::max(a.x0, b.x0),
              h = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (!(w > 0 && h > 0)) return 0;
  return w * h / (a.width() * a.height() + b.width() * b.height() - w * h);
}

std::vector<int> associate(const std::vector<Box>& tracks, const std::vector<Box>& faces, float min_overlap) {
  struct Pair {
    float overlap;
    std::size_t track, face;
  };
  std::vector<Pair> pairs;
  for (std::size_t t = 0; t < tracks.size(); ++t) {
    for (std::size_t f = 0; f < faces.size(); ++f) {
      const float share = overlap(tracks[t], faces[f]);
      if (share >= min_overlap) pairs.push_back({share, t, f});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.overlap > b.overlap; });
  std::vector<int> face_of_track(tracks.size(), -1);
  std::vector<bool> taken(faces.size(), false);
  for (const Pair& pair : pairs) {
    if (face_of_track[pair.track] >= 0 || taken[pair.face]) continue;
    face_of_track[pair.track] = static_cast<int>(pair.face);
    taken[pair.face] = true;
  }
  return face_of_track;
}

}  // namespace mien
