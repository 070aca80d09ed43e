#include "fuse/covers.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/fast_math.h"
#include "fuse/masked_blur.h"

namespace mien {
namespace {

// All sizes in face widths.
// A pixel counts as covered from this probability of hair or an occluder, fully so from the second.
constexpr float kCoverFrom = 0.25f, kCoverTo = 0.6f;
// Covers grow by about this much: their blurred edges and shadows are no skin either.
constexpr float kCoverGrowth = 0.012f;
constexpr float kGrownFrom = 0.05f, kGrownTo = 0.45f;
// Thin covers (frames of glasses, single strands) are filled in; where they are as wide as the trust's blur,
// the fill is not trusted.
constexpr float kFillSigma = 0.02f, kTrustSigma = 0.045f;
constexpr float kTrustedCover = 0.35f, kHopelessCover = 0.7f;
constexpr float kLineReach = 0.05f;            // how far beyond the known parts lines are sought
constexpr float kLineSigma = 0.025f;           // what a line stands out against
constexpr float kLineFrom = 16, kLineTo = 34;  // by so many of 255
constexpr float kStrangerReach = 0.1f;         // how far from hair and walls skin must look like skin
constexpr float kInsideSigma = 0.1f;           // of the skin that it is compared with
constexpr float kLighterFrom = 20, kLighterTo = 40, kDarkerFrom = 50, kDarkerTo = 80;  // of 255
constexpr float kColourFrom = 22, kColourTo = 40;  // distance of red and blue from the luma, at luma 128
constexpr float kFeatureMargin = 0.012f;           // around brows and eyes, which are lines as well
constexpr float kFeatureLost = 0.5f;  // covered share from which a brow or an eye is given up ...
constexpr float kLostMargin = 0.035f, kLostFeather = 0.012f;  // ... so far around it

using enum RegionClass;

std::vector<Point2f> outline(const Mesh& mesh, std::span<const topology::Index> indices) {
  std::vector<Point2f> out;
  for (const topology::Index i : indices) out.push_back({mesh[i].x, mesh[i].y});
  return out;
}

Plane empty_like(const Image& level) {
  Plane out;
  out.resize(level.width(), level.height());
  out.fill(0);
  return out;
}

const std::span<const topology::Index> kBrowsAndEyes[] = {topology::kRightBrow, topology::kLeftBrow,
                                                          topology::kRightEye, topology::kLeftEye};

// The band of the face that glasses lie in, 0 or 1: from the brows to the upper cheeks, temple to temple.
Plane eye_band(const Mesh& mesh, float width_px, const Image& level) {
  Plane band = empty_like(level);
  std::vector<Point2f> hull = outline(mesh, std::array<topology::Index, 6>{127, 70, 300, 356, 425, 205});
  fill_polygon(offset_polygon(hull, 0.03f * width_px), &band);
  return band;
}

float luma(const std::uint8_t* p) { return 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2]; }

// Brows and eyes, which may differ from the skin as they like.
Plane draw_features(const Image& level, const Mesh& mesh, float width_px) {
  Plane features = empty_like(level);
  for (const auto& part : kBrowsAndEyes)
    fill_polygon(offset_polygon(outline(mesh, part), kFeatureMargin * width_px), &features);
  return features;
}

// Adds to `cover` the lines near what is known to be in front of the face: rims, bridge and pads of glasses,
// strands and the hair line's fringe, which the region network's coarse grid misses. known: 0..1, where;
// field: 0 or 1, where lines are sought.
void add_lines(const Image& level, float width_px, const Plane& features, const Plane& known,
               const Plane& field, Plane* cover) {
  MaskedBlurScratch scratch;
  Plane near = known, light = empty_like(level), around, bare = field;
  for (std::size_t i = 0; i < near.size(); ++i) near.values[i] *= field.values[i];
  if (*std::max_element(near.values.begin(), near.values.end()) <= 0) return;
  gaussian_blur(&near, kLineReach * width_px / 2, &scratch.line);
  for (std::size_t i = 0; i < light.size(); ++i) {
    light.values[i] = luma(level.view().data + 4 * i);
    bare.values[i] *= (1 - features.values[i]) * (1 - cover->values[i]);
  }
  MaskedBlur(bare, std::max(1.0f, kLineSigma * width_px), &scratch).apply(light, &around);
  for (std::size_t i = 0; i < light.size(); ++i) {
    const float line = smoothstep(kLineFrom, kLineTo, std::abs(light.values[i] - around.values[i]));
    const float reach = smoothstep(0.02f, 0.12f, near.values[i]) * (1 - features.values[i]);
    cover->values[i] = std::max(cover->values[i], line * reach);
  }
}

// Adds what lies near hair or background and has not the colour of the skin further inside: a wall
// that is seen between a strand and the cheek is taken for skin now and then. known: where those are, 0..1;
// face: the oval.
void add_strangers(const Image& level, float width_px, const Plane& features, Plane known, const Plane& face,
                   Plane* cover) {
  MaskedBlurScratch scratch;
  gaussian_blur(&known, kStrangerReach * width_px / 2, &scratch.line);
  Plane bare = face, planes[3], skin[3];
  for (std::size_t i = 0; i < bare.size(); ++i)
    bare.values[i] *= (1 - features.values[i]) * (1 - smoothstep(0.02f, 0.1f, known.values[i]));
  for (Plane& plane : planes) plane = empty_like(level);
  for (std::size_t i = 0; i < bare.size(); ++i) {
    const std::uint8_t* p = level.view().data + 4 * i;
    const float y = luma(p), k = 128 / std::max(y, 16.0f);  // colour for the same light
    planes[0].values[i] = y, planes[1].values[i] = k * (p[0] - y), planes[2].values[i] = k * (p[2] - y);
  }
  const MaskedBlur blur(bare, std::max(1.0f, kInsideSigma * width_px), &scratch);
  for (int c = 0; c < 3; ++c) blur.apply(planes[c], &skin[c]);
  for (std::size_t i = 0; i < bare.size(); ++i) {
    const float reach = smoothstep(0.03f, 0.2f, known.values[i]) * face.values[i] * (1 - features.values[i]);
    const float lighter = planes[0].values[i] - skin[0].values[i];
    const float colour =
        std::hypot(planes[1].values[i] - skin[1].values[i], planes[2].values[i] - skin[2].values[i]);
    const float stranger =
        std::max({smoothstep(kLighterFrom, kLighterTo, lighter), smoothstep(kDarkerFrom, kDarkerTo, -lighter),
                  smoothstep(kColourFrom, kColourTo, colour)});
    cover->values[i] = std::max(cover->values[i], stranger * reach);
  }
}

void grow(Plane* cover, float width_px, std::vector<float>* line) {
  gaussian_blur(cover, kCoverGrowth * width_px, line);
  for (float& v : cover->values) v = smoothstep(kGrownFrom, kGrownTo, v);
}

// Colours of covered pixels from the bare face around them.
void fill_in(const Plane& cover, const Plane& bare, float width_px, Image* level) {
  MaskedBlurScratch scratch;
  Plane channel, filled;
  const MaskedBlur blur(bare, std::max(1.0f, kFillSigma * width_px), &scratch);
  channel.resize(bare.width, bare.height);
  for (int c = 0; c < 3; ++c) {
    std::uint8_t* bytes = level->mutable_view().data + c;
    for (std::size_t i = 0; i < channel.size(); ++i) channel.values[i] = bytes[4 * i];
    blur.apply(channel, &filled);
    for (std::size_t i = 0; i < channel.size(); ++i) {
      const float v = channel.values[i] + cover.values[i] * (filled.values[i] - channel.values[i]);
      bytes[4 * i] = static_cast<std::uint8_t>(std::clamp(v + 0.5f, 0.0f, 255.0f));
    }
  }
}

// 1 on the brows and eyes that are covered for the most part, with soft edges.
Plane lost_features(const Plane& cover, const Mesh& mesh, float width_px, const Image& level) {
  Plane lost = empty_like(level);
  bool any = false;
  for (const auto& part : kBrowsAndEyes) {
    Plane whole = empty_like(level);
    fill_polygon(outline(mesh, part), &whole);
    float covered = 0, area = 0;
    for (std::size_t i = 0; i < whole.size(); ++i)
      covered += whole.values[i] * cover.values[i], area += whole.values[i];
    if (covered <= kFeatureLost * area) continue;
    fill_polygon(offset_polygon(outline(mesh, part), kLostMargin * width_px), &lost);
    any = true;
  }
  std::vector<float> line;
  if (any) gaussian_blur(&lost, kLostFeather * width_px, &line);
  return lost;
}

}  // namespace

