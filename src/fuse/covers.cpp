#include "fuse/covers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "core/luma.h"
#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/colour.h"
#include "fuse/fast_math.h"
#include "fuse/forehead.h"
#include "fuse/glasses.h"
#include "fuse/guessed_brows.h"
#include "fuse/masked_blur.h"
#include "fuse/outline.h"
#include "fuse/painted_texture.h"

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
// How far from hair and walls, and from what lies beside the face, skin must look like skin.
constexpr float kStrangerReach = 0.1f, kScarfReach = 0.18f, kNear = 0.03f;
constexpr float kInsideSigma = 0.1f;  // of the skin that it is compared with
constexpr float kLighterFrom = 20, kLighterTo = 40, kDarkerFrom = 50, kDarkerTo = 80;  // of 255
// What of a stranger is looked at. Colour: distance of red and blue from the luma, at luma 128, as from
// least_luma on (in the dark colours are noise).
struct Strangeness {
  bool by_light;
  float colour_from, colour_to, least_luma;
};
constexpr Strangeness kNearThings{true, 22, 40, 16};
// Where the regions see nothing but skin only what no lamp makes of it.
constexpr Strangeness kColouredCloth{false, 60, 90, 40};
constexpr float kFeatureMargin = 0.012f;  // around brows and eyes, which are lines as well
constexpr float kFeatureLost = 0.5f;      // covered share from which a brow or an eye is given up ...
constexpr float kLostMargin = 0.035f, kLostFeather = 0.012f;  // ... so far around it
// Any hair's outline and shadow would be a line across the target's forehead, and wrinkles that end there an
// edge: trust fades out on the way to it.
constexpr float kOutlineSigma = 0.07f, kOutlineFrom = 0.1f, kOutlineTo = 0.5f;
// Hair that hangs over so much of the forehead ends in strands that are wider than lines and thinner than
// what the region network sees: so far around it the forehead is not trusted.
constexpr float kFringeFrom = 0.12f, kFringeTo = 0.25f, kFringeReach = 0.16f, kBelowBrows = 0.1f;
// Towards the oval's edge what covers the face takes the colours around, not those that the network paints:
// there it has seen little skin, and a stain before the ear is seen more than a want of texture.
constexpr float kRimSigma = 0.05f, kRimFrom = 0.65f, kRimTo = 0.95f;
constexpr float kTeethFrom = 0.4f, kTeethTo = 0.8f;

using enum RegionClass;

Plane empty_like(const Image& level) {
  Plane out;
  out.resize(level.width(), level.height());
  out.fill(0);
  return out;
}

Plane luma_of(const Image& level) {
  Plane out = empty_like(level);
  for (std::size_t i = 0; i < out.size(); ++i) out.values[i] = luma(level.view().data + 4 * i);
  return out;
}

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

// Adds what lies near hair, things or background and has not the colour of the skin further inside: a wall
// that is seen between a strand and the cheek is taken for skin now and then, and so is a scarf's inner edge.
// known: where those are, 0..1; reach_width: how far from them, in face widths; face: the oval; field: 0..1,
// where they are sought.
void add_strangers(const Image& level, float width_px, float reach_width, const Strangeness& limits,
                   const Plane& features, Plane known, const Plane& face, const Plane& field, Plane* cover) {
  MaskedBlurScratch scratch;
  gaussian_blur(&known, reach_width * width_px / 2, &scratch.line);
  float nearest = 0;
  for (std::size_t i = 0; i < known.size(); ++i)
    nearest = std::max(nearest, known.values[i] * field.values[i]);
  if (nearest <= kNear) return;
  Plane bare = face, planes[3], skin[3];
  for (std::size_t i = 0; i < bare.size(); ++i)
    bare.values[i] *= (1 - features.values[i]) * (1 - smoothstep(0.02f, 0.1f, known.values[i]));
  for (Plane& plane : planes) plane = empty_like(level);
  for (std::size_t i = 0; i < bare.size(); ++i) {
    const std::uint8_t* p = level.view().data + 4 * i;
    const float y = luma(p), k = 128 / std::max(y, limits.least_luma);  // colour for the same light
    planes[0].values[i] = y, planes[1].values[i] = k * (p[0] - y), planes[2].values[i] = k * (p[2] - y);
  }
  const MaskedBlur blur(bare, std::max(1.0f, kInsideSigma * width_px), &scratch);
  for (int c = 0; c < 3; ++c) blur.apply(planes[c], &skin[c]);
  for (std::size_t i = 0; i < bare.size(); ++i) {
    const float reach = smoothstep(kNear, 0.2f, known.values[i]) * field.values[i] * (1 - features.values[i]);
    const float lighter = planes[0].values[i] - skin[0].values[i];
    const float colour =
        std::hypot(planes[1].values[i] - skin[1].values[i], planes[2].values[i] - skin[2].values[i]);
    float stranger = smoothstep(limits.colour_from, limits.colour_to, colour);
    if (limits.by_light)
      stranger = std::max({stranger, smoothstep(kLighterFrom, kLighterTo, lighter),
                           smoothstep(kDarkerFrom, kDarkerTo, -lighter)});
    cover->values[i] = std::max(cover->values[i], stranger * reach);
  }
}

