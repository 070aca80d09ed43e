#include "fuse/warp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "core/simd_clones.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/mirror.h"
#include "face/topology.h"
#include "fuse/folds.h"
#include "fuse/nose_points.h"
#include "fuse/sampler.h"

namespace mien {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNotCovered = std::numeric_limits<float>::quiet_NaN();
constexpr int kRowsPerTask = 16;
// Between the nose's ridge and points beside it that are the mirrored side's: own pixels, its contour and what
// lies behind it, end at so much of the way.
constexpr float kOwnBesideRidge = 0.4f;
constexpr float kMiddle = 0.1f,
                kBeside = 0.3f;  // between a point and its mirror image, of the cheek edges' distance

// Per point: what the mirrored side's light must be multiplied with to become the own side's, from a coarse
// level of the texture.
std::array<std::array<float, 3>, kSurfacePoints> mirror_gains(const SourceTexture& texture) {
  const int level =
      std::min<int>(static_cast<int>(texture.levels.size()) - 1,
                    std::max(0, static_cast<int>(2 * std::log2(face_width_px(texture.mesh) / 16))));
  const Affine m = level_from_base(level);
  const ImageView image = texture.levels[level].view();
  const auto colour = [&](int i) {
    const Point2f p = m({texture.mesh[i].x, texture.mesh[i].y});
    const int x = std::clamp(static_cast<int>(std::lround(p.x)), 0, image.width - 1),
              y = std::clamp(static_cast<int>(std::lround(p.y)), 0, image.height - 1);
    return image.row(y) + 4 * x;
  };
  std::array<std::array<float, 3>, kSurfacePoints> out;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const std::uint8_t *own = colour(i), *other = colour(mirror_point(i));
    for (int c = 0; c < 3; ++c) out[i][c] = std::clamp((own[c] + 12.0f) / (other[c] + 12.0f), 0.5f, 2.0f);
  }
  return out;
}

// Per point: how far the mirrored side's gain holds there. At the middle of the face both sides are one.
std::array<float, kSurfacePoints> points_beside_middle(const Mesh& mesh) {
  std::array<float, kSurfacePoints> out;
  const auto apart = [&mesh](int i) {
    const Point3f &own = mesh[i], &other = mesh[mirror_point(i)];
    return std::hypot(own.x - other.x, own.y - other.y, own.z - other.z);
  };
  const float width_px = std::max(apart(topology::kRightCheekEdge), 1.0f);
  for (int i = 0; i < kSurfacePoints; ++i) out[i] = smoothstep(kMiddle, kBeside, apart(i) / width_px);
  return out;
}

// Where the mesh covers pixels, the mirrored side's values (up to `most`) take their share. gain: of those
// values, where `beside` is 1; at 0 they are as they are.
MIEN_SIMD_CLONES
void mix_sides(const float* depth, const float* own_share, const float* mirrored, const float* beside,
               float gain, float most, std::size_t n, float* __restrict values) {
  for (std::size_t i = 0; i < n; ++i) {
    const float own = own_share[i], other = std::min(most, mirrored[i] * (1 + beside[i] * (gain - 1)));
    const float mixed = own * values[i] + (1 - own) * other;
    values[i] = depth[i] < kInfinity && own < 1 ? mixed : values[i];
  }
}

// SourceTexture::own_share, beside the ridge of a nose that is turned away down to below 0: there it is to be 0
// before the point. What another photo shows of it (own_share is 1) stays.
std::array<float, kSurfacePoints> steepened_shares(const SourceTexture& texture,
                                                   std::span<const RasterTriangle> triangles) {
  std::array<float, kSurfacePoints> out = texture.own_share;
  const auto turned = turned_away(facing(texture.mesh, triangles));
  for (const auto& side : kBesideRidge)
    for (const topology::Index i : side)
      out[i] -= (1 / kOwnBesideRidge - 1) * std::min(turned[i], 1 - texture.own_share[i]);
  return out;
}

}  // namespace

