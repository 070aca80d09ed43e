#include "pipeline/cast.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/find_faces.h"

namespace mien {
namespace {

std::size_t nearest_face(const std::vector<Face>& faces, Point2f point) {
  const auto distance = [&](const Face& f) {
    return std::hypot(f.box.centre().x - point.x, f.box.centre().y - point.y);
  };
  return static_cast<std::size_t>(
      std::min_element(faces.begin(), faces.end(),
                       [&](const Face& a, const Face& b) { return distance(a) < distance(b); }) -
      faces.begin());
}

}  // namespace

std::vector<std::size_t> numbered(const std::vector<Face>& faces, FaceOrder order) {
  std::vector<std::size_t> out(faces.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
    const Box &p = faces[a].box, &q = faces[b].box;
    return order == FaceOrder::kLargeToSmall ? p.width() > q.width() : p.centre().x < q.centre().x;
  });
  return out;
}

Result<std::vector<std::string>> not_chosen_because(const std::vector<Face>& faces,
                                                    const FusionOptions& options) {
  if (options.faces == FaceChoice::kNumber && options.face_number > static_cast<int>(faces.size())) {
    return Status(Code::kNoFace,
                  "face " + std::to_string(options.face_number) + " was asked for, but the target has " +
                      std::to_string(faces.size()) +
                      (options.order == FaceOrder::kLeftToRight ? " (counted from the left)"
                                                                : " (counted from the largest)"));
  }
  std::vector<std::string> out(faces.size());
  if (options.faces == FaceChoice::kAll || faces.empty()) return out;
  auto chosen = static_cast<std::size_t>(options.face_number - 1);
  std::string why = "not chosen";
  if (options.faces == FaceChoice::kLargest) {
    chosen = static_cast<std::size_t>(largest_face(faces)), why = "not chosen: not the largest face";
  } else if (options.faces == FaceChoice::kNear) {
    chosen = nearest_face(faces, options.near), why = "not chosen: not the face nearest to the point";
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i != chosen) out[i] = why;
  }
  return out;
}

References references_of(std::span<const Casting> cast) {
  References out;
  for (std::size_t i = 0; i < cast.size(); ++i) {
    if (cast[i].reference == nullptr) {
      out.for_the_rest = static_cast<int>(i);
    } else {
      out.identities.push_back(*cast[i].reference), out.casting_of.push_back(static_cast<int>(i));
    }
  }
  return out;
}

std::vector<Match> match_people(const std::vector<Identity>& references,
                                const std::vector<std::optional<Identity>>& faces, float min_similarity) {
  struct Pair {
    std::size_t reference, face;
    float similarity;
  };
  std::vector<Pair> pairs;
  for (std::size_t r = 0; r < references.size(); ++r) {
    for (std::size_t f = 0; f < faces.size(); ++f) {
      if (faces[f]) pairs.push_back({r, f, similarity(references[r], *faces[f])});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.similarity > b.similarity; });
  std::vector<Match> out(references.size());
  std::vector<bool> taken(faces.size(), false);
  for (const Pair& pair : pairs) {
    Match& match = out[pair.reference];
    if (match.face >= 0 || taken[pair.face]) continue;
    match.similarity = std::max(match.similarity, pair.similarity);
    if (pair.similarity < min_similarity) continue;
    match.face = static_cast<int>(pair.face);
    taken[pair.face] = true;
  }
  return out;
}

}  // namespace mien