void grow(Plane* cover, float width_px, std::vector<float>* line) {
  gaussian_blur(cover, kCoverGrowth * width_px, line);
  for (float& v : cover->values) v = smoothstep(kGrownFrom, kGrownTo, v);
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

// What of the outline lies above the brows: 0..1, soft below them.
Plane draw_forehead(const std::vector<Point2f>& around, const Mesh& mesh, const Image& level) {
  Plane out = empty_like(level);
  fill_polygon(around, &out);
  const auto middle = [&mesh](const auto& part) {
    Point2f sum{};
    for (const topology::Index i : part) sum.x += mesh[i].x, sum.y += mesh[i].y;
    const auto n = static_cast<float>(part.size());
    return Point2f{sum.x / n, sum.y / n};
  };
  const Point2f right = middle(topology::kRightBrow), left = middle(topology::kLeftBrow);
  const float apart = std::hypot(left.x - right.x, left.y - right.y),
              below = std::max(kBelowBrows * face_width_px(mesh), 1e-3f);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      // The person's right is the picture's left: what lies above turns to the left of the way between the
      // brows.
      const float side = (left.x - right.x) * (static_cast<float>(y) - right.y) -
                         (left.y - right.y) * (static_cast<float>(x) - right.x);
      out.row(y)[x] *= 1 - smoothstep(-below, below, side / std::max(apart, 1e-3f));
    }
  }
  return out;
}

// RGBA, bilinear; the picture's edge goes on outside.
std::array<float, 4> sample(ImageView picture, Point2f p) {
  const float px = std::clamp(p.x, 0.0f, static_cast<float>(picture.width - 1)),
              py = std::clamp(p.y, 0.0f, static_cast<float>(picture.height - 1));
  const int x0 = std::min(static_cast<int>(px), picture.width - 2),
            y0 = std::min(static_cast<int>(py), picture.height - 2);
  const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
  const std::uint8_t *above = picture.row(y0) + 4 * x0, *below = picture.row(y0 + 1) + 4 * x0;
  std::array<float, 4> out;
  for (int c = 0; c < 4; ++c) {
    const float top = above[c] + fx * static_cast<float>(above[c + 4] - above[c]),
                bottom = below[c] + fx * static_cast<float>(below[c + 4] - below[c]);
    out[c] = top + fy * (bottom - top);
  }
  return out;
}

// Inside the oval (face: 0..1) covered pixels get the uncovered face's colours.
void paint_face(const UncoveredFace& uncovered, const Affine& photo_from_level, const Plane& face,
                Image* level) {
  const Affine map = compose(uncovered.crop_from_photo, photo_from_level);
  for (int y = 0; y < face.height; ++y) {
    std::uint8_t* to = level->mutable_view().row(y);
    for (int x = 0; x < face.width; ++x, to += 4) {
      const float inside = face.row(y)[x];
      if (!(inside > 0)) continue;
      const auto colour =
          sample(uncovered.colours.view(), map({static_cast<float>(x), static_cast<float>(y)}));
      for (int c = 0; c < 3; ++c) {
        const float v = to[c] + inside * colour[3] / 255 * (colour[c] - to[c]);
        to[c] = static_cast<std::uint8_t>(std::clamp(v + 0.5f, 0.0f, 255.0f));
      }
    }
  }
}

// skin: the face's oval.
void give_texture(const Plane& painted, Plane skin, const Mesh& mesh, float width_px, Image* level) {
  Plane lips = empty_like(*level);
  fill_polygon(outline(mesh, topology::kOuterLips), &lips);
  const Plane features = draw_features(*level, mesh, width_px);
  for (std::size_t i = 0; i < skin.size(); ++i)
    skin.values[i] *= (1 - lips.values[i]) * (1 - features.values[i]);
  add_painted_texture(painted, skin, mesh, level);
}

