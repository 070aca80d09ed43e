#include "fuse/hair_edge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/fast_math.h"
#include "fuse/outline.h"

namespace mien {
namespace {

// In face widths: the window that hair and skin are told apart in, and how far from hair strands may lie.
constexpr float kWindowSigma = 0.04f, kReachSigma = 0.05f;
constexpr int kPixelsPerSigma = 3;   // of the blurs
constexpr float kSure = 0.8f;        // probability of what the mean colours are taken from
constexpr float kLeastArea = 0.01f;  // of the face's width squared: of less one knows no colour
constexpr float kTellApartFrom = 25, kTellApartTo = 45;  // distance of the mean colours, of 255
// A scarf's pattern differs from itself as much as from skin (0.5 and more; hair with streaks has 0.15 to
// 0.35): its bright spots are no skin.
constexpr float kPatternStep = 0.03f;  // in face widths
constexpr float kPlainTo = 0.4f, kPatternedFrom = 0.55f;
constexpr float kFeatureMargin = 0.035f;  // around the mesh's brows and eyes, which may be as dark as hair
// From the eyes' outer corners: crow's feet are as dark as strands. They reach further to the sides than up.
constexpr float kWrinklesTo = 0.12f, kStrandsFrom = 0.2f, kWrinklesFlatness = 1.6f;
constexpr float kStrandFrom = 0.35f, kStrandTo = 0.6f;  // of the guide: what is like this hair
constexpr float kNoise =
    0.12f;  // of the guide, whose step from skin to hair is 1: less contrast says nothing

struct Mean {
  std::array<double, 3> sum{};
  double area = 1e-9;

