#include "fuse/glasses.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/fast_math.h"
#include "fuse/outline.h"

namespace mien {
namespace {

// All sizes in face widths.
constexpr float kBandMargin = 0.06f;      // around the points between which glasses lie
constexpr float kEyeSeen = 0.3f;          // share of the eyes that clear lenses show
constexpr float kFeatureMargin = 0.012f;  // around brows and eyes
// Of things on the oval, and shares of the way from the eye's corner to the temple.
constexpr float kLeastTemple = 0.08f;  // outward of the eye's corner, in face widths; less is turned away
constexpr float kClothFrom = 0.3f, kClothTo = 0.6f, kTempleFrom = 0.4f, kTempleTo = 0.6f;
// How thick frames are, by how much they stand out (of 255), and how sure the region network must be of a
// frame over a brow.
struct FrameLimits {
  float reach, from, to, brow_from, brow_to;
};
constexpr FrameLimits kSourceFrames{0.035f, 14, 36, 0.6f, 0.85f}, kTargetFrames{0.055f, 7, 20, 0.3f, 0.5f};

using enum RegionClass;

// out(x, y) = the largest of `in` within `radius` along rows and columns.
void widen_lights(const Plane& in, int radius, Plane* rows, Plane* out) {
  *rows = in;
  for (int y = 0; y < in.height; ++y) {
    const float* from = in.row(y);
    float* to = rows->row(y);
    for (int s = 1; s <= radius; ++s) {
      for (int x = s; x < in.width; ++x) to[x] = std::max(to[x], from[x - s]);
      for (int x = 0; x + s < in.width; ++x) to[x] = std::max(to[x], from[x + s]);
    }
  }
  *out = *rows;
  for (int y = 0; y < in.height; ++y) {
    float* to = out->row(y);
    for (int v = std::max(0, y - radius); v <= std::min(in.height - 1, y + radius); ++v) {
      const float* from = rows->row(v);
      for (int x = 0; x < in.width; ++x) to[x] = std::max(to[x], from[x]);
    }
  }
}

void negate(Plane* plane) {
  for (float& v : plane->values) v = -v;
}

// How far each pixel is darker (or lighter) than everything that a square of the radius around it holds: the
// difference to the morphological closing (opening, of the negated plane).
void depth_of_lines(const Plane& light, int radius, GlassesScratch* s, Plane* out) {
  widen_lights(light, radius, &s->rows, &s->wide);
  negate(&s->wide);
  widen_lights(s->wide, radius, &s->rows, out);
  for (std::size_t i = 0; i < light.size(); ++i) out->values[i] = -out->values[i] - light.values[i];
}

void clear(int width, int height, Plane* out) {
  out->resize(width, height);
  out->fill(0);
}

// Raises `out` inside of the mesh points' polygon, which is moved outward by margin_px.
void draw_part(const Mesh& mesh, std::span<const topology::Index> indices, float margin_px, GlassesScratch* s,
               Plane* out) {
  outline(mesh, indices, &s->polygon);
  offset_polygon(s->polygon, margin_px, &s->grown);
  fill_polygon(s->grown, out);
}

// eye_band() into s->band.
void draw_eye_band(const Mesh& mesh, int width, int height, GlassesScratch* s) {
  constexpr std::array<topology::Index, 8> kHull = {127, 70, 300, 356, 352, 425, 205, 123};
  clear(width, height, &s->band);
  draw_part(mesh, kHull, kBandMargin * face_width_px(mesh), s, &s->band);
}

// The face's own directions, one face width long.
struct Axes {
  Point2f right, down;
};

Axes axes_of(const Mesh& mesh) {
  const Point3f &a = mesh[234], &b = mesh[454], &top = mesh[10], &chin = mesh[152];
  const float width = std::max(face_width_px(mesh), 1e-3f),
              height = std::max(std::hypot(chin.x - top.x, chin.y - top.y), 1e-3f);
  return {{b.x - a.x, b.y - a.y}, {(chin.x - top.x) * width / height, (chin.y - top.y) * width / height}};
}

// The highest value of the plane within `reach` above or below the place.
float best_near(const Plane& plane, Point2f place, Point2f down, float reach) {
  constexpr int kSteps = 4;
  float best = 0;
  for (int k = -kSteps; k <= kSteps; ++k) {
    const float t = reach * static_cast<float>(k) / kSteps;
    const long x = std::clamp<long>(std::lround(place.x + t * down.x), 0, plane.width - 1),
               y = std::clamp<long>(std::lround(place.y + t * down.y), 0, plane.height - 1);
    best = std::max(best, plane.row(static_cast<int>(y))[x]);
  }
  return best;
}

Point2f centre_of(const Mesh& mesh, std::span<const topology::Index> indices) {
  Point2f sum{};
  for (const topology::Index i : indices) sum = {sum.x + mesh[i].x, sum.y + mesh[i].y};
  const auto n = static_cast<float>(indices.size());
  return {sum.x / n, sum.y / n};
}

// One side of the face: which way it lies along the face's own axis, the outer corner of its eye, its temple, and
// points of the oval below the band that glasses lie in.
struct Side {
  float outward;
  topology::Index corner, temple;
  std::array<topology::Index, 2> below;
};
constexpr std::array<Side, 2> kSides = {{{-1, 33, 127, {93, 132}}, {1, 263, 356, {323, 361}}}};

// 0..1: how far the oval is hidden where no glasses lie, as by a scarf, a hood or a hand.
float cloth_at(const Mesh& mesh, const Side& side, const Plane& things) {
  float sum = 0;
  for (const topology::Index i : side.below) sum += best_near(things, {mesh[i].x, mesh[i].y}, {}, 0);
  return smoothstep(kClothFrom, kClothTo, sum / static_cast<float>(side.below.size()));
}

// A scarf that comes past the temples is no glasses: takes it out of s->band, outward of the eyes. A side that is
// turned away shows none.
void leave_cloth(const Mesh& mesh, const Plane& things, GlassesScratch* s) {
  const Point2f right = axes_of(mesh).right;
  const float per_length = 1 / std::max(right.x * right.x + right.y * right.y, 1e-6f);
  for (const Side& side : kSides) {
    const Point3f& from = mesh[side.corner];
    const auto outward = [&](float x, float y) {  // from the corner, in face widths
      return side.outward * per_length * ((x - from.x) * right.x + (y - from.y) * right.y);
    };
    const float temple = outward(mesh[side.temple].x, mesh[side.temple].y);
    const float cloth = temple < kLeastTemple ? 0 : cloth_at(mesh, side, things);
    if (!(cloth > 0)) continue;
    for (int y = 0; y < s->band.height; ++y) {
      float* band = s->band.row(y);
      for (int x = 0; x < s->band.width; ++x) {
        const float along = outward(static_cast<float>(x), static_cast<float>(y)) / temple;
        band[x] *= 1 - cloth * smoothstep(kTempleFrom, kTempleTo, along);
      }
    }
  }
}

}  // namespace

Plane eye_band(const Mesh& mesh, int width, int height) {
  GlassesScratch s;
  draw_eye_band(mesh, width, height, &s);
  return std::move(s.band);
}

float glasses_score(const Mesh& mesh, const Plane& things) {
  const Axes axes = axes_of(mesh);
  const float bridge =
      best_near(things, {mesh[topology::kBridge].x, mesh[topology::kBridge].y}, axes.down, 0.05f);
  float rims = 0, temples = 0;
  constexpr int kPlaces = 5;
  for (const auto& eye : {std::span(topology::kRightEye), std::span(topology::kLeftEye)}) {
    const Point2f e = centre_of(mesh, eye);
    for (int k = 0; k < kPlaces; ++k) {
      const float t = 0.12f * static_cast<float>(k) / (kPlaces - 1) - 0.06f;
      rims += best_near(
          things,
          {e.x + t * axes.right.x + 0.12f * axes.down.x, e.y + t * axes.right.y + 0.12f * axes.down.y},
          axes.down, 0.05f);
    }
  }
  for (const auto& [corner, temple] : {std::pair{33, 127}, {263, 356}}) {
    for (int k = 0; k < kPlaces; ++k) {
      const float t = 0.35f + 0.6f * static_cast<float>(k) / (kPlaces - 1);
      temples += best_near(things,
                           {mesh[corner].x + t * (mesh[temple].x - mesh[corner].x),
                            mesh[corner].y + t * (mesh[temple].y - mesh[corner].y)},
                           axes.down, 0.06f);
    }
  }
  return bridge * std::sqrt(rims * temples) / (2 * kPlaces);
}

bool eyes_are_seen(const RegionMap& regions, const Affine& frame_from_picture, const Mesh& mesh, int width,
                   int height, GlassesScratch* s) {
  Plane &eyeball = s->wide, &eyes = s->eyes;
  regions.sample({kEyeball}, frame_from_picture, width, height, &eyeball);
  clear(width, height, &eyes);
  for (const auto& eye : {std::span(topology::kRightEye), std::span(topology::kLeftEye)}) {
    outline(mesh, eye, &s->polygon);
    fill_polygon(s->polygon, &eyes);
  }
  float seen = 0, area = 1e-3f;
  for (std::size_t i = 0; i < eyes.size(); ++i)
    seen += eyes.values[i] * eyeball.values[i], area += eyes.values[i];
  return seen > kEyeSeen * area;
}

bool wears_clear_glasses(const RegionMap& regions, const Affine& frame_from_picture, const Mesh& mesh,
                         const Plane& things, GlassesScratch* s) {
  return glasses_score(mesh, things) >= kWearsGlasses &&
         eyes_are_seen(regions, frame_from_picture, mesh, things.width, things.height, s);
}

void keep_frames(const Mesh& mesh, FrameRule rule, GlassesScratch* s, Plane* frames) {
  const FrameLimits& limits = rule == FrameRule::kOfSource ? kSourceFrames : kTargetFrames;
  const float width_px = face_width_px(mesh);
  const int width = s->light.width, height = s->light.height;
  draw_eye_band(mesh, width, height, s);
  leave_cloth(mesh, *frames, s);
  clear(width, height, &s->eyes), clear(width, height, &s->brows);
  for (const auto& eye : {std::span(topology::kRightEye), std::span(topology::kLeftEye)})
    draw_part(mesh, eye, kFeatureMargin * width_px, s, &s->eyes);
  for (const auto& brow : {std::span(topology::kRightBrow), std::span(topology::kLeftBrow)})
    draw_part(mesh, brow, kFeatureMargin * width_px, s, &s->brows);
  const int radius = std::max(1, static_cast<int>(limits.reach * width_px + 0.5f));
  depth_of_lines(s->light, radius, s, &s->dark);
  negate(&s->light);
  depth_of_lines(s->light, radius, s, &s->bright);
  for (std::size_t i = 0; i < s->band.size(); ++i) {
    const float brow = s->brows.values[i];
    float& p = frames->values[i];
    float frame = p * smoothstep(limits.from, limits.to, std::max(s->dark.values[i], s->bright.values[i]));
    // A brow is a dark line, too: there the region network decides.
    if (rule == FrameRule::kOfTarget) frame = std::max(frame, p * brow);
    frame *= 1 - brow * (1 - smoothstep(limits.brow_from, limits.brow_to, p));
    p += s->band.values[i] * (frame * (1 - s->eyes.values[i]) - p);
  }
}

void leave_seen_eyes(const Mesh& mesh, Plane* share) {
  constexpr float kLens = 0.5f, kFrame = 0.9f, kSigmaPx = 1;
  Plane eyes;
  clear(share->width, share->height, &eyes);
  for (const auto& eye : {std::span(topology::kRightEye), std::span(topology::kLeftEye)})
    fill_polygon(outline(mesh, eye), &eyes);
  std::vector<float> line;
  gaussian_blur(&eyes, kSigmaPx, &line);
  for (std::size_t i = 0; i < eyes.size(); ++i) {
    float& glasses = share->values[i];
    glasses *= 1 - eyes.values[i] * (1 - smoothstep(kLens, kFrame, glasses));
  }
}

void keep_glasses(const FineMask& seen, const Affine& photo_from_picture, const Mesh& mesh, GlassesScratch* s,
                  Plane* frames) {
  Plane& glasses = s->wide;
  seen.sample(photo_from_picture, frames->width, frames->height, &glasses);
  draw_eye_band(mesh, frames->width, frames->height, s);
  leave_cloth(mesh, *frames, s);
  for (std::size_t i = 0; i < s->band.size(); ++i)
    frames->values[i] += s->band.values[i] * (glasses.values[i] - frames->values[i]);
}

}  // namespace mien
