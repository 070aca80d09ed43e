#include "fuse/texture.h"

#include <algorithm>
#include <cmath>

#include "core/polygon.h"
#include "core/resample.h"
#include "face/crop.h"
#include "face/mirror.h"
#include "face/seen_share.h"
#include "face/topology.h"
#include "fuse/dark_corners.h"
#include "fuse/even_light.h"
#include "fuse/expression_gap.h"
#include "fuse/eye_shade.h"
#include "fuse/fast_math.h"
#include "fuse/forehead_edges.h"
#include "fuse/nose_contour.h"
#include "fuse/outline.h"

namespace mien {
namespace {

constexpr float kMargin =
    0.45f;  // around the mesh's box, in box sizes: room for the forehead and for interpolation
constexpr int kSmallestLevel = 16;  // pixels
// Own pixels are given up where the surface is turned away by 57 to 78 degrees and its mirror image is seen
// much better. What is hidden altogether (kHidden) serves as nobody's mirror image.
constexpr float kHidden = 0.08f, kEdgeOn = 0.2f, kFacing = 0.55f, kBetterBy = 0.15f, kMuchBetterBy = 0.4f;
// Or where a shadow had to be lifted by so much more (of the logarithm) than on the other side: noise and the
// shadow's edges stay.
constexpr float kDarker = 0.25f, kMuchDarker = 0.5f;
constexpr float kDarkRimSigma = 0.02f;  // in face widths
constexpr int kSmoothings = 3;          // so that sides do not meet at the edges of triangles

struct CutOut {
  int x0, y0, x1, y1;
};

CutOut cut_out_around(const Mesh& mesh, int width, int height) {
  float low_x = mesh[0].x, high_x = low_x, low_y = mesh[0].y, high_y = low_y;
  for (const Point3f& p : mesh) {
    low_x = std::min(low_x, p.x), high_x = std::max(high_x, p.x);
    low_y = std::min(low_y, p.y), high_y = std::max(high_y, p.y);
  }
  const float margin = kMargin * std::max(high_x - low_x, high_y - low_y);
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  CutOut c{pixel(low_x - margin, width), pixel(low_y - margin, height), pixel(high_x + margin + 1, width),
           pixel(high_y + margin + 1, height)};
  // A mesh outside of the photo leaves nothing: keep one pixel, so that every level exists.
  c.x0 = std::min(c.x0, width - 1), c.y0 = std::min(c.y0, height - 1);
  c.x1 = std::max(c.x1, c.x0 + 1), c.y1 = std::max(c.y1, c.y0 + 1);
  return c;
}

Image copy_rgba(ImageView photo, const CutOut& c) {
  Image out(c.x1 - c.x0, c.y1 - c.y0, PixelFormat::kRgba8);
  const int n = channel_count(photo.format), red = red_offset(photo.format);
  for (int y = c.y0; y < c.y1; ++y) {
    const std::uint8_t* from = photo.row(y) + c.x0 * n;
    std::uint8_t* to = out.mutable_view().row(y - c.y0);
    for (int x = c.x0; x < c.x1; ++x, from += n, to += 4) {
      to[0] = from[n == 1 ? 0 : red], to[1] = from[n == 1 ? 0 : 1], to[2] = from[n == 1 ? 0 : 2 - red],
      to[3] = 255;
    }
  }
  return out;
}

Image resampled(const Image& in, float k) {
  const int w = std::max(1, static_cast<int>(std::lround(static_cast<float>(in.width()) * k)));
  const int h = std::max(1, static_cast<int>(std::lround(static_cast<float>(in.height()) * k)));
  PlanarRgb small;
  sample_affine(in.view(), {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f}, w, h, &small);
  Image out(w, h, PixelFormat::kRgba8);
  for (int y = 0; y < h; ++y) {
    std::uint8_t* to = out.mutable_view().row(y);
    for (int x = 0; x < w; ++x, to += 4) {
      const std::size_t i = static_cast<std::size_t>(y) * w + x;
      for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(std::lround(small.channel(c)[i]));
      to[3] = 255;
    }
  }
  return out;
}

// Half size by the kernel 1 3 3 1, which aliases less than a box.
Image halved(const Image& in) {
  const int w = (in.width() + 1) / 2, h = (in.height() + 1) / 2;
  Image out(w, h, PixelFormat::kRgba8);
  constexpr int kWeights[4] = {1, 3, 3, 1};
  for (int y = 0; y < h; ++y) {
    std::uint8_t* to = out.mutable_view().row(y);
    for (int x = 0; x < w; ++x, to += 4) {
      int sum[4] = {32, 32, 32, 32};
      for (int v = 0; v < 4; ++v) {
        const std::uint8_t* row = in.view().row(std::clamp(2 * y - 1 + v, 0, in.height() - 1));
        for (int u = 0; u < 4; ++u) {
          const std::uint8_t* p = row + 4 * std::clamp(2 * x - 1 + u, 0, in.width() - 1);
          const int k = kWeights[u] * kWeights[v];
          for (int c = 0; c < 4; ++c) sum[c] += k * p[c];
        }
      }
      for (int c = 0; c < 4; ++c) to[c] = static_cast<std::uint8_t>(sum[c] >> 6);
    }
  }
  return out;
}

// What a pixel of a narrower picture takes of the wider one, along one axis.
constexpr int kTaps = 3;
struct Tap {
  int from;
  std::array<float, kTaps> weight;  // their sum is 1
};

// Of a picture of `size` pixels, k times as many as the wider one has, by a tent: one of 1.41 pixels leaves
// results softer (0.88 of the target's sharpness instead of 0.89).
std::vector<Tap> tent_taps(int size, float k) {
  constexpr float kTentPx = 1.15f;  // half its width
  std::vector<Tap> out(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) {
    const float at = (static_cast<float>(i) + 0.5f) / k - 0.5f;
    Tap& tap = out[static_cast<std::size_t>(i)];
    tap.from = static_cast<int>(std::ceil(at - kTentPx));
    float sum = 0;
    for (int t = 0; t < kTaps; ++t)
      sum += tap.weight[t] = std::max(0.0f, 1 - std::abs(static_cast<float>(tap.from + t) - at) / kTentPx);
    for (float& w : tap.weight) w /= sum;
  }
  return out;
}

// Narrower by the root of a half, with its alpha (which resampled() does not look at).
Image narrowed(const Image& in) {
  const float k = level_from_base(1).a;
  const int w = static_cast<int>(std::ceil(static_cast<float>(in.width()) * k)),
            h = static_cast<int>(std::ceil(static_cast<float>(in.height()) * k));
  const std::vector<Tap> columns = tent_taps(w, k), rows = tent_taps(h, k);
  Image out(w, h, PixelFormat::kRgba8);
  std::vector<float> line(4 * static_cast<std::size_t>(in.width()));
  for (int y = 0; y < h; ++y) {
    std::fill(line.begin(), line.end(), 0.0f);
    for (int t = 0; t < kTaps; ++t) {
      const Tap& tap = rows[static_cast<std::size_t>(y)];
      const std::uint8_t* from = in.view().row(std::clamp(tap.from + t, 0, in.height() - 1));
      for (std::size_t i = 0; i < line.size(); ++i) line[i] += tap.weight[t] * from[i];
    }
    std::uint8_t* to = out.mutable_view().row(y);
    for (int x = 0; x < w; ++x, to += 4) {
      const Tap& tap = columns[static_cast<std::size_t>(x)];
      for (int c = 0; c < 4; ++c) {
        float sum = 0.5f;
        for (int t = 0; t < kTaps; ++t)
          sum += tap.weight[t] * line[4 * std::clamp(tap.from + t, 0, in.width() - 1) + c];
        to[c] = static_cast<std::uint8_t>(sum);
      }
    }
  }
  return out;
}

// Trust at a surface point, 0..1.
float trust_at(const Image& level, const Point3f& p) {
  const int x = std::clamp(static_cast<int>(std::lround(p.x)), 0, level.width() - 1),
            y = std::clamp(static_cast<int>(std::lround(p.y)), 0, level.height() - 1);
  return static_cast<float>(level.view().row(y)[4 * x + 3]) / 255;
}

// 1 at points of the eyes: a gaze is not mirrored for the sake of light.
std::array<float, kSurfacePoints> eye_points() {
  std::array<float, kSurfacePoints> out{};
  for (const topology::Index i : topology::kRightEye) out[i] = 1;
  for (const topology::Index i : topology::kLeftEye) out[i] = 1;
  return out;
}

using SurfaceShares = std::array<float, kSurfacePoints>;

// Every point half of the way to the mean of its triangles.
SurfaceShares smoothed(const SurfaceShares& in, std::span<const RasterTriangle> triangles) {
  SurfaceShares sum{}, count{}, out;
  for (const RasterTriangle& t : triangles) {
    const float mean = (in[t[0]] + in[t[1]] + in[t[2]]) / 3;
    for (const std::int32_t i : t) sum[i] += mean, count[i] += 1;
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = count[i] > 0 ? 0.5f * in[i] + 0.5f * sum[i] / count[i] : in[i];
  return out;
}

struct Sides {
  SurfaceShares own{};   // SourceTexture::own_share
  SurfaceShares dark{};  // lies in a deep shadow and is hidden on the other side: shown by neither
};

// Of a texture that has level 0 and mesh.
Sides judge_sides(const SourceTexture& texture, std::span<const RasterTriangle> triangles,
                  const EvenLightReport& light) {
  const auto n_z = facing(texture.mesh, triangles), eyes = eye_points();
  const Image& level = texture.levels[0];
  SurfaceShares shade;
  Sides sides;
  SurfaceShares& out = sides.own;
  for (int i = 0; i < kSurfacePoints; ++i)
    shade[i] = (1 - eyes[i]) * smoothstep(kDarker, kMuchDarker, light.lift[i] - light.lift[mirror_point(i)]);
  for (int k = 0; k < kSmoothings; ++k) shade = smoothed(shade, triangles);
  const SurfaceShares turned = turned_away(n_z);
  for (int i = 0; i < kSurfacePoints; ++i) {
    const int other = mirror_point(i);
    out[i] = 1 - turned[i];
    if (!(n_z[other] > kHidden)) {
      sides.dark[i] = shade[i];
      continue;
    }
    const float own_trust = trust_at(level, texture.mesh[i]),
                other_trust = trust_at(level, texture.mesh[other]);
    out[i] = std::min({out[i], 1 - smoothstep(kBetterBy, kMuchBetterBy, other_trust - own_trust),
                       1 - shade[i] * (1 - turned[other]) *  // which takes this side's pixels
                               smoothstep(-kMuchBetterBy, -kBetterBy, other_trust - own_trust)});
  }
  return sides;
}

// Takes trust away along a rim in deep shadow, which would stand beside the mirrored lit side as a dark band.
void distrust_dark_rim(const SurfaceShares& dark, std::span<const RasterTriangle> triangles,
                       SourceTexture* texture) {
  if (!is_worth_drawing(dark)) return;
  Image& level = texture->levels[0];
  Plane drawn;
  draw_on_surface(dark, texture->mesh, triangles, level.width(), level.height(),
                  kDarkRimSigma * face_width_px(texture->mesh), &drawn);
  std::uint8_t* alpha = level.mutable_view().data + 3;
  for (const float share : drawn.values) {
    // On the mesh's edge half of the blur is missing.
    *alpha = static_cast<std::uint8_t>(static_cast<float>(*alpha) * (1 - std::min(2 * share, 1.0f)) + 0.5f);
    alpha += 4;
  }
}

}  // namespace

std::size_t SourceTexture::bytes() const {
  std::size_t sum = 0;
  for (const Image& level : levels) sum += static_cast<std::size_t>(level.width()) * level.height() * 4;
  return sum;
}

std::array<float, 2> eye_openings(const Mesh& mesh) {
  using namespace topology;
  const auto distance = [&](Index i, Index k) {
    return std::hypot(mesh[i].x - mesh[k].x, mesh[i].y - mesh[k].y);
  };
  const auto opening = [&](Index upper, Index lower, const std::array<Index, 2>& corners) {
    return distance(upper, lower) / std::max(distance(corners[0], corners[1]), 1e-3f);
  };
  return {opening(kRightUpperLid, kRightLowerLid, kRightEyeCorners),
          opening(kLeftUpperLid, kLeftLowerLid, kLeftEyeCorners)};
}

std::array<Point3f, kSurfacePoints> surface_normals(const Mesh& mesh,
                                                    std::span<const RasterTriangle> triangles) {
  std::array<Point3f, kSurfacePoints> out{};
  for (const RasterTriangle& t : triangles) {
    const Point3f &p = mesh[t[0]], &q = mesh[t[1]], &r = mesh[t[2]];
    const float ax = q.x - p.x, ay = q.y - p.y, az = q.z - p.z, bx = r.x - p.x, by = r.y - p.y,
                bz = r.z - p.z;
    const Point3f n{ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx};
    for (const std::int32_t i : t) out[i] = {out[i].x + n.x, out[i].y + n.y, out[i].z + n.z};
  }
  // The canonical triangles turn so that these normals point out of the head, z away from the viewer.
  for (Point3f& n : out) {
    const float length = std::max(std::sqrt(n.x * n.x + n.y * n.y + n.z * n.z), 1e-9f);
    n = {n.x / length, n.y / length, -n.z / length};
  }
  return out;
}

std::array<float, kSurfacePoints> facing(const Mesh& mesh, std::span<const RasterTriangle> triangles) {
  std::array<float, kSurfacePoints> out;
  const auto normals = surface_normals(mesh, triangles);
  for (int i = 0; i < kSurfacePoints; ++i) out[i] = normals[i].z;
  return out;
}

std::array<float, kSurfacePoints> turned_away(const std::array<float, kSurfacePoints>& n_z) {
  std::array<float, kSurfacePoints> out;
  for (int i = 0; i < kSurfacePoints; ++i)
    out[i] = smoothstep(kBetterBy, kMuchBetterBy, n_z[mirror_point(i)] - n_z[i]) *
             (1 - smoothstep(kEdgeOn, kFacing, n_z[i]));
  return out;
}

Affine level_from_base(int level) {
  const float k = std::exp2(-0.5f * static_cast<float>(level));
  return {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f};
}

void finish_texture(SourceTexture* texture) {
  auto& levels = texture->levels;
  levels.resize(1);
  for (std::size_t i = 1; std::min(levels.back().width(), levels.back().height()) > kSmallestLevel; ++i)
    levels.push_back(i % 2 == 1 ? narrowed(levels.back()) : halved(levels[i - 2]));
  texture->uses_mirror = std::any_of(texture->own_share.begin(), texture->own_share.end(),
                                     [](float share) { return share < 0.999f; });
}

namespace {

// Whether the regions say anything about eyeballs.
bool knows_eyes(const RegionMap& regions) {
  const float* eyeball = regions.probability.channel(static_cast<int>(RegionClass::kEyeball));
  const std::size_t cells = static_cast<std::size_t>(regions.probability.width) * regions.probability.height;
  return std::any_of(eyeball, eyeball + cells, [](float p) { return p > 0; });
}

}  // namespace

SourceTexture make_texture(ImageView photo, const Mesh& mesh, std::span<const RasterTriangle> triangles,
                           const RegionMap* regions, const UncoveredFace* uncovered) {
  if (!is_usable(mesh)) return make_texture(photo, Mesh{}, triangles, nullptr);  // a face without size
  SourceTexture out;
  const CutOut cut = cut_out_around(mesh, photo.width, photo.height);
  const float k = std::min(1.0f, SourceTexture::kLargestFacePx / std::max(face_width_px(mesh), 1.0f));
  Image level = copy_rgba(photo, cut);
  if (k < 1) level = resampled(level, k);
  const auto x0 = static_cast<float>(cut.x0), y0 = static_cast<float>(cut.y0);
  const Affine level_from_photo{k, 0, (0.5f - x0) * k - 0.5f, 0, k, (0.5f - y0) * k - 0.5f};
  out.mesh = transformed(mesh, level_from_photo);
  if (regions) take_out_covers(*regions, level_from_photo.inverse(), out.mesh, uncovered, &level);
  if (regions) take_teeth_off_lips(*regions, level_from_photo.inverse(), out.mesh, &level);
  if (regions) lighten_dark_corners(*regions, level_from_photo.inverse(), out.mesh, &level);
  const EvenLightReport light = even_light(out.mesh, triangles, level.mutable_view());
  if (regions) {
    distrust_fringe(*regions, level_from_photo.inverse(), out.mesh, &level);
    fill_untrusted(out.mesh, &level);
    distrust_forehead_edges(out.mesh, &level);
  }
  out.levels.push_back(std::move(level));
  const Sides sides = judge_sides(out, triangles, light);
  out.own_share = sides.own;
  distrust_dark_rim(sides.dark, triangles, &out);
  keep_ridge_on_nose(out.levels[0].view(), &out.mesh);
  finish_texture(&out);
  const auto openings = eye_openings(mesh);
  out.right_eye_open = openings[0] >= kClosedEyeOpening;
  out.left_eye_open = openings[1] >= kClosedEyeOpening;
  if (eye_shade(out.levels[0], out.mesh) < kDarkEyes) out.right_eye_open = out.left_eye_open = false;
  if (regions && knows_eyes(*regions)) {  // behind glasses the mesh takes narrow eyes for open ones
    const float right = seen_share(*regions, {RegionClass::kEyeball}, mesh, topology::kRightEye).value_or(0),
                left = seen_share(*regions, {RegionClass::kEyeball}, mesh, topology::kLeftEye).value_or(0),
                both = 0.5f * (right + left);
    const auto is_seen = [both](float own) {
      return own >= kSeenEyeball || (own >= kHardlySeenEyeball && both >= kSeenEyeball);
    };
    out.right_eye_open &= is_seen(right), out.left_eye_open &= is_seen(left);
  }
  return out;
}

}  // namespace mien
