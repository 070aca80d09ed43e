#include "face/gaze.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "core/luma.h"
#include "core/polygon.h"
#include "core/resample.h"
#include "core/smoothstep.h"
#include "face/topology.h"

namespace mien {
namespace {

using topology::Index;

struct Eye {
  std::array<Index, 16> lids;
  std::array<Index, 2> corners;  // as the picture has them from left to right
  Index iris;
};
constexpr std::array<Eye, 2> kEyes = {{{topology::kRightEye, {33, 133}, topology::kRightIris},
                                       {topology::kLeftEye, {362, 263}, topology::kLeftIris}}};

// An eye is looked at on a grid of its own, so wide between its corners.
constexpr int kEyePx = 26, kWidth = 34, kHeight = 18;
constexpr float kLeastEyePx = 9;               // of the frame
constexpr float kIrisRadius = 0.19f * kEyePx;  // of 11.7 mm in eyes of 30 mm
constexpr int kReach = 8, kRise = 2;           // how far from the middle the centre is sought
constexpr float kInside = 0.92f, kRingFrom = 1.1f, kRingTo = 1.75f, kBeside = 0.8f;  // in radii
constexpr float kLeastIris = 0.3f,
                kLeastOpen = 0.12f;  // of the disc, of the grid's eye: what lies between the lids
// The ring's mean over the disc's, in standard deviations of the eye: from the first something is seen.
constexpr float kSeesSome = 0.7f, kSeesWell = 1.1f;
constexpr float kCentred = 0.35f;                // of it less for a centre at the end of the reach
constexpr float kAgree = 0.06f, kApart = 0.14f;  // between what both eyes say, in eye widths
constexpr float kMost = 0.28f;

struct Sight {
  float away = 0;  // of the iris from the middle between the corners, along the eye, in eye widths
  float sure = 0;  // 0..1
};

struct Scratch {
  PlanarRgb pixels;
  Plane light, open;
  std::vector<Point2f> outline;
};

// The eye as the grid sees it. False where it is too small.
bool look_at(ImageView frame, const Mesh& mesh, const Eye& eye, Scratch* s) {
  const Point3f &a = mesh[eye.corners[0]], &b = mesh[eye.corners[1]];
  const float width = std::hypot(b.x - a.x, b.y - a.y);
  if (!(width >= kLeastEyePx)) return false;
  const float k = kEyePx / width, cos = k * (b.x - a.x) / width, sin = k * (b.y - a.y) / width,
              x = (a.x + b.x) / 2, y = (a.y + b.y) / 2;
  const Affine grid_from_frame{cos,  sin, 0.5f * (kWidth - 1) - cos * x - sin * y,
                               -sin, cos, 0.5f * (kHeight - 1) + sin * x - cos * y};
  sample_affine(frame, grid_from_frame, kWidth, kHeight, &s->pixels);
  luma_of(s->pixels, &s->light);
  s->outline.clear();
  for (const Index i : eye.lids) s->outline.push_back(grid_from_frame({mesh[i].x, mesh[i].y}));
  s->open.resize(kWidth, kHeight), s->open.fill(0);
  fill_polygon(s->outline, &s->open);
  return true;
}

struct Spread {
  float mean = 0, deviation = 0, area = 0;
};

Spread spread_of(const Scratch& s) {
  double sum = 0, squares = 0, area = 1e-3;
  for (std::size_t i = 0; i < s.light.size(); ++i) {
    const double w = s.open.values[i], v = s.light.values[i];
    sum += w * v, squares += w * v * v, area += w;
  }
  const double mean = sum / area;
  return {static_cast<float>(mean),
          static_cast<float>(std::sqrt(std::max(squares / area - mean * mean, 0.0))),
          static_cast<float>(area)};
}

// How much a disc at the place looks like an iris: lighter beside it, in the eye's standard deviations.
float likeness(const Scratch& s, const Spread& eye, float x0, float y0) {
  constexpr float kReachPx = kRingTo * kIrisRadius, kRing2 = kReachPx * kReachPx,
                  kFrom2 = kRingFrom * kRingFrom * kIrisRadius * kIrisRadius,
                  kInside2 = kInside * kInside * kIrisRadius * kIrisRadius;
  const int first = std::max(0, static_cast<int>(x0 - kReachPx)),
            end = std::min(kWidth, static_cast<int>(x0 + kReachPx) + 2);
  float disc = 0, disc_area = 0, ring = 0, ring_area = 0;
  for (int y = 0; y < kHeight; ++y) {
    const float dy = static_cast<float>(y) - y0;
    const float beside = std::abs(dy) < kBeside * kIrisRadius ? 1.0f : 0.0f;
    const float *open = s.open.row(y), *light = s.light.row(y);
    for (int x = first; x < end; ++x) {
      const float dx = static_cast<float>(x) - x0, r2 = dx * dx + dy * dy;
      const float in_disc = r2 < kInside2 ? open[x] : 0.0f,
                  in_ring = r2 > kFrom2 && r2 <= kRing2 ? beside * open[x] : 0.0f;
      disc += in_disc * light[x], disc_area += in_disc, ring += in_ring * light[x], ring_area += in_ring;
    }
  }
  constexpr float kWhole = 3.14159265f * kInside * kInside * kIrisRadius * kIrisRadius;
  if (disc_area < kLeastIris * kWhole) return -1;
  const float around = ring_area > 3 ? ring / ring_area : eye.mean;
  const float centred = (x0 - 0.5f * (kWidth - 1)) / kReach;
  return (around - disc / disc_area) / (eye.deviation + 2) * std::sqrt(std::min(disc_area / kWhole, 1.0f)) -
         kCentred * centred * centred;
}

std::optional<Sight> find_iris(const Scratch& s) {
  const Spread eye = spread_of(s);
  if (eye.area < kLeastOpen * kEyePx * kEyePx * 0.7f) return std::nullopt;  // 0.7: a lens in its box
  std::array<float, 2 * kReach + 1> best;
  best.fill(-1);
  const auto look = [&](std::ptrdiff_t at) {
    for (int dy = -kRise; dy <= kRise; dy += kRise)
      best[static_cast<std::size_t>(at)] =
          std::max(best[static_cast<std::size_t>(at)],
                   likeness(s, eye, 0.5f * (kWidth - 1) + static_cast<float>(at - kReach),
                            0.5f * (kHeight - 1) + static_cast<float>(dy)));
  };
  for (int at = 0; at <= 2 * kReach; at += 2) look(at);
  auto top = std::max_element(best.begin(), best.end());
  if (top != best.begin()) look(top - best.begin() - 1);
  if (top + 1 != best.end()) look(top - best.begin() + 1);
  top = std::max_element(best.begin(), best.end());
  auto away = static_cast<float>(top - best.begin()) - kReach;
  if (top != best.begin() && top + 1 != best.end()) {  // between the places: a parabola through three of them
    const float bend = top[-1] - 2 * top[0] + top[1];
    if (bend < 0) away += 0.5f * (top[-1] - top[1]) / bend;
  }
  return Sight{away / kEyePx, smoothstep(kSeesSome, kSeesWell, *top)};
}

// Along the eye, in eye widths: where the mesh has the iris.
float mesh_iris(const Mesh& mesh, const Eye& eye) {
  const Point3f &a = mesh[eye.corners[0]], &b = mesh[eye.corners[1]], &iris = mesh[eye.iris];
  const float dx = b.x - a.x, dy = b.y - a.y;
  return ((iris.x - (a.x + b.x) / 2) * dx + (iris.y - (a.y + b.y) / 2) * dy) /
         std::max(dx * dx + dy * dy, 1e-6f);
}

}  // namespace

void see_irises(ImageView frame, Mesh* mesh) {
  thread_local Scratch scratch;  // keeps its memory
  std::array<Sight, 2> seen;
  for (std::size_t k = 0; k < kEyes.size(); ++k) {
    if (!look_at(frame, *mesh, kEyes[k], &scratch)) return;
    const auto sight = find_iris(scratch);
    if (!sight) return;
    seen[k] = *sight, seen[k].away -= mesh_iris(*mesh, kEyes[k]);
  }
  const float sure = std::min(seen[0].sure, seen[1].sure) *
                     (1 - smoothstep(kAgree, kApart, std::abs(seen[0].away - seen[1].away)));
  const float by = sure * std::clamp(0.5f * (seen[0].away + seen[1].away), -kMost, kMost);
  for (const Eye& eye : kEyes) {
    const Point3f a = (*mesh)[eye.corners[0]], b = (*mesh)[eye.corners[1]];
    for (Index i = eye.iris; i < eye.iris + 5; ++i)
      (*mesh)[i].x += by * (b.x - a.x), (*mesh)[i].y += by * (b.y - a.y);
  }
}

}  // namespace mien