void make_warp_maps(const SourceTexture& texture, const Mesh& fused,
                    std::span<const RasterTriangle> triangles, int width, int height, WarpMaps* out) {
  const int count = texture.uses_mirror ? 6 : 2;
  std::array<RasterVertex, kSurfacePoints> vertices;
  std::array<float, kSurfacePoints> beside{}, own{};
  if (texture.uses_mirror) own = steepened_shares(texture, triangles);
  if (texture.uses_mirror) beside = points_beside_middle(texture.mesh);
  thread_local std::vector<float> attributes;
  attributes.clear();
  attributes.reserve(static_cast<std::size_t>(kSurfacePoints) * count);
  for (int i = 0; i < kSurfacePoints; ++i) {
    vertices[i] = {fused[i].x, fused[i].y, fused[i].z};
    attributes.insert(attributes.end(), {texture.mesh[i].x, texture.mesh[i].y});
    if (texture.uses_mirror) {
      const Point3f& m = texture.mesh[mirror_point(i)];
      attributes.insert(attributes.end(), {m.x, m.y, own[i], beside[i]});
    }
  }
  const std::array<Plane*, 6> planes = {&out->source_x, &out->source_y,  &out->mirror_x,
                                        &out->mirror_y, &out->own_share, &out->beside_middle};
  std::array<float*, 6> values{};
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    planes[k]->resize(width, height);
    values[k] = planes[k]->values.data();
  }
  out->source_x.fill(kNotCovered);
  if (texture.uses_mirror) out->mirror_x.fill(kNotCovered);
  out->depth.resize(width, height);
  out->depth.fill(kInfinity);
  rasterise(vertices, attributes, count, triangles,
            {width, height, nullptr, out->depth.values.data(), values});
  if (!texture.uses_mirror) return;
  for (float& share : out->own_share.values) share = std::max(share, 0.0f);
}

int best_level(const SourceTexture& texture, const Mesh& fused) {
  const float ratio = face_width_px(texture.mesh) / std::max(face_width_px(fused), 1.0f);
  const float level = std::floor(2 * std::log2(std::max(ratio, 1.0f)));
  return static_cast<int>(std::clamp(level, 0.0f, static_cast<float>(texture.levels.size()) - 1));
}

void sample_texture(const SourceTexture& texture, int level, const Plane& map_x, const Plane& map_y,
                    const Plane* own_share, ThreadPool& pool, PlanarRgb* out, Plane* trust) {
  const Affine m = level_from_base(level);
  trust->resize(map_x.width, map_x.height);
  const SampleMap map{map_x, map_y, m.a, m.c, own_share};
  const auto rows = [&](int y0, int y1) {
    sample_bicubic(texture.levels[level].view(), map, y0, y1, out, trust);
  };
  pool.for_ranges(0, out->height, kRowsPerTask, std::cref(rows));  // by reference: nothing is allocated
}

namespace {

// Own pixels, and where they were turned away the mirrored side's.
void sample_both_sides(const SourceTexture& texture, const WarpMaps& maps, int level, ThreadPool& pool,
                       PlanarRgb* out, Plane* trust) {
  out->resize(maps.depth.width, maps.depth.height);
  std::fill(out->values.begin(), out->values.end(), 0.0f);
  sample_texture(texture, level, maps.source_x, maps.source_y, nullptr, pool, out, trust);
  if (!texture.uses_mirror) return;
  thread_local PlanarRgb mirrored;  // written and used where the own side's share is below 1
  mirrored.resize(out->width, out->height);
  thread_local Plane mirrored_trust;
  sample_texture(texture, level, maps.mirror_x, maps.mirror_y, &maps.own_share, pool, &mirrored,
                 &mirrored_trust);
  // The gains ride on the mesh as well.
  const auto gains = mirror_gains(texture);
  const auto beside_middle = points_beside_middle(texture.mesh);
  float mean[3] = {0, 0, 0}, weight = 0;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const float w = (1 - texture.own_share[i]) * beside_middle[i];
    weight += w;
    for (int c = 0; c < 3; ++c) mean[c] += w * gains[i][c];
  }
  const float *own = maps.own_share.values.data(), *depth = maps.depth.values.data();
  const float* beside = maps.beside_middle.values.data();
  mix_sides(depth, own, mirrored_trust.values.data(), beside, 1, kInfinity, out->plane(),
            trust->values.data());
  for (int c = 0; c < 3; ++c)
    mix_sides(depth, own, mirrored.channel(c), beside, weight > 0 ? mean[c] / weight : 1.0f, 255.0f,
              out->plane(), out->channel(c));
}

}  // namespace

void warp_source(const SourceTexture& texture, const WarpMaps& maps, const Mesh& fused, ThreadPool& pool,
                 PlanarRgb* out, Plane* trust) {
  const int level = best_level(texture, fused);
  sample_both_sides(texture, maps, level, pool, out, trust);
  smooth_folds(maps, texture.uses_mirror, 1 / level_from_base(level).a, out);
}

}  // namespace mien
