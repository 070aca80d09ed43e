#include "fuse/even_light.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/luma.h"
#include "core/resample.h"
#include "face/crop.h"
#include "face/mirror.h"
#include "face/topology.h"
#include "fuse/colour.h"
#include "fuse/fast_math.h"
#include "fuse/forehead.h"
#include "fuse/lamp.h"
#include "fuse/light_model.h"
#include "fuse/masked_blur.h"
#include "fuse/nose_shadow.h"
#include "fuse/texture.h"

namespace mien {
namespace {

constexpr float kWorkingWidthPx = 96;  // the face's width while the light is measured
constexpr float kLightSigma = 0.05f, kSoftSigma = 0.03f, kShadowSigma = 0.01f;  // in face widths
// The last that sees enough of the face counts.
constexpr std::array<float, 4> kBeyondSigmas = {0.4f, 0.2f, 0.08f, 0.03f};
constexpr float kSeesLittle = 0.02f, kSeesEnough = 0.2f, kEdgeSigma = 0.012f;
constexpr float kAboveFrom = 0.1f, kAboveTo = 0.5f;       // heights on the face (FaceHeight)
constexpr float kOrdinary = 0.14f, kFromTheSide = 0.28f;  // EvenLightReport::unevenness
constexpr float kTurned = 0.25f, kFacing = 0.55f;    // z of the normal from which a side is seen well enough
constexpr float kMostCorrection = 0.5f;              // of the logarithm: a factor of 1.65
constexpr float kShadow = 0.2f, kDeepShadow = 0.5f;  // darker than the mirror image, logarithm
constexpr float kDark = 12;  // grey levels added before the logarithm: noise in the dark is no light
// EvenLightReport::from_ordinary. Nothing is lost by a correction that was not needed: nine smooth numbers
// change, and the fused face gets its low frequencies from the target anyway.
constexpr float kUsualLamp = 0.02f, kHardLamp = 0.06f;
constexpr float kMostOfLamp = 0.6f;
constexpr float kLampTurned = 0.1f, kLampFacing = 0.4f;
constexpr float kClearShadow = 0.1f;  // of a nose, taken off the lip: as strong as a correction gets
constexpr float kGrey = 2;            // grey levels added before the logarithm of a colour
constexpr float kLeastVariance = 1e-4f, kLeastPower = 0.1f;
constexpr float kCodeExponent = 1 / 2.2f;  // brightness as coded over linear light, near enough for ratios

// The face at the working size.
struct SmallFace {
  Plane light, luminance;          // logarithm of its brightness as coded; linear light
  Plane colour;                    // logarithm of the distance of red and blue from the luma, as coded
  Plane own, bare;                 // where it is seen; without eyes, brows and lips
  Plane seen, mirror_x, mirror_y;  // where it and its mirror image are seen, and where that lies
  std::array<Plane, 3> normal;     // of length 1 where own > 0
  Plane depth;
};

// 0 at points of eyes, brows and lips.
std::array<float, kSurfacePoints> bare_points() {
  std::array<float, kSurfacePoints> out;
  out.fill(1);
  const auto clear = [&out](const auto& outline) {
    for (const topology::Index i : outline) out[i] = 0;
  };
  clear(topology::kOuterLips), clear(topology::kInnerLips), clear(topology::kRightEye);
  clear(topology::kLeftEye), clear(topology::kRightBrow), clear(topology::kLeftBrow);
  return out;
}

// What rasterise() interpolates: mirror image's place, how well both are seen, how well the point is seen,
// whether it is bare skin, normal.
constexpr int kAttributes = 8;

std::vector<float> attributes_of(const Mesh& mesh, const Mesh& small,
                                 std::span<const RasterTriangle> triangles) {
  const auto normals = surface_normals(mesh, triangles);
  const auto bare = bare_points();
  std::vector<float> out;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const int other = mirror_point(i);
    const Point3f& n = normals[i];
    out.insert(out.end(),
               {small[other].x, small[other].y, smoothstep(kTurned, kFacing, std::min(n.z, normals[other].z)),
                smoothstep(kLampTurned, kLampFacing, n.z), bare[i], n.x, n.y, n.z});
  }
  return out;
}

void fill_light(ImageView pixels, const Affine& small_from_level, SmallFace* out) {
  const int w = out->light.width, h = out->light.height;
  PlanarRgb colours;
  sample_affine(pixels, small_from_level, w, h, &colours);
  for (std::size_t i = 0; i < out->light.size(); ++i) {
    const float red = colours.channel(0)[i], green = colours.channel(1)[i], blue = colours.channel(2)[i];
    const float code = luma(red, green, blue);
    out->light.values[i] = std::log(code + kDark);
    out->colour.values[i] = std::log(std::hypot(red - code, blue - code) + kGrey);
    out->luminance.values[i] =
        luminance({linear_from_srgb(red), linear_from_srgb(green), linear_from_srgb(blue)});
  }
}

// To pixels that are 1 / k as wide.
Affine shrinking(float k) { return {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f}; }

SmallFace shrink_face(const Mesh& mesh, std::span<const RasterTriangle> triangles, ImageView pixels,
                      float k) {
  const int w = std::max(2, static_cast<int>(std::lround(static_cast<float>(pixels.width) * k))),
            h = std::max(2, static_cast<int>(std::lround(static_cast<float>(pixels.height) * k)));
  const Affine small_from_level = shrinking(k);
  const Mesh small = transformed(mesh, small_from_level);
  std::vector<RasterVertex> vertices(kSurfacePoints);
  for (int i = 0; i < kSurfacePoints; ++i) vertices[i] = {small[i].x, small[i].y, small[i].z};
  const std::size_t plane = static_cast<std::size_t>(w) * h;
  std::vector<float> planes(kAttributes * plane, 0.0f), depth(plane, std::numeric_limits<float>::infinity());
  rasterise(vertices, attributes_of(mesh, small, triangles), kAttributes, triangles,
            {w, h, planes.data(), depth.data()});
  SmallFace out;
  out.depth.resize(w, h);
  out.depth.values.assign(depth.begin(), depth.end());
  for (Plane* p : {&out.light, &out.luminance, &out.colour, &out.own, &out.bare, &out.seen, &out.mirror_x,
                   &out.mirror_y, &out.normal[0], &out.normal[1], &out.normal[2]})
    p->resize(w, h);
  fill_light(pixels, small_from_level, &out);
  for (std::size_t i = 0; i < plane; ++i) {
    const auto value = [&](int attribute) { return planes[attribute * plane + i]; };
    const int x = static_cast<int>(i) % w, y = static_cast<int>(i) / w;
    const int u = std::clamp(static_cast<int>((static_cast<float>(x) + 0.5f) / k), 0, pixels.width - 1),
              v = std::clamp(static_cast<int>((static_cast<float>(y) + 0.5f) / k), 0, pixels.height - 1);
    const float trust = static_cast<float>(pixels.row(v)[4 * u + 3]) / 255;
    out.mirror_x.values[i] = value(0), out.mirror_y.values[i] = value(1);
    out.seen.values[i] = value(2) * trust, out.own.values[i] = value(3) * trust;
    out.bare.values[i] = out.own.values[i] * (value(4) > 0.999f ? 1.0f : 0.0f);
    const float length = std::max(std::hypot(value(5), value(6), value(7)), 1e-6f);
    for (int c = 0; c < 3; ++c) out.normal[c].values[i] = value(5 + c) / length;
  }
  return out;
}

// What takes the face from the light it is in to ordinary light, as far as one model of light on its normals
// can tell: logarithm of a factor for coded values, mean 0 over the face.
Plane towards_ordinary_light(const SmallFace& face, float width_px, EvenLightReport* report) {
  MaskedBlurScratch scratch;
  Plane smooth, change, out;
  MaskedBlur(face.own, kShadowSigma * width_px, &scratch).apply(face.luminance, &smooth);
  const auto normal = [&face](std::size_t i) {
    return Normal{face.normal[0].values[i], face.normal[1].values[i], face.normal[2].values[i]};
  };
  const FaceLight found = light_on({face.depth, face.normal, face.bare, smooth});
  change.resize(smooth.width, smooth.height);
  double sum = 0, squares = 0, total = 1e-6;
  for (std::size_t i = 0; i < change.size(); ++i) {
    if (!(face.own.values[i] > 0)) continue;
    const float c = -kCodeExponent * std::log(found.at(i, normal(i)));
    change.values[i] = c;
    sum += face.own.values[i] * c, squares += face.own.values[i] * c * c, total += face.own.values[i];
  }
  const double mean = sum / total;
  report->from_ordinary = static_cast<float>(std::sqrt(std::max(squares / total - mean * mean, 0.0)));
  const float strength = smoothstep(kUsualLamp, kHardLamp, report->from_ordinary);
  for (std::size_t i = 0; i < change.size(); ++i)
    change.values[i] =
        strength * std::clamp(change.values[i] - static_cast<float>(mean), -kMostOfLamp, kMostOfLamp);
  // What a lamp casts has edges.
  const float sigma = found.lit.size() > 0 ? kShadowSigma : kSoftSigma;
  MaskedBlur(face.own, sigma * width_px, &scratch).apply(change, &out);
  return out;
}

float at(const Plane& plane, float x, float y) {
  const float px = std::clamp(x, 0.0f, static_cast<float>(plane.width - 1)),
              py = std::clamp(y, 0.0f, static_cast<float>(plane.height - 1));
  const int x0 = std::min(static_cast<int>(px), plane.width - 2),
            y0 = std::min(static_cast<int>(py), plane.height - 2);
  const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
  const float *a = plane.row(y0) + x0, *b = plane.row(y0 + 1) + x0;
  const float above = a[0] + fx * (a[1] - a[0]), below = b[0] + fx * (b[1] - b[0]);
  return above + fy * (below - above);
}

// What a point's light changes by where its mirror image's is `apart` from it (logarithm): half of the way,
// so that both sides meet, but no more than kMostCorrection. Where one of them lies in a deep shadow that one
// goes all the way (twice as far at most): the shadow of a nose would be seen on both halves of a lip.
float way_to_mirror_image(float apart) {
  const float shadow = 0.5f * smoothstep(kShadow, kDeepShadow, std::abs(apart));
  return apart > 0 ? std::min((0.5f + shadow) * apart, (1 + 2 * shadow) * kMostCorrection)
                   : std::max((0.5f - shadow) * apart, -kMostCorrection);
}

struct Halves {
  Plane change;  // the way to the mirror image, where both are seen
  float unevenness = 0;
};

Halves compare_halves(const SmallFace& face, const Plane& light, float width_px) {
  MaskedBlurScratch scratch;
  Plane smooth;
  Halves out;
  MaskedBlur(face.seen, kLightSigma * width_px, &scratch).apply(light, &smooth);
  out.change.resize(smooth.width, smooth.height);
  double sum = 0, total = 1e-6;
  for (std::size_t i = 0; i < smooth.size(); ++i) {
    const float x = face.mirror_x.values[i], y = face.mirror_y.values[i];
    const float weight = face.seen.values[i] > 0 ? std::min(face.seen.values[i], at(face.seen, x, y)) : 0;
    const float apart = weight > 0 ? at(smooth, x, y) - smooth.values[i] : 0;
    sum += weight * std::abs(apart), total += weight;
    out.change.values[i] = weight * way_to_mirror_image(apart);
  }
  out.unevenness = static_cast<float>(sum / total);
  gaussian_blur(&out.change, kSoftSigma * width_px, &scratch.line);
  return out;
}

// Adds to the correction what the two halves still differ in after it.
void meet_mirror_image(SmallFace* face, float width_px, Plane* correction, EvenLightReport* report) {
  report->unevenness = compare_halves(*face, face->light, width_px).unevenness;
  const float strength = smoothstep(kOrdinary, kFromTheSide, report->unevenness);
  for (std::size_t i = 0; i < correction->size(); ++i) face->light.values[i] += correction->values[i];
  const Halves rest = compare_halves(*face, face->light, width_px);
  for (std::size_t i = 0; i < correction->size(); ++i) {
    correction->values[i] += strength * rest.change.values[i];
    face->light.values[i] += strength * rest.change.values[i];
  }
  report->strength = std::max(strength, smoothstep(kUsualLamp, kHardLamp, report->from_ordinary));
}

// Adds to the correction what lightens the nose's shadow on the upper lip. Without one nothing changes.
void take_nose_shadow(const SmallFace& face, const Mesh& small, Plane* correction, EvenLightReport* report) {
  const Plane shadow = without_nose_shadow(small, face.light, face.own);
  float most = 0;
  for (std::size_t i = 0; i < shadow.size(); ++i)
    correction->values[i] += shadow.values[i], most = std::max(most, shadow.values[i]);
  report->strength = std::max(report->strength, smoothstep(0.0f, kClearShadow, most));
}

// Above what is seen of the face the correction goes on as it is next to it: the forehead ends higher than
// the mesh, and where a correction ends skin has an edge. small: the mesh, in the correction's pixels.
void continue_upwards(const SmallFace& face, const Mesh& small, float width_px, Plane* correction) {
  MaskedBlurScratch scratch;
  Plane inside = face.own, around, nearer;
  for (const float sigma : kBeyondSigmas) {
    MaskedBlur(face.own, sigma * width_px, &scratch).apply(*correction, &nearer);
    if (around.size() == 0) around = nearer;
    Plane seen = face.own;
    gaussian_blur(&seen, sigma * width_px, &scratch.line);
    for (std::size_t i = 0; i < around.size(); ++i)
      around.values[i] +=
          smoothstep(kSeesLittle, kSeesEnough, seen.values[i]) * (nearer.values[i] - around.values[i]);
  }
  gaussian_blur(&inside, kEdgeSigma * width_px, &scratch.line);
  const FaceHeight height(small);
  for (int y = 0; y < correction->height; ++y) {
    for (int x = 0; x < correction->width; ++x) {
      const float above =
          smoothstep(kAboveFrom, kAboveTo, height.at(static_cast<float>(x), static_cast<float>(y)));
      const float outside = 1 - smoothstep(0.2f, 0.6f, inside.row(y)[x]);
      correction->row(y)[x] += above * outside * (around.row(y)[x] - correction->row(y)[x]);
    }
  }
}

// By which power of what light does colours of this photo's skin change: 1 where they keep their ratios,
// about 0 on most photos, whose light comes from everywhere and shines through skin.
float colour_power(const SmallFace& face, const Plane& correction) {
  double total = 1e-6, c = 0, z = 0, cc = 0, cz = 0;
  for (std::size_t i = 0; i < correction.size(); ++i) {
    const double w = face.bare.values[i], x = correction.values[i], y = face.colour.values[i];
    total += w, c += w * x, z += w * y, cc += w * x * x, cz += w * x * y;
  }
  const double variance = cc / total - c / total * c / total, shared = cz / total - c / total * z / total;
  if (!(variance > kLeastVariance)) return 1;
  return std::clamp(static_cast<float>(-shared / variance), kLeastPower, 1.0f);
}

// The face keeps the mean of its linear light, as a camera would expose it.
void keep_exposure(const SmallFace& face, Plane* correction) {
  double before = 0, after = 0;
  for (std::size_t i = 0; i < correction->size(); ++i) {
    const double light = face.own.values[i] * face.luminance.values[i];
    before += light, after += light * std::exp(correction->values[i] / kCodeExponent);
  }
  if (!(before > 0 && after > 0)) return;
  const auto change = kCodeExponent * static_cast<float>(std::log(before / after));
  for (float& v : correction->values) v += change;
}

// The working size over the pixels'.
float working_scale(const Mesh& mesh) {
  return std::min(1.0f, kWorkingWidthPx / std::max(face_width_px(mesh), 1.0f));
}

// A plane of the working size at the surface's points.
std::array<float, kSurfacePoints> at_points(const Plane& plane, const Mesh& mesh, float k) {
  std::array<float, kSurfacePoints> out;
  for (int i = 0; i < kSurfacePoints; ++i)
    out[i] = at(plane, (mesh[i].x + 0.5f) * k - 0.5f, (mesh[i].y + 0.5f) * k - 0.5f);
  return out;
}

}  // namespace