  void add(const PlanarRgb& picture, std::size_t i) {
    area += 1;
    for (int c = 0; c < 3; ++c) sum[c] += picture.channel(c)[i];
  }
  float of(int c) const { return static_cast<float>(sum[c] / area); }
};

// How much the guide changes over a few pixels where hair is, of its step from skin to hair: mean absolute
// difference.
float pattern_of_hair(const Plane& hair, const Plane& guide, int step) {
  double sum = 0, n = 1e-9;
  for (int y = 0; y < hair.height; ++y) {
    const float *h = hair.row(y), *g = guide.row(y);
    for (int x = 0; x + step < hair.width; ++x)
      if (h[x] > kSure && h[x + step] > kSure) sum += std::abs(g[x + step] - g[x]), n += 1;
  }
  return static_cast<float>(sum / n);
}

// guide: 0 at the skin's mean colour, 1 at the hair's. -> how well the two can be told apart, 0..1
float draw_guide(const PlanarRgb& picture, const Plane& skin, const Plane& hair, float face_px,
                 Plane* guide) {
  Mean of_hair, of_skin;
  for (std::size_t i = 0; i < hair.size(); ++i) {
    if (hair.values[i] > kSure) of_hair.add(picture, i);
    if (skin.values[i] > kSure) of_skin.add(picture, i);
  }
  if (std::min(of_hair.area, of_skin.area) < kLeastArea * face_px * face_px) return 0;
  std::array<float, 3> axis{};
  float length = 0;
  for (int c = 0; c < 3; ++c) axis[c] = of_hair.of(c) - of_skin.of(c), length += axis[c] * axis[c];
  const float apart = smoothstep(kTellApartFrom, kTellApartTo, std::sqrt(length / 3));
  if (!(apart > 0)) return 0;
  guide->resize(hair.width, hair.height);
  for (float& a : axis) a /= length;
  for (std::size_t i = 0; i < hair.size(); ++i) {
    float v = 0;
    for (int c = 0; c < 3; ++c) v += axis[c] * (picture.channel(c)[i] - of_skin.of(c));
    guide->values[i] = std::clamp(v, -0.5f, 1.5f);
  }
  return apart * (1 - smoothstep(kPlainTo, kPatternedFrom,
                                 pattern_of_hair(hair, *guide,
                                                 std::max(1, static_cast<int>(kPatternStep * face_px)))));
}

// hair ~ slope * guide + offset in every window. mean_hair becomes the offset, covary the slope.
void fit_lines(float sigma_small, HairEdgeScratch* s) {
  s->mean = s->small_guide, s->mean_hair = s->small_hair;
  s->variance = s->small_guide, s->covary = s->small_guide;
  for (std::size_t i = 0; i < s->mean.size(); ++i) {
    s->variance.values[i] *= s->small_guide.values[i];
    s->covary.values[i] *= s->small_hair.values[i];
  }
  for (Plane* plane : {&s->mean, &s->mean_hair, &s->variance, &s->covary})
    gaussian_blur(plane, sigma_small, &s->line);
  for (std::size_t i = 0; i < s->mean.size(); ++i) {
    const float g = s->mean.values[i], h = s->mean_hair.values[i];
    const float slope = std::max(0.0f, s->covary.values[i] - g * h) /
                        (std::max(0.0f, s->variance.values[i] - g * g) + kNoise * kNoise);
    s->covary.values[i] = slope, s->mean_hair.values[i] = h - slope * g;
  }
  gaussian_blur(&s->covary, sigma_small, &s->line);
  gaussian_blur(&s->mean_hair, sigma_small, &s->line);
}

void draw_brows_and_eyes(const Mesh& mesh, float face_px, const Plane& like, HairEdgeScratch* s) {
  s->brows.resize(like.width, like.height);
  s->brows.fill(0);
  for (const std::span<const topology::Index> part : kBrowsAndEyes) {
    outline(mesh, part, &s->points);
    offset_polygon(s->points, kFeatureMargin * face_px, &s->grown);
    fill_polygon(s->grown, &s->brows);
  }
}

// 0 beside the eyes, 1 so far from them that a dark line is no wrinkle.
float away_from_eyes(const Mesh& mesh, int x, int y, float face_px) {
  float nearest = face_px;
  for (const topology::Index i : {topology::kRightEyeCorners[0], topology::kLeftEyeCorners[0]})
    nearest = std::min(nearest, std::hypot(mesh[i].x - static_cast<float>(x),
                                           kWrinklesFlatness * (mesh[i].y - static_cast<float>(y))));
  return smoothstep(kWrinklesTo, kStrandsFrom, nearest / std::max(face_px, 1.0f));
}

}  // namespace

void follow_strands(const PlanarRgb& picture, const Plane& skin, const Plane& features, const Mesh& mesh,
                    HairEdgeScratch* s, Plane* hair) {
  const float face_px = face_width_px(mesh);
  const float apart = draw_guide(picture, skin, *hair, face_px, &s->guide);
  if (!(apart > 0)) return;
  draw_brows_and_eyes(mesh, face_px, *hair, s);
  const float sigma = kWindowSigma * face_px;
  const int factor = std::max(1, static_cast<int>(sigma / kPixelsPerSigma));
  const auto scale = 1 / static_cast<float>(factor);
  shrink_boxes(*hair, factor, &s->near);
  gaussian_blur(&s->near, kReachSigma * face_px * scale, &s->line);
  enlarge_boxes(s->near, factor, hair->width, hair->height, &s->reach);
  for (std::size_t i = 0; i < hair->size(); ++i) {
    s->reach.values[i] = smoothstep(0.01f, 0.06f, s->reach.values[i]);
    const float strand = s->reach.values[i] * smoothstep(kStrandFrom, kStrandTo, s->guide.values[i]);
    const float stray = apart * strand * features.values[i] * (1 - s->brows.values[i]);
    hair->values[i] = std::min(1.0f, hair->values[i] + stray);
  }
  shrink_boxes(s->guide, factor, &s->small_guide);
  shrink_boxes(*hair, factor, &s->small_hair);
  fit_lines(sigma * scale, s);
  enlarge_boxes(s->covary, factor, hair->width, hair->height, &s->slope);
  enlarge_boxes(s->mean_hair, factor, hair->width, hair->height, &s->offset);
  for (int y = 0; y < hair->height; ++y)
    for (int x = 0; x < hair->width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * hair->width + x;
      const float fine =
          std::clamp(s->slope.values[i] * s->guide.values[i] + s->offset.values[i], 0.0f, 1.0f);
      float here =
          apart * s->reach.values[i] * (1 - s->brows.values[i] * smoothstep(0.1f, 0.5f, features.values[i]));
      if (here > 0 && fine > hair->values[i]) here *= away_from_eyes(mesh, x, y, face_px);
      hair->values[i] += here * (fine - hair->values[i]);
    }
}

}  // namespace mien