void take_out_covers(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                     Image* level) {
  const int w = level->width(), h = level->height();
  const float width_px = face_width_px(mesh);
  Plane cover, things, bare;
  // Background, neck and ears too: they show inside the mesh where its outline is off.
  regions.sample({kHair, kOccluder, kBackground, kNeck}, frame_from_level, w, h, &cover);
  regions.sample({kOccluder}, frame_from_level, w, h, &things);
  regions.sample({kSkin, kBrow, kLip, kEyeball}, frame_from_level, w, h, &bare);
  for (float& v : cover.values) v = smoothstep(kCoverFrom, kCoverTo, v);
  const Plane band = eye_band(mesh, width_px, *level);
  for (float& v : things.values) v = smoothstep(0.3f, 0.6f, v);
  const Plane features = draw_features(*level, mesh, width_px);
  add_lines(*level, width_px, features, things, band, &cover);
  Plane face = empty_like(*level);
  fill_polygon(outline(mesh, topology::kOval), &face);
  regions.sample({kHair}, frame_from_level, w, h, &things);
  add_lines(*level, width_px, features, things, face, &cover);
  regions.sample({kHair, kBackground}, frame_from_level, w, h, &things);
  add_strangers(*level, width_px, features, std::move(things), face, &cover);
  std::vector<float> line;
  grow(&cover, width_px, &line);
  for (std::size_t i = 0; i < bare.size(); ++i) bare.values[i] *= 1 - cover.values[i];
  fill_in(cover, bare, width_px, level);
  const Plane lost = lost_features(cover, mesh, width_px, *level);
  gaussian_blur(&cover, kTrustSigma * width_px, &line);
  std::uint8_t* alpha = level->mutable_view().data + 3;
  for (std::size_t i = 0; i < cover.size(); ++i) {
    const float trust = 1 - smoothstep(kTrustedCover, kHopelessCover, cover.values[i]);
    alpha[4 * i] = static_cast<std::uint8_t>(255 * trust * (1 - lost.values[i]) + 0.5f);
  }
}

}  // namespace mien