std::array<float, kSurfacePoints> light_over_ordinary(const Mesh& mesh,
                                                      std::span<const RasterTriangle> triangles,
                                                      ImageView pixels) {
  const float k = working_scale(mesh);
  EvenLightReport report;
  const SmallFace face = shrink_face(mesh, triangles, pixels, k);
  const Plane correction = towards_ordinary_light(face, k * face_width_px(mesh), &report);
  auto out = at_points(correction, mesh, k);
  for (float& v : out) v = -v;
  return out;
}

EvenLightReport even_light(const Mesh& mesh, std::span<const RasterTriangle> triangles,
                           MutableImageView pixels) {
  EvenLightReport report;
  const float k = working_scale(mesh);
  SmallFace face = shrink_face(mesh, triangles, pixels, k);
  const float width_px = k * face_width_px(mesh);
  Plane correction = towards_ordinary_light(face, width_px, &report);
  meet_mirror_image(&face, width_px, &correction, &report);
  const Mesh small = transformed(mesh, shrinking(k));
  take_nose_shadow(face, small, &correction, &report);
  if (report.strength > 0) continue_upwards(face, small, width_px, &correction);
  keep_exposure(face, &correction);

  if (!(report.strength > 0)) return report;
  const float power = colour_power(face, correction);
  report.lift = at_points(correction, mesh, k);
  for (int y = 0; y < pixels.height; ++y) {
    std::uint8_t* p = pixels.row(y);
    for (int x = 0; x < pixels.width; ++x, p += 4) {
      const float c = at(correction, (static_cast<float>(x) + 0.5f) * k - 0.5f,
                         (static_cast<float>(y) + 0.5f) * k - 0.5f);
      if (std::abs(c) < 1e-3f) continue;
      const float gain = std::exp(c), colour_gain = std::exp(power * c), light = luma(p);
      for (int i = 0; i < 3; ++i) {
        const float v = gain * light + colour_gain * (static_cast<float>(p[i]) - light);
        p[i] = static_cast<std::uint8_t>(std::clamp(v + 0.5f, 0.0f, 255.0f));
      }
    }
  }
  return report;
}

}  // namespace mien
