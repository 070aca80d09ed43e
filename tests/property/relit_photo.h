// A photo as it would be under one hard lamp: what the face's mesh says about its form decides how much light
// each pixel gets.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "core/plane.h"
#include "core/raster.h"
#include "face/crop.h"
#include "fuse/colour.h"
#include "fuse/masked_blur.h"
#include "mien/image.h"

namespace mien::testing {

struct Lamp {
  float azimuth_deg = 0;  // where it stands around the line of sight: 0 to the picture's right, 90 below
  float from_viewer_deg = 55;
  float ambient = 0.3f;  // light that comes from everywhere, as a share of what the lamp gives at most
};

namespace relit {

constexpr float kWorkingWidthPx = 160;  // of the face, while the light is worked out
constexpr float kHalfShadow = 0.1f;     // how softly n . l goes to 0
constexpr float kPenumbra = 0.12f;      // width of a cast shadow's edge per distance

struct Form {
  int factor = 1;  // photo pixels per pixel
  Plane depth, covered;
  std::array<Plane, 3> normal;
};

inline std::vector<float> normals_of(const Mesh& mesh, std::span<const RasterTriangle> triangles) {
  std::vector<float> out(3 * kSurfacePoints, 0.0f);
  for (const RasterTriangle& t : triangles) {
    const Point3f &p = mesh[t[0]], &q = mesh[t[1]], &r = mesh[t[2]];
    const float a[3] = {q.x - p.x, q.y - p.y, q.z - p.z}, b[3] = {r.x - p.x, r.y - p.y, r.z - p.z};
    for (const int i : t) {
      out[3 * i] += a[1] * b[2] - a[2] * b[1], out[3 * i + 1] += a[2] * b[0] - a[0] * b[2],
          out[3 * i + 2] += a[0] * b[1] - a[1] * b[0];
    }
  }
  return out;
}

inline Form form_of(ImageView photo, const Mesh& mesh, std::span<const RasterTriangle> triangles) {
  Form out;
  out.factor = std::max(1, static_cast<int>(std::lround(face_width_px(mesh) / kWorkingWidthPx)));
  const float k = 1.0f / static_cast<float>(out.factor), shift = 0.5f * k - 0.5f;
  const int w = (photo.width + out.factor - 1) / out.factor, h = (photo.height + out.factor - 1) / out.factor;
  std::vector<RasterVertex> vertices;
  for (int i = 0; i < kSurfacePoints; ++i)
    vertices.push_back({k * mesh[i].x + shift, k * mesh[i].y + shift, k * mesh[i].z});
  out.depth.resize(w, h), out.depth.fill(std::numeric_limits<float>::infinity());
  out.covered.resize(w, h);
  std::vector<float> planes(3 * out.depth.size(), 0.0f);
  rasterise(vertices, normals_of(mesh, triangles), 3, triangles,
            {w, h, planes.data(), out.depth.values.data()});
  for (Plane& p : out.normal) p.resize(w, h);
  for (std::size_t i = 0; i < out.depth.size(); ++i) {
    const float n[3] = {planes[i], planes[out.depth.size() + i], planes[2 * out.depth.size() + i]};
    const float length = std::max(std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]), 1e-6f);
    for (int c = 0; c < 3; ++c) out.normal[c].values[i] = n[c] / length;
    out.covered.values[i] = std::isfinite(out.depth.values[i]) ? 1.0f : 0.0f;
  }
  return out;
}

// 1 in the lamp's sight, 0 behind a nose or a brow.
inline float sight_of_lamp(const Form& form, int x, int y, const std::array<float, 3>& lamp) {
  const float across = std::hypot(lamp[0], lamp[1]), u = lamp[0] / across, v = lamp[1] / across,
              climb = lamp[2] / across;
  float hidden = 0;
  for (float s = 3; s < 0.5f * kWorkingWidthPx; s += 1) {
    const int px = static_cast<int>(std::lround(static_cast<float>(x) + s * u)),
              py = static_cast<int>(std::lround(static_cast<float>(y) + s * v));
    if (px < 0 || py < 0 || px >= form.depth.width || py >= form.depth.height) break;
    const float above = form.depth.row(y)[x] + s * climb - form.depth.row(py)[px];
    if (std::isfinite(above)) hidden = std::max(hidden, above / (1 + kPenumbra * s) - 0.5f);
  }
  return 1 - smoothstep(0, 1, hidden);
}

inline Plane light_on(const Form& form, const Lamp& lamp) {
  const float degree = 3.14159265f / 180, up = std::sin(lamp.from_viewer_deg * degree);
  const std::array<float, 3> to_lamp = {up * std::cos(lamp.azimuth_deg * degree),
                                        up * std::sin(lamp.azimuth_deg * degree),
                                        -std::cos(lamp.from_viewer_deg * degree)};
  Plane light, out;
  light.resize(form.depth.width, form.depth.height);
  for (int y = 0; y < light.height; ++y) {
    for (int x = 0; x < light.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * light.width + x;
      float dot = 0;
      for (int c = 0; c < 3; ++c) dot += form.normal[c].values[i] * to_lamp[c];
      const float facing = 0.5f * (dot + std::sqrt(dot * dot + kHalfShadow * kHalfShadow));
      const bool face = form.covered.values[i] > 0;
      light.values[i] =
          face ? lamp.ambient + (1 - lamp.ambient) * facing * sight_of_lamp(form, x, y, to_lamp) : 0;
    }
  }
  MaskedBlurScratch scratch;
  MaskedBlur(form.covered, 1.5f, &scratch).apply(light, &out);  // soft, and carried beyond the mesh
  return out;
}

}  // namespace relit

// photo: packed kRgb8. Exposed so that the face keeps its mean luminance.
inline Image relit_photo(ImageView photo, const Mesh& mesh, std::span<const RasterTriangle> triangles,
                         const Lamp& lamp) {
  const relit::Form form = relit::form_of(photo, mesh, triangles);
  const Plane small = relit::light_on(form, lamp);
  Plane light;
  enlarge_boxes(small, form.factor, photo.width, photo.height, &light);
  double before = 0, after = 0;
  for (int y = 0; y < photo.height; ++y) {
    for (int x = 0; x < photo.width; ++x) {
      if (!(form.covered.row(y / form.factor)[x / form.factor] > 0)) continue;
      const double v = linear_from_srgb(photo.row(y)[3 * x + 1]);
      before += v, after += v * light.row(y)[x];
    }
  }
  const auto exposure = static_cast<float>(before / after);
  Image out = Image::copy_of(photo);
  for (int y = 0; y < photo.height; ++y) {
    std::uint8_t* p = out.mutable_view().row(y);
    for (int x = 0; x < 3 * photo.width; ++x) {
      const float v = linear_from_srgb(p[x]) * exposure * light.row(y)[x / 3];
      p[x] = static_cast<std::uint8_t>(srgb_from_linear(v) + 0.5f);
    }
  }
  return out;
}

}  // namespace mien::testing