// How far the uncovered face differs from the photo, 0..1; w x h level pixels.
void covered_shares(const UncoveredFace& uncovered, const Affine& photo_from_level, int w, int h,
                    Plane* out) {
  const Affine map = compose(uncovered.crop_from_photo, photo_from_level);
  out->resize(w, h);
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x)
      out->row(y)[x] =
          sample(uncovered.colours.view(), map({static_cast<float>(x), static_cast<float>(y)}))[3] / 255;
}

}  // namespace

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

void draw_face(const Mesh& mesh, int width, int height, Plane* out) {
  out->resize(width, height);
  out->fill(0);
  fill_polygon(outline(mesh, topology::kOval), out);
}

Covers find_covers(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                   const Image& level, const SeenGlasses* glasses) {
  const int w = level.width(), h = level.height();
  const float width_px = face_width_px(mesh);
  Plane others, things;
  // Background, neck and ears too: they show inside the mesh where its outline is off.
  regions.sample({kHair, kBackground, kNeck}, frame_from_level, w, h, &others);
  regions.sample({kOccluder}, frame_from_level, w, h, &things);
  const Plane band = eye_band(mesh, w, h), features = draw_features(level, mesh, width_px);
  GlassesScratch scratch;
  const bool clear =
      glasses ? glasses->worn : wears_clear_glasses(regions, frame_from_level, mesh, things, &scratch);
  Covers out{others, others};
  Plane frames = things;
  if (clear && glasses) {
    for (std::size_t i = 0; i < frames.size(); ++i)
      frames.values[i] += band.values[i] * (glasses->share->values[i] - frames.values[i]);
  } else if (clear) {
    scratch.light = luma_of(level);
    keep_frames(mesh, FrameRule::kOfSource, &scratch, &frames);
  }
  for (std::size_t i = 0; i < others.size(); ++i) {
    const float solid = clear ? things.values[i] * (1 - band.values[i]) : things.values[i];
    out.all.values[i] = smoothstep(kCoverFrom, kCoverTo, others.values[i] + frames.values[i]);
    out.solid.values[i] = smoothstep(kCoverFrom, kCoverTo, others.values[i] + solid);
  }
  for (float& v : frames.values) v = smoothstep(0.3f, 0.6f, v);
  if (!(clear && glasses)) add_lines(level, width_px, features, frames, band, &out.all);
  Plane face, before = out.all;
  draw_face(mesh, w, h, &face);
  regions.sample({kHair}, frame_from_level, w, h, &things);
  Plane skin = face;  // with the forehead above the mesh, where strands hang
  fill_polygon(outline_with_forehead(mesh), &skin);
  add_lines(level, width_px, features, things, skin, &out.all);
  regions.sample({kHair, kBackground}, frame_from_level, w, h, &things);
  add_strangers(level, width_px, kStrangerReach, kNearThings, features, std::move(things), face, face,
                &out.all);
  regions.sample({kOccluder}, frame_from_level, w, h, &things);
  for (std::size_t i = 0; i < things.size(); ++i) things.values[i] *= 1 - face.values[i];  // scarves, hands
  add_strangers(level, width_px, kScarfReach, kNearThings, features, std::move(things), face, face, &out.all);
  things = face;
  for (float& v : things.values) v = 1 - v;
  // What lies around the oval as well, since covered pixels take their colours from there; lips may be red.
  regions.sample({kLip, kInnerMouth}, frame_from_level, w, h, &skin);
  for (float& v : skin.values) v = 1 - std::min(v, 1.0f);
  add_strangers(level, width_px, kScarfReach, kColouredCloth, features, std::move(things), face, skin,
                &out.all);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!clear || out.all.values[i] > before.values[i])
      out.solid.values[i] = std::max(out.solid.values[i], out.all.values[i]);
  }
  std::vector<float> line;
  grow(&out.all, width_px, &line);
  grow(&out.solid, width_px, &line);
  return out;
}

