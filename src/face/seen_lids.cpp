#include "face/seen_lids.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "face/crop.h"
#include "face/lids.h"

namespace mien {
namespace {

constexpr std::size_t kMiddle = 3;  // of the points of a lid
// All in eye widths. The eyeball is sought in a box around the eye's middle; regions blur its edges.
constexpr float kBoxWidth = 0.3f, kBoxHeight = 0.7f;
constexpr int kColumns = 9, kRows = 29;
constexpr float kLeastGap = 0.08f;  // seen between the lids: less is an edge of lashes
constexpr float kMostGap = 0.2f;    // as far lids part: only narrow eyes are taken for closed
constexpr float kOfUpper = 0.8f;    // of what the gap gets wider by

float distance(const Point3f& a, const Point3f& b) { return std::hypot(a.x - b.x, a.y - b.y); }

// How high the eyeball is seen, in eye widths.
float seen_gap(const RegionMap& regions, const Mesh& mesh, const Lids& eye, float width) {
  const Point3f &a = mesh[eye.corners[0]], &b = mesh[eye.corners[1]];
  const float side = b.x > a.x ? 1.0f : -1.0f, ux = side * (b.x - a.x) / width,
              uy = side * (b.y - a.y) / width;
  const float x = 0.5f * (mesh[eye.upper[kMiddle]].x + mesh[eye.lower[kMiddle]].x),
              y = 0.5f * (mesh[eye.upper[kMiddle]].y + mesh[eye.lower[kMiddle]].y);
  const float across = kBoxWidth * width / (kColumns - 1), down = kBoxHeight * width / (kRows - 1);
  const float i0 = 0.5f * (kColumns - 1) * across, k0 = 0.5f * (kRows - 1) * down;
  thread_local Plane eyeball;  // scratch that keeps its memory
  regions.sample(
      {RegionClass::kEyeball},
      {across * ux, -down * uy, x - i0 * ux + k0 * uy, across * uy, down * ux, y - i0 * uy - k0 * ux},
      kColumns, kRows, &eyeball);
  float sum = 0;
  for (const float p : eyeball.values) sum += p;
  return sum / kColumns * kBoxHeight / (kRows - 1);
}

void open_seen_eye(const RegionMap& regions, const Lids& eye, Mesh* mesh) {
  const float width = distance((*mesh)[eye.corners[0]], (*mesh)[eye.corners[1]]);
  if (!(width > 1)) return;
  const float gap = distance((*mesh)[eye.upper[kMiddle]], (*mesh)[eye.lower[kMiddle]]) / width;
  if (!(gap < kMostGap)) return;
  const float seen = seen_gap(regions, *mesh, eye, width);
  if (!(seen > kLeastGap && seen > gap)) return;
  const float wider = (std::min(seen, kMostGap) - gap) * width;
  // Away from the lower lid, along the eye's own axis.
  const Point3f a = (*mesh)[eye.corners[0]], b = (*mesh)[eye.corners[1]];
  const float side = b.x > a.x ? 1.0f : -1.0f, x = side * (b.y - a.y) / width,
              y = -side * (b.x - a.x) / width;
  for (std::size_t k = 0; k < eye.upper.size(); ++k) {
    const float t = (static_cast<float>(k) + 1) / static_cast<float>(eye.upper.size() + 1),
                by = 4 * t * (1 - t) * wider;
    Point3f &upper = (*mesh)[eye.upper[k]], &lower = (*mesh)[eye.lower[k]];
    upper.x += kOfUpper * by * x, upper.y += kOfUpper * by * y;
    lower.x -= (1 - kOfUpper) * by * x, lower.y -= (1 - kOfUpper) * by * y;
  }
}

}  // namespace

void open_seen_eyes(const RegionMap& regions, Mesh* mesh) {
  if (!is_usable(*mesh)) return;
  for (const Lids& eye : kLids) open_seen_eye(regions, eye, mesh);
}

}  // namespace mien