void take_out_covers(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                     const UncoveredFace* uncovered, Image* level) {
  const int w = level->width(), h = level->height();
  const float width_px = face_width_px(mesh);
  Plane shares;
  if (uncovered) covered_shares(*uncovered, frame_from_level, w, h, &shares);
  const SeenGlasses glasses{uncovered && uncovered->clear_glasses, &shares};
  Covers covers = find_covers(regions, frame_from_level, mesh, *level, uncovered ? &glasses : nullptr);
  Plane bare;
  regions.sample({kSkin, kBrow, kLip, kEyeball}, frame_from_level, w, h, &bare);
  for (std::size_t i = 0; i < bare.size(); ++i) bare.values[i] *= 1 - covers.all.values[i];
  Plane around = covers.all;  // what is left to the colours next to it
  Plane face;
  if (uncovered) {
    draw_face(mesh, w, h, &face);
    Plane inside = face;
    std::vector<float> blur_line;
    gaussian_blur(&inside, kRimSigma * width_px, &blur_line);
    for (std::size_t i = 0; i < face.size(); ++i)
      around.values[i] *= 1 - face.values[i] * smoothstep(kRimFrom, kRimTo, inside.values[i]);
    paint_face(*uncovered, frame_from_level, face, level);
  }
  fill_in(around, bare, width_px, level);
  if (uncovered) give_texture(shares, std::move(face), mesh, width_px, level);
  // What the network paints under frames is trusted, and so are frames that are filled in at the oval's edge,
  // thin as they are; what is smeared in from around is not.
  Plane& doubtful = uncovered ? covers.solid : covers.all;
  Plane lost = lost_features(doubtful, mesh, width_px, *level);
  if (uncovered) fade_guessed_brows(shares, mesh, *level, &lost);
  std::vector<float> line;
  gaussian_blur(&doubtful, kTrustSigma * width_px, &line);
  std::uint8_t* alpha = level->mutable_view().data + 3;
  for (std::size_t i = 0; i < doubtful.size(); ++i) {
    const float trust = 1 - smoothstep(kTrustedCover, kHopelessCover, doubtful.values[i]);
    alpha[4 * i] = static_cast<std::uint8_t>(255 * trust * (1 - lost.values[i]) + 0.5f);
  }
}

void distrust_fringe(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                     Image* level) {
  const float width_px = face_width_px(mesh);
  Plane hair;
  regions.sample({kHair}, frame_from_level, level->width(), level->height(), &hair);
  const Plane forehead = draw_forehead(outline(mesh, topology::kOval), mesh, *level),
              whole = draw_forehead(outline_with_forehead(mesh), mesh, *level);
  float covered = 0, area = 1e-6f;
  for (std::size_t i = 0; i < hair.size(); ++i)
    covered += forehead.values[i] * hair.values[i], area += forehead.values[i];
  const float strength = smoothstep(kFringeFrom, kFringeTo, covered / area);
  const Plane features = draw_features(*level, mesh, width_px);
  std::vector<float> line;
  Plane near_hair = hair;
  gaussian_blur(&near_hair, kOutlineSigma * width_px, &line);
  gaussian_blur(&hair, kFringeReach * width_px / 2, &line);
  std::uint8_t* alpha = level->mutable_view().data + 3;
  for (std::size_t i = 0; i < hair.size(); ++i) {
    const float near = std::max(strength * smoothstep(0.02f, 0.15f, hair.values[i]),
                                smoothstep(kOutlineFrom, kOutlineTo, near_hair.values[i])) *
                       whole.values[i] * (1 - features.values[i]);
    alpha[4 * i] = static_cast<std::uint8_t>((1 - near) * alpha[4 * i] + 0.5f);
  }
}

void take_teeth_off_lips(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                         Image* level) {
  const float width_px = face_width_px(mesh);
  Plane teeth, lips;
  regions.sample({kInnerMouth}, frame_from_level, level->width(), level->height(), &teeth);
  regions.sample({kLip}, frame_from_level, level->width(), level->height(), &lips);
  for (float& v : teeth.values) v = smoothstep(kTeethFrom, kTeethTo, v);
  Plane inside = empty_like(*level);
  fill_polygon(outline(mesh, topology::kInnerLips), &inside);
  float seen = 0;
  for (std::size_t i = 0; i < lips.size(); ++i) lips.values[i] *= 1 - teeth.values[i], seen += lips.values[i];
  if (seen < kLeastLips * width_px * width_px) return;
  for (std::size_t i = 0; i < teeth.size(); ++i) teeth.values[i] *= 1 - inside.values[i];
  fill_in(teeth, lips, width_px, level);
}

void fill_untrusted(const Mesh& mesh, Image* level) {
  const float width_px = face_width_px(mesh);
  const Plane features = draw_features(*level, mesh, width_px);
  Plane trusted = empty_like(*level), untrusted = trusted;
  float seen = 0;
  const std::uint8_t* alpha = level->view().data + 3;
  for (std::size_t i = 0; i < trusted.size(); ++i) {
    const float trust = static_cast<float>(alpha[4 * i]) / 255;
    trusted.values[i] = smoothstep(0.9f, 1, trust) * (1 - features.values[i]),
    untrusted.values[i] = 1 - trust;
    seen += trusted.values[i];
  }
  if (seen > 0) fill_in(untrusted, trusted, width_px, level);
}

}  // namespace mien
